import { describe, expect, it, vi } from "vitest";
import * as nn from "../src/index.ts";
import { bars } from "./support/bars.ts";

const data = bars(50, 1);
const quiet = { verbose: 0, batchSize: 16 } as const;

async function network(options: Partial<nn.CompileOptions> = {}, outputs = 2): Promise<nn.Model> {
  const model = nn.sequential(
    [
      nn.rescaling(1 / 255),
      nn.flatten(),
      nn.dense(6, { activation: "tanh" }),
      nn.dense(outputs, { activation: "softmax" }),
    ],
    { inputShape: [12, 12, 3], seed: 1 },
  );
  await model.compile({
    optimizer: nn.sgd({ learningRate: 0.05 }),
    loss: "sparse_categorical_crossentropy",
    metrics: ["accuracy"],
    ...options,
  });
  return model;
}

/** A source of batches that notes what is asked of it. */
function source(
  n: number,
  batchSize: number,
  change: (batch: nn.Batch, step: number) => nn.Batch = (b) => b,
) {
  const noted = { reuse: [] as unknown[], epochs: [] as number[], ended: 0, given: 0 };
  const flow: nn.BatchSource = {
    n,
    length: Math.ceil(n / batchSize),
    batchSize,
    async *epoch(epoch, options) {
      noted.epochs.push(epoch);
      noted.reuse.push(options?.reuse);
      const { x, y } = bars(n, 1);
      // One piece of memory for all batches, as a source with `reuse` may have it.
      const memory = new Uint8Array(batchSize * 432);
      try {
        for (let start = 0, step = 0; start < n; start += batchSize, step++) {
          const end = Math.min(start + batchSize, n);
          memory.set(x.data.subarray(start * 432, end * 432));
          noted.given++;
          const batch = {
            x: { data: memory.subarray(0, (end - start) * 432), shape: [end - start, 12, 12, 3] },
            y: { data: y.data.slice(start, end), shape: [end - start] },
          };
          yield change(batch, step);
          memory.fill(77);
        }
      } finally {
        noted.ended++;
      }
    },
  };
  return { flow, noted };
}

describe("fit", () => {
  it("averages loss and metrics over samples, not batches", async () => {
    const model = await network({ optimizer: nn.sgd({ learningRate: 0 }) });
    const { history } = await model.fit(data, { ...quiet, batchSize: 48, validationData: data });
    const whole = await model.testOnBatch(data.x, data.y);
    expect(history.loss[0]).toBeCloseTo(whole.loss, 5);
    expect(history.accuracy[0]).toBeCloseTo(whole.accuracy, 6);
    expect(history.val_loss[0]).toBeCloseTo(whole.loss, 5);
    expect(await model.evaluate(data, { batchSize: 7 })).toEqual({
      loss: expect.closeTo(whole.loss, 5),
      accuracy: expect.closeTo(whole.accuracy, 6),
    });
  });

  it("reads a source whose memory is used again while the next batch is made", async () => {
    const fromSource = await network();
    const { flow, noted } = source(50, 16);
    const first = await fromSource.fit(flow, { ...quiet, epochs: 2, validationData: source(20, 16).flow });
    const fromTensors = await network();
    const second = await fromTensors.fit(data, {
      ...quiet,
      epochs: 2,
      shuffle: false,
      validationData: {
        x: { data: data.x.data.slice(0, 20 * 432), shape: [20, 12, 12, 3] },
        y: bars(20, 1).y,
      },
    });
    expect(first.history.loss).toEqual(second.history.loss);
    expect(noted).toEqual({ reuse: [true, true], epochs: [0, 1], ended: 2, given: 8 });
    expect(fromSource.optimizer.iterations).toBe(8);
  });

  it("splits the last samples off for validation, and shuffles the others anew each epoch", async () => {
    const model = await network({ optimizer: nn.sgd({ learningRate: 0 }) });
    const { history } = await model.fit(data, { ...quiet, validationSplit: 0.2, epochs: 1 });
    const tail = {
      x: { data: data.x.data.slice(40 * 432), shape: [10, 12, 12, 3] },
      y: { data: data.y.data.slice(40), shape: [10] },
    };
    expect(history.val_loss[0]).toBeCloseTo((await model.evaluate(tail)).loss, 5);
    await expect(model.fit(bars(1, 1), { ...quiet, validationSplit: 0.5 })).rejects.toThrow(
      /leaves one side empty/,
    );
    await expect(model.fit(data, { ...quiet, validationSplit: 0.5, validationData: data })).rejects.toThrow(
      /not both/,
    );
    const orders: number[][] = [];
    const seen = { name: "seen", sum: (target: nn.Tensor) => orders.push([...target.data]) };
    await model.compile({ loss: "sparse_categorical_crossentropy", metrics: [seen] });
    await model.fit(data, { ...quiet, batchSize: 50, epochs: 2 });
    expect(orders[0]).not.toEqual(orders[1]);
    expect([...orders[0]].sort()).toEqual([...orders[1]].sort());
  });

  it("keeps what the source says of its classes and pictures for the model's file", async () => {
    const model = await network();
    const facts = { classNames: ["standing", "lying"], preprocessing: { size: [12, 12] } };
    await model.fit({ ...source(16, 16).flow, ...facts }, quiet);
    expect((await nn.loadModel(model.toBytes().model)).metadata).toMatchObject(facts);
    await model.fit({ ...source(16, 16).flow, classNames: ["three", "other", "names"] }, quiet);
    expect(model.metadata).toEqual(facts);
  });

  it("uses no fresh memory of size in its steps", async () => {
    const model = nn.sequential([nn.globalAveragePooling2d(), nn.dense(2, { activation: "softmax" })], {
      inputShape: [128, 128, 3],
    });
    await model.compile({ loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
    const bytes = 16 * 128 * 128 * 3;
    const batch = {
      x: { data: new Uint8Array(bytes), shape: [16, 128, 128, 3] },
      y: { data: new Int32Array(16), shape: [16] },
    };
    const flow = {
      n: 16 * 40,
      length: 40,
      batchSize: 16,
      async *epoch() {
        for (let i = 0; i < 40; i++) yield batch;
      },
    };
    const held: number[] = [];
    const measure = { onBatchEnd: () => void held.push(process.memoryUsage().arrayBuffers) };
    await model.fit(flow, { verbose: 0, callbacks: [measure] });
    expect(Math.max(...held.slice(10)) - held[10]).toBeLessThan(2 * bytes);
  });

  it("asks for the next batch before the step runs", async () => {
    const model = await network();
    const { flow, noted } = source(50, 16);
    const given: number[] = [];
    await model.fit(flow, { ...quiet, callbacks: [{ onBatchEnd: () => void given.push(noted.given) }] });
    expect(given).toEqual([2, 3, 4, 4]);
  });

  it("predicts a source as it does the tensors in it", async () => {
    const model = await network();
    expect(await model.predict(source(50, 16).flow)).toEqual(await model.predict(data.x));
    await expect(model.predict(data.x, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
    await expect(model.evaluate({ ...source(50, 16).flow, async *epoch() {} })).rejects.toThrow(
      /evaluate: the source gave no batch/,
    );
  });

  it("stops after the running step when aborted, and the model stays usable", async () => {
    const model = await network();
    const controller = new AbortController();
    const { flow, noted } = source(50, 16);
    const ended = vi.fn();
    const history = await model.fit(flow, {
      ...quiet,
      epochs: 5,
      signal: controller.signal,
      callbacks: [
        {
          onBatchEnd: (step, _, run) => void (step === 1 && run.model && controller.abort()),
          onTrainEnd: ended,
        },
      ],
    });
    expect(history).toEqual({ epoch: [], history: {}, stopped: "aborted" });
    expect(model.optimizer.iterations).toBe(2);
    expect(noted.ended).toBe(1);
    expect(ended).toHaveBeenCalledOnce();
    expect((await model.predict(data.x)).data.every(Number.isFinite)).toBe(true);
    expect((await model.fit(data, quiet)).stopped).toBeUndefined();
  });

  it("ends at once when aborted before, and when a source throws because of the signal", async () => {
    const model = await network();
    const early = await model.fit(data, { ...quiet, signal: AbortSignal.abort() });
    expect(early.stopped).toBe("aborted");
    expect(model.optimizer.iterations).toBe(0);
    const controller = new AbortController();
    const { flow } = source(50, 16, (batch, step) => {
      if (step === 2) {
        controller.abort();
        throw new Error("interrupted");
      }
      return batch;
    });
    const history = await model.fit(flow, { ...quiet, signal: controller.signal });
    expect(history.stopped).toBe("aborted");
  });

  it("passes on what a source or a callback throws, and tells the callbacks that it is over", async () => {
    const model = await network();
    const { flow, noted } = source(50, 16, (batch, step) => {
      if (step === 1) throw new Error("the disk is gone");
      return batch;
    });
    const ended = vi.fn();
    await expect(model.fit(flow, { ...quiet, callbacks: [{ onTrainEnd: ended }] })).rejects.toThrow(
      "the disk is gone",
    );
    expect(ended).toHaveBeenCalledOnce();
    expect(noted.ended).toBe(1);
    const others = vi.fn();
    const twice = [{ onTrainEnd: () => Promise.reject(new Error("at the end")) }, { onTrainEnd: others }];
    await expect(model.fit(data, { ...quiet, callbacks: twice })).rejects.toThrow("at the end");
    expect(others).toHaveBeenCalledOnce();
    const bad = { onEpochEnd: () => Promise.reject(new Error("in a callback")) };
    await expect(model.fit(data, { ...quiet, callbacks: [bad] })).rejects.toThrow("in a callback");
    expect((await model.fit(data, quiet)).epoch).toEqual([0]);
  });

  it("names epoch and step where the loss is no number, and keeps the weights of before", async () => {
    const model = await network();
    const { flow } = source(48, 16, ({ x, y }, step) => ({
      x: { data: new Float32Array(x.data.length).fill(step === 1 ? Number.NaN : 3), shape: x.shape },
      y,
    }));
    await expect(model.fit(flow, quiet)).rejects.toThrow(/^Epoch 1, step 2: the loss is NaN/);
    expect(model.getWeights().every(({ data }) => data.every(Number.isFinite))).toBe(true);
    expect(model.optimizer.iterations).toBe(1);
    expect(await model.fit(flow, { ...quiet, epochs: 3, onNaN: "stop" })).toEqual({
      epoch: [],
      history: {},
      stopped: "nan",
    });
    await expect(
      model.trainOnBatch(
        { data: new Float32Array(432).fill(Number.NaN), shape: [1, 12, 12, 3] },
        { data: Int32Array.of(1), shape: [1] },
      ),
    ).rejects.toThrow(/the loss is NaN/);
  });

  it("runs what is asked for at once one after the other", async () => {
    const [one, two] = [await network(), await network()];
    const batches = [0, 1, 2].map((seed) => bars(8, seed));
    const together = await Promise.all(batches.map(({ x, y }) => one.trainOnBatch(x, y)));
    const apart: object[] = [];
    for (const { x, y } of batches) apart.push(await two.trainOnBatch(x, y));
    expect(together).toEqual(apart);
  });

  it("leaves frozen layers alone, batch normalization's statistics included", async () => {
    const model = nn.sequential(
      [
        nn.rescaling(1 / 255),
        nn.flatten(),
        nn.dense(4, { name: "frozen" }),
        nn.batchNormalization(),
        nn.dense(2, { activation: "softmax" }),
      ],
      { inputShape: [12, 12, 3] },
    );
    await model.compile({ loss: "sparse_categorical_crossentropy" });
    const weights = () =>
      Object.fromEntries(model.network.weights.map(({ path }, i) => [path, model.getWeights()[i].data]));
    const before = weights();
    for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
    await model.fit(data, quiet);
    const frozen = weights();
    const moved = Object.keys(before).filter((path) => frozen[path].join() !== before[path].join());
    expect(moved).toEqual(["dense/kernel", "dense/bias"]);
    model.layers[3].trainable = true;
    await model.fit(data, quiet);
    const after = weights();
    expect(Object.keys(before).filter((path) => after[path].join() !== frozen[path].join())).toEqual([
      "batch_normalization/gamma",
      "batch_normalization/beta",
      "batch_normalization/moving_mean",
      "batch_normalization/moving_variance",
      "dense/kernel",
      "dense/bias",
    ]);
  });
});

describe("what does not fit", () => {
  const y = (...labels: number[]): nn.Tensor => ({ data: Int32Array.from(labels), shape: [labels.length] });
  const x = (n: number, shape = [12, 12, 3]): nn.Tensor => ({
    data: new Uint8Array(n * shape.reduce((product, side) => product * side, 1)),
    shape: [n, ...shape],
  });

  it("labels, shapes and types are named with what was expected", async () => {
    const model = await network({}, 5);
    const cases: [nn.Tensor, nn.Tensor, RegExp][] = [
      [x(2), y(1, 7), /y\[1\] is 7, but the model has 5 outputs: labels are the integers 0\.\.4/],
      [x(2), y(1, -1), /y\[1\] is -1/],
      [x(2), { data: Float32Array.of(0, 0.5), shape: [2] }, /y\[1\] is 0\.5/],
      [x(2), y(1), /x has 2 samples, y has 1/],
      [x(2, [12, 13, 3]), y(1, 1), /x must be of shape \[\?, 12, 12, 3\], got \[2, 12, 13, 3\]/],
      [x(0), y(), /x has no samples/],
      [
        { data: new Int32Array(432), shape: [1, 12, 12, 3] },
        y(1),
        /must be a Uint8Array or Float32Array, got an Int32Array/,
      ],
      [{ data: new Uint8Array(431), shape: [1, 12, 12, 3] }, y(1), /needs 432 numbers, the data has 431/],
      [
        x(1),
        { data: new Float32Array(5), shape: [1, 5] },
        /got \[1, 5\]; for one-hot rows take categorical_crossentropy/,
      ],
    ];
    for (const [input, target, message] of cases) {
      await expect(model.trainOnBatch(input, target)).rejects.toThrow(message);
      await expect(model.fit({ x: input, y: target }, { verbose: 0, shuffle: false })).rejects.toThrow(
        message,
      );
    }
    await model.compile({ loss: "categorical_crossentropy" });
    await expect(model.trainOnBatch(x(2), y(1, 2))).rejects.toThrow(
      /for class numbers take sparse_categorical_crossentropy/,
    );
    await expect(
      model.trainOnBatch(x(1), { data: new Float32Array(5).fill(2), shape: [1, 5] }),
    ).rejects.toThrow(/holds 2 at place 0/);
    await expect(model.predict(x(2, [1, 1, 3]))).rejects.toThrow(/predict: x must be of shape/);
  });

  it("a source without labels, or without batches", async () => {
    const model = await network();
    const without = source(16, 16, ({ x }) => ({ x }));
    await expect(model.fit(without.flow, quiet)).rejects.toThrow(/Epoch 1, step 1: the batch has no y/);
    const empty = { ...source(16, 16).flow, async *epoch() {} };
    await expect(model.fit(empty, quiet)).rejects.toThrow(/the source gave no batch/);
    const unsized = { ...source(16, 16).flow, length: 0 };
    await expect(model.fit(unsized, quiet)).rejects.toThrow(
      /fit: the source's length must be a positive integer, it is 0/,
    );
    const running = model.fit(data, quiet);
    await expect(model.fit(data, quiet)).rejects.toThrow(/being trained already/);
    await running;
  });

  it("arguments", async () => {
    const model = await network();
    const bare = nn.sequential([nn.flatten(), nn.dense(2)], { inputShape: [12, 12, 3] });
    await expect(bare.fit(data, quiet)).rejects.toThrow(/not compiled/);
    await expect(model.fit(data, { epochs: 0 })).rejects.toThrow(
      /fit: epochs: expected an integer of at least 1, got 0/,
    );
    await expect(model.fit(data, { batchSize: 1.5 })).rejects.toThrow(/batchSize/);
    // @ts-expect-error: no labels
    await expect(model.evaluate({ x: data.x })).rejects.toThrow(
      /evaluate: data: expected a source of batches or tensors \{ x, y \}/,
    );
    // @ts-expect-error: nothing
    await expect(model.fit(undefined, quiet)).rejects.toThrow(/fit: data: expected a source/);
    // @ts-expect-error: a bare array
    await expect(model.predictOnBatch(new Float32Array(3))).rejects.toThrow(
      /predictOnBatch: x: expected a tensor/,
    );
    // @ts-expect-error: an option that does not exist
    await expect(model.fit(data, { epoch: 3 })).rejects.toThrow(/unknown option "epoch"; there are epochs/);
    // @ts-expect-error: a loss that does not exist
    await expect(model.compile({ loss: "hinge" })).rejects.toThrow(
      /compile: loss: expected one of sparse_categorical/,
    );
    await expect(model.compile({ loss: "mse", metrics: ["sparse_categorical_accuracy"] })).rejects.toThrow(
      /not sparse_/,
    );
    await expect(model.compile({ loss: "mse", metrics: ["mae", "mae"] })).rejects.toThrow(/different names/);
    expect(() => nn.conv2d(0, 3)).toThrow(/conv2d: filters: expected an integer of at least 1, got 0/);
    expect(() => nn.conv2d(4, 3, { strides: 2, dilationRate: 2 })).toThrow(/cannot both be above 1/);
    // @ts-expect-error: a misspelt option
    expect(() => nn.dense(4, { activations: "relu" })).toThrow(/dense: unknown option "activations"/);
    // @ts-expect-error: an activation that does not exist
    expect(() => nn.activation("swish")).toThrow(/expected one of linear, relu/);
    expect(() => nn.sequential([nn.dense(2)], { inputShape: [4, 4, 1] })).toThrow(
      /Layer 1 \(dense\): dense: the input must be vectors \[features\], got \[4, 4, 1\]; put flatten/,
    );
    expect(() => nn.sequential([nn.conv2d(2, 5)], { inputShape: [4, 4, 1] })).toThrow(
      /a window of 5 does not fit into an extent of 4/,
    );
    expect(() =>
      nn.sequential([nn.flatten({ name: "a" }), nn.dense(2, { name: "a" })], { inputShape: [4] }),
    ).toThrow(/called "a"/);
    expect(() => nn.sequential([], { inputShape: [4] })).toThrow(/a list of layers/);
    expect(() => nn.sequential([nn.dense(1)], { inputShape: [4, 4] })).toThrow(/\[height, width, channels\]/);
    expect(() => model.setWeights([])).toThrow(/has 4 weights, got 0/);
  });
});
