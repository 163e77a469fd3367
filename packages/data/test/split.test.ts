import { flowFromDirectory } from "@aumento/data";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochOrder, limitIndices, splitIndices } from "../src/split.ts";
import { drawFolder } from "./support.ts";

const labelLists = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 12, maxLength: 300 });
const splits = fc.record({
  labels: labelLists,
  validationSplit: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  seed: fc.nat({ max: 2 ** 40 }),
  stratify: fc.boolean(),
});

describe("the two subsets", () => {
  it("are disjoint, cover everything, and have the sizes Keras would give", () => {
    fc.assert(
      fc.property(splits, ({ labels, ...options }) => {
        const training = splitIndices(labels, { ...options, subset: "training" });
        const validation = splitIndices(labels, { ...options, subset: "validation" });
        expect([...training, ...validation].sort((a, b) => a - b)).toEqual([...labels.keys()]);
        expect(validation).toHaveLength(Math.floor(options.validationSplit * labels.length));
        for (const subset of [training, validation])
          expect(subset).toEqual([...subset].sort((a, b) => a - b));
      }),
    );
  });

  it("stratified, hold each class in its share to within one picture", () => {
    fc.assert(
      fc.property(splits, ({ labels, ...options }) => {
        const validation = splitIndices(labels, { ...options, stratify: true, subset: "validation" });
        for (const label of new Set(labels)) {
          const share = labels.filter((l) => l === label).length * options.validationSplit;
          const got = validation.filter((index) => labels[index] === label).length;
          expect(Math.abs(got - share)).toBeLessThan(1 + 1e-9);
        }
      }),
    );
  });

  it("depend on the seed, and a subset left empty is an error", () => {
    const labels = new Array(100).fill(0);
    const with_ = (seed: number) =>
      splitIndices(labels, { seed, validationSplit: 0.3, subset: "validation", stratify: false });
    expect(with_(1)).toEqual(with_(1));
    expect(with_(1)).not.toEqual(with_(2));
    expect(() =>
      splitIndices([0, 1], { seed: 0, validationSplit: 0.2, subset: "validation", stratify: false }),
    ).toThrow(/validationSplit: 0.2 of 2 pictures leaves none for the validation subset/);
  });
});

describe("orders and limits", () => {
  it("are permutations and parts of what they were given", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(), { minLength: 1 }),
        fc.nat(),
        fc.nat({ max: 1000 }),
        (values, seed, epoch) => {
          const sorted = [...values].sort((a, b) => a - b);
          expect(epochOrder(values, true, seed, epoch).sort((a, b) => a - b)).toEqual(sorted);
          const limited = limitIndices(sorted, Math.ceil(values.length / 2), seed);
          expect(limited).toHaveLength(Math.ceil(values.length / 2));
          expect(new Set([...sorted, ...limited]).size).toBe(values.length);
        },
      ),
    );
  });
});

describe("flows over a split", () => {
  it("share no file, whatever the number of workers, and stratify on request", async () => {
    const folder = await drawFolder({ classes: { a: 20, b: 10 }, width: 8, height: 8 });
    const options = { targetSize: [8, 8], validationSplit: 0.2, seed: 3, stratify: true } as const;
    const training = await flowFromDirectory(folder, { ...options, subset: "training", workers: 0 });
    const validation = await flowFromDirectory(folder, { ...options, subset: "validation", workers: 3 });
    expect([...training.files, ...validation.files].sort()).toEqual(
      (await flowFromDirectory(folder, { workers: 0 })).files,
    );
    expect(new Set([...training.files, ...validation.files]).size).toBe(30);
    expect([0, 1].map((label) => validation.labels.filter((l) => l === label).length)).toEqual([4, 2]);
  });

  it("follow splitSeed, where it is given, and not the seed of the draws", async () => {
    const folder = await drawFolder({ classes: { a: 20, b: 10 }, width: 8, height: 8 });
    const files = async (seed: number, splitSeed?: number) => {
      const options = { validationSplit: 0.2, subset: "validation", workers: 0, seed, splitSeed } as const;
      return (await flowFromDirectory(folder, options)).files;
    };
    expect(await files(1, 7)).toEqual(await files(7));
    expect(await files(1, 7)).not.toEqual(await files(1));
  });
});

describe("options that contradict each other", () => {
  it.each([
    [
      { validationSplit: 0.2, subset: "validation", augment: {} },
      /augment: given for the validation subset.*Augment the training subset only/,
    ],
    [{ validationSplit: 0.2 }, /validationSplit: needs subset/],
    [{ subset: "training" }, /subset: "training" needs validationSplit/],
    [{ validationSplit: 1, subset: "training" }, /validationSplit: expected a number between 0 and 1/],
    [{ validationSplit: 0.2, subset: "test" }, /subset: expected "training" or "validation", got "test"/],
    [{ classMode: "binary" }, /classMode: "binary" needs exactly two classes, .* has 3: a, b, c/],
    [{ classMode: "int" }, /classMode: expected one of sparse, categorical/],
    [{ targetSize: [0, 5] }, /targetSize: expected \[height, width\].*got \[0,5\]/],
    [{ targetSize: 224 }, /targetSize: .*got 224/],
    [{ batchSize: 0 }, /batchSize: expected an integer of at least 1, got 0/],
    [{ workers: -1 }, /workers: expected/],
    [{ seed: 1.5 }, /seed: expected/],
    [
      { interpolation: "linear" },
      /interpolation: expected one of nearest, bilinear, bicubic, area, got "linear"/,
    ],
    [{ aspectRatio: "keep" }, /aspectRatio: expected stretch, crop or pad/],
    [{ splitSeed: 0.5 }, /splitSeed: expected an integer of at least 0, got 0.5/],
    [{ batchsize: 4 }, /batchsize: no such option; there are targetSize, batchSize/],
    [{ augment: 7 }, /augment: expected a pipeline/],
    [{ augment: { kind: "transform" } }, /augment: expected a pipeline/],
  ])("%o", async (options, message) => {
    const folder = await drawFolder({ classes: { a: 1, b: 1, c: 1 }, width: 4, height: 4 });
    // Wrong on purpose, as from a program without types.
    await expect(flowFromDirectory(folder, { workers: 0, ...options } as object)).rejects.toThrow(message);
  });
});
