import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll } from "vitest";
import { type CliResult, runCli, temporaryFolder } from "./cli-process.ts";

export const hashOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Names and hashes of all files below a folder. */
export const hashesIn = (path: string) =>
  readdirSync(path, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(path, name)).isFile())
    .sort()
    .map((name) => `${name} ${hashOf(join(path, name))}`);

/** A picture that differs in every place, so that any wrong move of pixels shows. */
export function gradient(width: number, height: number, channels: 3 | 4 = 3) {
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = [x * 5, y * 7, (x * 3 + y * 11) % 256, x < width / 2 ? 255 : 0].slice(0, channels);
      data.set(
        pixel.map((value) => value % 256),
        (y * width + x) * channels,
      );
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}

/** A picture file's pixels as they are stored. */
export const rgb = async (path: string) => {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
};

/** Albumentations' form of a certain flip. */
export function flip(transforms: unknown[] = [{ __class_fullname__: "HorizontalFlip", p: 1 }]) {
  return {
    __version__: "2.0.8",
    transform: { __class_fullname__: "Compose", p: 1, transforms, bbox_params: null, keypoint_params: null },
  };
}

export interface Workplace {
  folder: string;
  /** A path in the workplace. */
  at: (...parts: string[]) => string;
  /** Runs the command line there. */
  cli: (...args: string[]) => Promise<CliResult>;
}

/** A temporary folder with pictures of several kinds in `pictures` and a pipeline, `flip.json`. */
export function workplace(): Workplace {
  const folder = temporaryFolder();
  const at = (...parts: string[]) => join(folder, ...parts);
  beforeAll(async () => {
    mkdirSync(at("pictures/inner"), { recursive: true });
    await gradient(40, 30).png().toFile(at("pictures/a.png"));
    await gradient(32, 24).jpeg({ quality: 95 }).toFile(at("pictures/inner/b.jpg"));
    await gradient(20, 20, 4).png().toFile(at("pictures/inner/clear.png"));
    await gradient(16, 12).greyscale().toColourspace("b-w").png().toFile(at("pictures/inner/grey.png"));
    writeFileSync(at("flip.json"), JSON.stringify(flip()));
  });
  return { folder, at, cli: (...args) => runCli(args, { cwd: folder }) };
}
