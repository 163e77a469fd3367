import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Batch, PictureFlow } from "@aumento/data";
import sharp from "sharp";

/** A folder that goes away with the run's temporary folder (see test/temporary-files.ts). */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "aumento-data-"));

/** Writes a file and the folders above it. */
export function put(path: string, bytes: Uint8Array | string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** A picture in which no two places look alike, different for each `salt`: RGB rows. */
export function drawn(width: number, height: number, salt = 0): Buffer {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[at++] = (x * 7 + salt * 31) & 255;
      data[at++] = (y * 5 + salt * 17) & 255;
      data[at++] = (x + y + salt * 53) & 255;
    }
  }
  return data;
}

export function asSharp(width: number, height: number, salt = 0) {
  return sharp(drawn(width, height, salt), { raw: { width, height, channels: 3 } });
}

export interface Drawing {
  classes: Record<string, number>;
  width?: number;
  height?: number;
}

/** A folder of drawn JPEGs (and every third a PNG), one sub-folder a class. */
export async function drawFolder({ classes, width = 40, height = 32 }: Drawing): Promise<string> {
  const folder = temporaryFolder();
  let salt = 0;
  for (const [name, count] of Object.entries(classes)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < count; i++, salt++) {
      const picture = asSharp(width, height, salt);
      const extension = i % 3 === 2 ? "png" : "jpg";
      const file = join(folder, name, `${String(i).padStart(3, "0")}.${extension}`);
      put(file, await (extension === "png" ? picture.png() : picture.jpeg()).toBuffer());
    }
  }
  return folder;
}

/** Everything an epoch gives. */
export async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

/** Batches in a form that compares to the byte and prints shortly. */
export async function digest(flow: PictureFlow, epoch: number): Promise<object[]> {
  const { createHash } = await import("node:crypto");
  return (await collect(flow.epoch(epoch))).map((batch) => ({
    indices: [...batch.indices],
    files: batch.files,
    shape: batch.x.shape,
    y: batch.y && [...batch.y.data],
    x: createHash("sha256")
      .update(new Uint8Array(batch.x.data.buffer, batch.x.data.byteOffset, batch.x.data.byteLength))
      .digest("hex"),
  }));
}
