import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Callback, FeatureProgress } from "../src/callbacks/callback.ts";
import * as nn from "../src/index.ts";
import type { Batch, BatchSource, Tensor } from "../src/tensor.ts";
import { PictureFeatures } from "../src/train/features/picture-features.ts";
import { frozenPrefix } from "../src/train/features/prefix.ts";
import { numbers } from "./support/run.ts";

const SIZE = 8;

/** Convolutions, batch normalization and a head with dropout; all but the head frozen. */
async function transfer(options: { frozen?: number; seed?: number } = {}): Promise<nn.Model> {
  const { frozen = 6, seed = 3 } = options;
  const model = nn.sequential(
    [
      nn.rescaling(1 / 128, { offset: -1 }),
      nn.conv2d(6, 3, { padding: "same", useBias: false }),
      nn.batchNormalization(),
      nn.activation("relu"),
      nn.conv2d(5, 3, { strides: 2 }),
      nn.batchNormalization(),
      nn.globalAveragePooling2d(),
      nn.dropout(0.3),
      nn.dense(4, { activation: "relu" }),
      nn.dense(3, { activation: "softmax" }),
    ],
    { inputShape: [SIZE, SIZE, 3], seed },
  );
  // Running statistics that are none of the initial ones.
  model.setWeights(
    model.getWeights().map(({ data, shape }, i) => ({
      data: Float32Array.from(data, (value, j) => value + Math.abs(numbers(data.length, i)[j]) * 0.3),
      shape,
    })),
  );
  model.layers.forEach((layer, i) => {
    layer.trainable = i >= frozen;
  });
  await model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  return model;
}

interface Pictures extends BatchSource {
  /** Epochs that were read. */
  reads: number;
}

/**
 * Pictures in another order each epoch; those in `broken` are never there. Those of several outcomes are brighter by
 * as much as the epoch and the picture say.
 */
function pictures(
  n: number,
  options: { broken?: number[]; seed?: number; outcomes?: number } = {},
): Pictures {
  const { broken = [], seed = 1, outcomes = 1 } = options;
  const row = SIZE * SIZE * 3;
  const data = Uint8Array.from(numbers(n * row, seed), (value) => 100 + 99 * value);
  const variant = (epoch: number, index: number) => (index * 5 + epoch * epoch) % Math.min(outcomes, 50);
  const batchSize = 4;
  const order = (epoch: number) => Uint32Array.from({ length: n }, (_, i) => (i * 7 + epoch * 3) % n);
  const source: Pictures = {
    n,
    batchSize,
    length: Math.ceil(n / batchSize),
    outcomes,
    order,
    reads: 0,
    async *epoch(epoch): AsyncGenerator<Batch> {
      source.reads++;
      for (let start = 0; start < n; start += batchSize) {
        const indices = order(epoch)
          .subarray(start, start + batchSize)
          .filter((index) => !broken.includes(index));
        if (indices.length === 0) continue;
        const x = new Uint8Array(indices.length * row);
        indices.forEach((index, i) => {
          const picture = data.subarray(index * row, (index + 1) * row);
          x.set(
            picture.map((value) => value + variant(epoch, index)),
            i * row,
          );
        });
        yield {
          x: { data: x, shape: [indices.length, SIZE, SIZE, 3] },
          y: { data: Int32Array.from(indices, (index) => index % 3), shape: [indices.length] },
          indices,
        };
      }
    },
  };
  return source;
}

function expectAlike(actual: readonly Tensor[], expected: readonly Tensor[]): void {
  actual.forEach(({ data }, i) => {
    Array.from(data).forEach((value, j) => {
      expect(value).toBeCloseTo(expected[i].data[j], 4);
    });
  });
}

/** Notes what `fit` tells of features. */
function listener() {
  const progress: FeatureProgress[] = [];
  const notices: string[] = [];
  const callback: Callback = {
    onFeatures: (step) => void progress.push(step),
    onNotice: (text) => void notices.push(text),
  };
  return {
    progress,
    notices,
    callback,
    computed: () => progress.filter(({ done, total }) => done === total).map(({ computed }) => computed),
  };
}

describe("the frozen part", () => {
  test("is what comes before the first layer that is trained, random or looks at the batch", async () => {
    const model = await transfer();
    expect([...frozenPrefix(model.network)!.layers]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(frozenPrefix(model.network)).toMatchObject({ size: 5, frontier: [{ index: 6, shape: [5] }] });
    model.layers[5].trainable = true;
    expect([...frozenPrefix(model.network)!.layers]).toEqual([0, 1, 2, 3, 4]);
    expect(frozenPrefix(model.network)).toMatchObject({
      size: 45,
      frontier: [{ index: 4, shape: [5, 3, 3] }],
    });
    for (const layer of model.layers) layer.trainable = false;
    expect([...frozenPrefix(model.network)!.layers]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const layer of model.layers) layer.trainable = true;
    expect(frozenPrefix(model.network)).toBeUndefined();
    await model.close();
  });
});

describe("training on kept features", () => {
  test("gives what training on the pictures gives, broken pictures left out", async () => {
    for (const frozen of [6, 5]) {
      const [kept, plain] = [await transfer({ frozen }), await transfer({ frozen })];
      const source = pictures(13, { broken: [5, 9] });
      const validation = pictures(6, { seed: 2 });
      const { progress, callback } = listener();
      const options = { epochs: 3, verbose: 0 as const };
      const history = await kept.fit(source, {
        ...options,
        validationData: validation,
        callbacks: [callback],
      });
      expect([source.reads, validation.reads]).toEqual([1, 1]);
      expect(progress.at(-1)).toEqual({ subset: "validation", done: 6, total: 6, computed: 6 });
      const other = pictures(13, { broken: [5, 9] });
      const expected = await plain.fit(other, {
        ...options,
        validationData: pictures(6, { seed: 2 }),
        featureCache: false,
      });
      expect(other.reads).toBe(3);
      for (const [name, values] of Object.entries(expected.history))
        values.forEach((value, epoch) => {
          expect(history.history[name][epoch], name).toBeCloseTo(value, 4);
        });
      expectAlike(kept.getWeights(), plain.getWeights());
      // What was learnt of the validation pictures is still known.
      const measured = await kept.evaluate(validation);
      expect(validation.reads).toBe(1);
      expect(measured.loss).toBeCloseTo(expected.history.val_loss[2], 4);
      await Promise.all([kept.close(), plain.close()]);
    }
  });

  test("is resumed to the same weights", async () => {
    const [whole, halves] = [await transfer(), await transfer()];
    await whole.fit(pictures(9), { epochs: 4, verbose: 0 });
    await halves.fit(pictures(9), { epochs: 2, verbose: 0 });
    const { model, optimizer } = halves.toBytes();
    const resumed = await nn.loadModel(model, { optimizerState: optimizer });
    await resumed.fit(pictures(9), { epochs: 4, initialEpoch: 2, verbose: 0 });
    expectAlike(resumed.getWeights(), whole.getWeights());
    await Promise.all([whole.close(), halves.close(), resumed.close()]);
  });

  test("tensors in memory are seen once, too", async () => {
    const [kept, plain] = [await transfer(), await transfer()];
    const data = {
      x: { data: Uint8Array.from(numbers(10 * 192, 4), (v) => 128 + 127 * v), shape: [10, SIZE, SIZE, 3] },
      y: { data: Int32Array.from({ length: 10 }, (_, i) => i % 3), shape: [10] },
    };
    const { computed, callback } = listener();
    const options = { epochs: 3, batchSize: 4, verbose: 0 as const };
    await kept.fit(data, { ...options, callbacks: [callback] });
    await plain.fit(data, { ...options, featureCache: false });
    expect(computed()).toEqual([10]);
    expectAlike(kept.getWeights(), plain.getWeights());
    await Promise.all([kept.close(), plain.close()]);
  });

  test("pictures that vary are read again, the others are not", async () => {
    const model = await transfer();
    const [source, validation] = [pictures(8, { outcomes: Number.POSITIVE_INFINITY }), pictures(4)];
    const { computed, callback } = listener();
    await model.fit(source, { epochs: 3, validationData: validation, verbose: 0, callbacks: [callback] });
    expect([source.reads, validation.reads]).toEqual([3, 1]);
    expect(computed()).toEqual([4]);
    await model.close();
  });

  test("features larger than the picture are kept on request alone", async () => {
    const model = await transfer({ frozen: 3 });
    expect(frozenPrefix(model.network)!.size).toBeGreaterThan(SIZE * SIZE * 3);
    const source = pictures(8);
    await model.fit(source, { epochs: 2, verbose: 0 });
    expect(source.reads).toBe(2);
    await model.fit(source, { epochs: 2, verbose: 0, featureCache: {} });
    expect(source.reads).toBe(3);
    await model.close();
  });

  test("a frozen weight that changes, or a layer that is unfrozen, makes features anew", async () => {
    const model = await transfer();
    const source = pictures(8);
    const { computed, callback } = listener();
    const fit = () => model.fit(source, { verbose: 0, callbacks: [callback] });
    await fit();
    await fit();
    expect(computed()).toEqual([8]);
    const weights = model.getWeights();
    model.setWeights(weights);
    await fit();
    expect(computed()).toEqual([8]);
    weights[0].data[0] += 0.5;
    model.setWeights(weights);
    await fit();
    expect(computed()).toEqual([8, 8]);
    model.layers[5].trainable = true;
    await fit();
    expect(computed()).toEqual([8, 8, 8]);
    await model.close();
  });

  test("a callback may unfreeze layers between epochs", async () => {
    const unfreeze = (model: nn.Model): Callback => ({
      onEpochBegin(epoch) {
        if (epoch === 1) for (const layer of model.layers) layer.trainable = true;
      },
    });
    const [kept, plain] = [await transfer(), await transfer()];
    await kept.fit(pictures(8), { epochs: 2, verbose: 0, callbacks: [unfreeze(kept)] });
    await plain.fit(pictures(8), {
      epochs: 2,
      verbose: 0,
      callbacks: [unfreeze(plain)],
      featureCache: false,
    });
    expectAlike(kept.getWeights(), plain.getWeights());
    await Promise.all([kept.close(), plain.close()]);
  });

  test("an abort while features are computed ends it; what is known is not computed again", async () => {
    const model = await transfer();
    const before = model.getWeights();
    const source = pictures(16);
    const end = new AbortController();
    const stop: Callback = {
      onFeatures({ computed }) {
        if (computed >= 8) end.abort();
      },
    };
    const history = await model.fit(source, { verbose: 0, signal: end.signal, callbacks: [stop] });
    expect(history).toMatchObject({ epoch: [], stopped: "aborted" });
    expect(model.getWeights()).toEqual(before);
    const { computed, callback } = listener();
    await model.fit(source, { verbose: 0, callbacks: [callback] });
    expect(computed()).toEqual([8]);
    await model.close();
  });
});

describe("features of a picture", () => {
  const model = nn.sequential([nn.dense(2), nn.dropout(0.5), nn.dense(1)], { inputShape: [1] });
  model.layers[0].trainable = false;
  const prefix = frozenPrefix(model.network)!;
  const x: Tensor = { data: Float32Array.of(5, 6, 7), shape: [3, 1] };

  /** Twice each number of a batch and `spread` times its place; notes the sizes of batches. */
  function doubling(spread: number) {
    const sizes: number[] = [];
    const features = new PictureFeatures(prefix, async ({ data, shape }) => {
      sizes.push(shape[0]);
      return Float32Array.from({ length: 2 * shape[0] }, (_, i) => 2 * data[i >> 1] + spread * (i >> 1));
    });
    return { sizes, features };
  }

  test("are computed in batches where that makes no difference", async () => {
    const { sizes, features } = doubling(0);
    // Tried with whole batches alone.
    expect([...(await features.of(x, 2))]).toEqual([10, 10, 12, 12]);
    expect(sizes).toEqual([1, 1]);
    expect([...(await features.of(x, 3))]).toEqual([10, 10, 12, 12, 14, 14]);
    expect(sizes.slice(2)).toEqual([1, 1, 1, 3]);
    for (const count of [3, 1])
      expect([...(await features.of(x, count))].slice(0, 2 * count)).toEqual(
        [10, 10, 12, 12, 14, 14].slice(0, 2 * count),
      );
    expect(sizes.slice(6)).toEqual([3, 3]);
  });

  test("are computed one by one where its place in a batch makes a difference", async () => {
    const { sizes, features } = doubling(2 ** -20);
    for (let again = 0; again < 2; again++)
      expect([...(await features.of(x, 3))]).toEqual([10, 10, 12, 12, 14, 14]);
    expect(sizes).toEqual([1, 1, 1, 3, 1, 1, 1]);
  });
});

describe("pictures of a few outcomes", () => {
  const options = { epochs: 7, verbose: 0 as const };
  const source = () => pictures(13, { outcomes: 3, broken: [5] });

  test("are each seen once, and training gives what it gives on the pictures", async () => {
    const [kept, plain] = [await transfer(), await transfer()];
    const [flow, validation] = [source(), pictures(6, { seed: 2 })];
    const { progress, callback } = listener();
    const history = await kept.fit(flow, { ...options, validationData: validation, callbacks: [callback] });
    const expected = await plain.fit(source(), {
      ...options,
      validationData: pictures(6, { seed: 2 }),
      featureCache: false,
    });
    expect([flow.reads, validation.reads]).toEqual([7, 1]);
    const computed = progress.filter(({ subset, done, total }) => subset === "training" && done === total);
    expect(computed).toHaveLength(7);
    expect(computed.map(({ computed }) => computed)).toEqual([12, 12, 0, 0, 0, 0, 0]);
    for (const [name, values] of Object.entries(expected.history))
      values.forEach((value, epoch) => {
        expect(history.history[name][epoch], name).toBeCloseTo(value, 4);
      });
    expectAlike(kept.getWeights(), plain.getWeights());
    await Promise.all([kept.close(), plain.close()]);
  });

  test("come to the same weights, to the bit, whatever was known of them before", async () => {
    const [fresh, other, resumed] = [await transfer(), await transfer(), await transfer()];
    await fresh.fit(source(), options);
    // Other batches, in another order: of all that comes in the seven epochs, some and more than that is known.
    const steps = [4, 2, 6, 1, 3, 5, 0].map((epoch): BatchSource => {
      const flow = source();
      return {
        ...flow,
        outcomes: 1,
        order: () => flow.order!(epoch),
        epoch: (_, reading) => flow.epoch(epoch, reading),
      };
    });
    const before = other.getWeights();
    for (const step of steps.slice(0, 4)) await other.fit(step, { verbose: 0 });
    other.setWeights(before);
    await other.compile({
      optimizer: "adam",
      loss: "sparse_categorical_crossentropy",
      metrics: ["accuracy"],
    });
    await other.fit(source(), options);
    expect(other.getWeights()).toEqual(fresh.getWeights());

    await resumed.fit(source(), { ...options, epochs: 4 });
    const { model, optimizer } = resumed.toBytes();
    const rest = await nn.loadModel(model, { optimizerState: optimizer });
    await rest.fit(source(), { ...options, initialEpoch: 4 });
    expect(rest.getWeights()).toEqual(fresh.getWeights());
    await Promise.all([fresh, other, resumed, rest].map((model) => model.close()));
  });

  test("are run again where there are no more epochs than outcomes, or no room", async () => {
    for (const [more, said] of [
      [{ epochs: 3 }, 0],
      [{ featureCache: { memory: 4 * 3 * 13 * 8 - 1 } }, 1],
      [{ featureCache: { memory: 4 * 3 * 13 * 8 } }, 0],
    ] as const) {
      const model = await transfer();
      const { computed, notices, callback } = listener();
      await model.fit(source(), { ...options, callbacks: [callback], ...more });
      expect(notices).toHaveLength(said);
      expect(computed().length > 0).toBe("featureCache" in more && said === 0);
      for (const notice of notices)
        expect(notice).toContain("training: the features of 13 pictures (each can come as 3) take");
      await model.close();
    }
  });

  test("leave room for what is still to come", async () => {
    const model = await transfer();
    const { notices, callback } = listener();
    const memory = 4 * 3 * 13 * 8 + 4 * 6 * 8 - 1;
    const validationData = pictures(6, { seed: 2 });
    await model.fit(source(), {
      ...options,
      validationData,
      callbacks: [callback],
      featureCache: { memory },
    });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^validation: the features of 6 pictures take/);
    await model.close();
  });
});

describe("features in files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "features-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function fitted(options: { seed?: number; memory?: number; data?: Pictures } = {}) {
    const { seed, memory, data = pictures(9) } = options;
    const model = await transfer({ seed });
    const heard = listener();
    await model.fit(data, {
      epochs: 2,
      verbose: 0,
      callbacks: [heard.callback],
      featureCache: { folder, ...(memory === undefined ? {} : { memory }) },
    });
    await model.close();
    return { ...heard, weights: model.getWeights() };
  }

  const files = async (): Promise<string[]> =>
    (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".features")).sort();

  test("are read by the next run of the same frozen part, for pictures of the same content", async () => {
    const first = await fitted();
    expect(first.computed()).toEqual([9]);
    const second = await fitted();
    expect(second.computed()).toEqual([0]);
    expectAlike(second.weights, first.weights);
    // Another order, and one picture more.
    expect((await fitted({ data: pictures(10) })).computed()).toEqual([1]);
    expect((await fitted({ seed: 4 })).computed()).toEqual([9]);
    expect((await fitted({ data: pictures(9, { seed: 5 }) })).computed()).toEqual([9]);
    expect((await readdir(folder, { recursive: true })).filter((name) => name.includes("partial"))).toEqual(
      [],
    );
  });

  test("that are damaged, cut off or of something else are computed again, and it is said", async () => {
    const { weights } = await fitted();
    const [name] = await files();
    const path = join(folder, name);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(path, bytes);
    const damaged = await fitted();
    expect(damaged.notices).toEqual([
      `${path}: it is damaged or cut off; its features are computed again, and the file is removed`,
    ]);
    expect(damaged.computed()).toEqual([9]);
    expectAlike(damaged.weights, weights);
    await truncate(path, 20);
    expect((await fitted()).notices).toHaveLength(1);
    expect((await fitted()).notices).toEqual([]);
    const foreign = join(folder, name, "..", "foreign.features");
    await writeFile(foreign, "something else");
    const beside = await fitted();
    expect(beside.notices).toEqual([
      `${foreign}: it is no file of features; its features are computed again`,
    ]);
    expect(beside.computed()).toEqual([0]);
    expect(await readFile(foreign, "utf8")).toBe("something else");
  });

  test("are read batch by batch where memory is short, and without a folder the layers run each time", async () => {
    const { weights } = await fitted();
    await rm(folder, { recursive: true });
    const large = await fitted({ memory: 100 });
    expect(large.notices).toHaveLength(1);
    expect(large.notices[0]).toMatch(/^training: the features of 9 pictures take .* they are read from/);
    expectAlike(large.weights, weights);
    expect((await fitted({ memory: 100 })).computed()).toEqual([0]);

    const model = await transfer();
    const source = pictures(9);
    const { notices, callback } = listener();
    const options = { epochs: 2, verbose: 0 as const, callbacks: [callback], featureCache: { memory: 100 } };
    await model.fit(source, options);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain("the frozen layers run in every epoch");
    expect(source.reads).toBe(2);
    expectAlike(model.getWeights(), weights);
    await model.close();
  });

  test("hold all outcomes of a picture, in memory and on the disk alone", async () => {
    const data = () => pictures(9, { outcomes: 3 });
    const run = async (more: { memory?: number } = {}) => {
      const model = await transfer();
      const heard = listener();
      const validationData = pictures(3, { seed: 2 });
      const featureCache = { folder, ...more };
      const callbacks = [heard.callback];
      await model.fit(data(), { epochs: 5, verbose: 0, validationData, callbacks, featureCache });
      await model.close();
      return { ...heard, weights: model.getWeights() };
    };
    const first = await run();
    expect(first.computed()).toEqual([9, 3, 9, 0, 0, 0]);
    const second = await run();
    expect(second.computed()).toEqual([0, 0, 0, 0, 0, 0]);
    expect(second.weights).toEqual(first.weights);
    // The validation pictures have room in memory, the others do not: neither makes the other be computed again.
    await rm(folder, { recursive: true });
    const large = await run({ memory: 4 * 3 * 9 * 8 - 1 });
    expect(large.computed()).toEqual(first.computed());
    expect(large.notices).toHaveLength(1);
    expect(large.weights).toEqual(first.weights);
  });

  test("that cannot be written are said, and training goes on in memory", async () => {
    const { weights } = await fitted();
    const path = join(folder, (await files())[0]);
    await rm(dirname(path), { recursive: true });
    await symlink(join(folder, "gone"), dirname(path));
    const { notices, computed, weights: same } = await fitted();
    expect(computed()).toEqual([9]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(`${path}: cannot write it`);
    expect(notices[0]).toContain("these features are kept in memory alone");
    expectAlike(same, weights);
    await rm(folder, { recursive: true });
    await writeFile(folder, "a file");
    await expect(fitted()).rejects.toThrow("a file is where a folder should be");
  });
});

const backbone = resolve(import.meta.dirname, "../../../../shared/models/efficientnet-lite0.onnx");
const absent = existsSync(backbone) ? "" : `no ${backbone}`;

describe(`EfficientNet-Lite0${absent && ` (skipped: ${absent})`}`, () => {
  test.skipIf(absent !== "")(
    "is trained on kept features as on pictures, frozen or from a block on",
    async () => {
      const data = {
        x: { data: Uint8Array.from(numbers(4 * 150_528, 6), (v) => 128 + 127 * v), shape: [4, 224, 224, 3] },
        y: { data: Int32Array.of(0, 1, 2, 0), shape: [4] },
      };
      for (const [unfrozen, size] of [
        [undefined, 1280],
        ["blocks.15", 192 * 7 * 7],
      ] as const) {
        const trained = async (featureCache: boolean) => {
          const features = (await nn.loadModel(backbone)).cut("features").freeze();
          const model = nn.sequential([features, nn.dense(3, { activation: "softmax" })], { seed: 1 });
          if (unfrozen) model.unfreeze(unfrozen);
          expect(frozenPrefix(model.network)!.size).toBe(size);
          await model.compile({
            optimizer: nn.sgd({ learningRate: 0.01 }),
            loss: "sparse_categorical_crossentropy",
          });
          const history = await model.fit(data, { epochs: 2, batchSize: 2, verbose: 0, featureCache });
          await model.close();
          return { history, weights: model.getWeights() };
        };
        const [kept, plain] = [await trained(true), await trained(false)];
        expect(kept.history.history.loss[1]).toBeCloseTo(plain.history.history.loss[1], 3);
        expectAlike(kept.weights.slice(-2), plain.weights.slice(-2));
      }
    },
  );
});

describe("what cannot be", () => {
  test("options and sources are refused by name", async () => {
    const model = await transfer();
    const fit = (featureCache: unknown) =>
      // Wrong on purpose.
      model.fit(pictures(4), { verbose: 0, featureCache: featureCache as boolean });
    await expect(fit("yes")).rejects.toThrow("fit: featureCache: expected true or false");
    await expect(fit({ path: "x" })).rejects.toThrow('unknown option "path"');
    await expect(fit({ memory: -1 })).rejects.toThrow(
      "featureCache: memory: expected a number of at least 0",
    );
    await expect(fit({ folder: "" })).rejects.toThrow("featureCache: folder");
    const wrong = pictures(4);
    wrong.epoch = async function* () {
      yield {
        x: { data: new Uint8Array(4 * 48), shape: [4, 4, 4, 3] },
        y: { data: new Int32Array(4), shape: [4] },
      };
    };
    await expect(model.fit(wrong, { verbose: 0 })).rejects.toThrow(
      "fit: x must be of shape [?, 8, 8, 3], got [4, 4, 4, 3]",
    );
    await expect(model.evaluate(wrong)).rejects.toThrow("evaluate: x must be of shape [?, 8, 8, 3]");
    const silent = pictures(5, { broken: [0] });
    const epoch = silent.epoch;
    silent.epoch = async function* (number) {
      for await (const { x, y } of epoch(number)) yield { x, y };
    };
    await expect(model.fit(silent, { verbose: 0 })).rejects.toThrow(
      "where batches may lack samples they must have indices",
    );
    await model.close();
  });

  test("notices go to the console where no callback takes them", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const model = await transfer();
    await model.fit(pictures(9), { verbose: 0, featureCache: { memory: 10 } });
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
    await model.close();
  });
});
