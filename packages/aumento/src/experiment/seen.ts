import { join } from "node:path";
import type { DirectoryFlow } from "@aumento/data";
import sharp from "sharp";
import { makeFolder, writeFileAtomic } from "../files.ts";
import type { ArmName, Seen } from "./result.ts";

const tiles = 12;
/** Larger pictures are shrunk to this for the report. */
const tileSize = 128;

/** Writes the first pictures of the first epoch as the network receives them, below the experiment's folder. */
export async function writeSeen(
  flow: DirectoryFlow,
  folder: string,
  arm: ArmName,
  signal?: AbortSignal,
): Promise<Seen[]> {
  await makeFolder(join(folder, "seen"));
  const labels = new Map(flow.indices.map((index, place) => [index, flow.labels[place]]));
  const { height, width } = flow.format;
  const seen: Seen[] = [];
  for await (const { x, indices } of flow.epoch(0, { signal })) {
    for (const [place, index] of indices.entries()) {
      if (seen.length === tiles) return seen;
      const pixels = x.data.subarray(place * height * width * 3, (place + 1) * height * width * 3);
      const jpeg = await sharp(Uint8Array.from(pixels), { raw: { width, height, channels: 3 } })
        .resize(tileSize, tileSize, { fit: "inside", withoutEnlargement: true })
        .jpeg({ quality: 80, mozjpeg: true })
        .toBuffer();
      const path = `seen/${arm}-${String(seen.length).padStart(2, "0")}.jpg`;
      await writeFileAtomic(join(folder, path), jpeg);
      seen.push({ path, className: flow.classNames[labels.get(index)!] });
    }
  }
  return seen;
}
