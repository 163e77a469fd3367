import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { TrainGanOptions } from "../../src/gan/options.ts";
import { trainGan } from "../../src/gan/train.ts";
import { temporaryFolder } from "../cli-process.ts";

/** A temporary folder in which tiny GANs learn from the pictures in `pictures`. */
export function ganWorkplace() {
  const folder = temporaryFolder();
  const at = (...parts: string[]) => join(folder, ...parts);
  const tiny = { size: 32, filters: 4, latent: 8, batchSize: 8, every: 4, steps: 4, workers: 0 } as const;
  return {
    folder,
    at,
    train: (out: string, options: Partial<TrainGanOptions> = {}) =>
      trainGan({ ...tiny, folder: at("pictures"), out: at(out), ...options }),
    /** What is in a folder of it. */
    names: (path: string) => readdirSync(at(path)).sort(),
  };
}
