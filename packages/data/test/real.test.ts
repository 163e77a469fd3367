import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { flowFromDirectory } from "@aumento/data";
import { describe, expect, it } from "vitest";
import { collect } from "./support.ts";

const shared = resolve(import.meta.dirname, "../../../../shared/data");
const absent = !existsSync(join(shared, "flowers"));
const split = { validationSplit: 0.2, seed: 123, targetSize: [32, 32], batchSize: 32 } as const;

describe.skipIf(absent)("real photographs (skipped where ../shared/data is absent)", () => {
  it("flowers split as Keras counts them, byte-identical pairs and all", async () => {
    const folder = join(shared, "flowers");
    const training = await flowFromDirectory(folder, { ...split, subset: "training", workers: 0 });
    const validation = await flowFromDirectory(folder, { ...split, subset: "validation", workers: 0 });
    expect(training.classNames).toEqual(["daisy", "dandelion", "rose", "sunflower", "tulip"]);
    expect([training.n, validation.n, training.length]).toEqual([3252, 812, 102]);
    const files = [...training.files, ...validation.files];
    expect(new Set(files).size).toBe(4064);
    const contents = new Set(
      files.map((file) => createHash("sha256").update(readFileSync(file)).digest("hex")),
    );
    expect(contents.size).toBe(4064 - 6);
  });

  it("all decode, in any number of workers", async () => {
    const folder = join(shared, "dogs10");
    for (const workers of [0, 2]) {
      const flow = await flowFromDirectory(folder, { ...split, subset: "training", workers, limit: 96 });
      const batches = await collect(flow.epoch(0));
      expect(batches.map((batch) => batch.x.shape[0])).toEqual([32, 32, 32]);
      expect(flow.broken).toEqual([]);
      await flow.close();
    }
  });
});
