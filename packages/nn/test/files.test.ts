import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { bars } from "./support/bars.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aumento-nn-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const quiet = { verbose: 0, batchSize: 16 } as const;

/** A network with everything that has a state: batch normalization, dropout, an optimizer with moments. */
async function network(optimizer: "adam" | "adamw" | "sgd" = "adam"): Promise<nn.Model> {
  const model = nn.sequential(
    [
      nn.rescaling(1 / 255),
      nn.conv2d(4, 3, { padding: "same", useBias: false }),
      nn.batchNormalization(),
      nn.activation("relu"),
      nn.maxPooling2d(),
      nn.dropout(0.25),
      nn.flatten(),
      nn.dense(8, { activation: "relu" }),
      nn.dense(2, { activation: "softmax" }),
    ],
    { inputShape: [12, 12, 3], seed: 4, name: "bars" },
  );
  await model.compile({ optimizer, loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  return model;
}

describe("a saved model", () => {
  it("predicts the same when loaded, and in plain ONNX Runtime for any batch size", async () => {
    const model = await network();
    const { x, y } = bars(40, 1);
    await model.fit({ x, y }, { ...quiet, epochs: 1 });
    const path = join(folder, "plain.onnx");
    const preprocessing = { size: [12, 12], interpolation: "linear", range: [0, 255], channels: "RGB" };
    await model.save(path, { classNames: ["standing", "lying"], preprocessing, training: { epochs: 1 } });
    const expected = await model.predict(x);

    const loaded = await nn.loadModel(path);
    expect(await loaded.predict(x)).toEqual(expected);
    expect(loaded.metadata).toEqual({
      classNames: ["standing", "lying"],
      preprocessing,
      training: { epochs: 1 },
    });
    expect(loaded.name).toBe("bars");
    expect(loaded.getWeights()).toEqual(model.getWeights());

    const session = await ort.InferenceSession.create(path);
    expect(session.inputNames).toEqual(["input"]);
    expect(session.outputNames).toEqual(["output"]);
    for (const n of [1, 40]) {
      const input = new ort.Tensor("float32", Float32Array.from(x.data.subarray(0, n * 432)), [n, 12, 12, 3]);
      const { output } = await session.run({ input });
      expect(output.dims).toEqual([n, 2]);
      const data = output.data as Float32Array;
      data.forEach((value, i) => {
        expect(value).toBeCloseTo(expected.data[i], 5);
      });
    }
  });

  it.each(["adam", "adamw", "sgd"] as const)("goes on training bit for bit (%s)", async (optimizer) => {
    const data = bars(50, 2);
    const whole = await network(optimizer);
    const { history } = await whole.fit(data, { ...quiet, epochs: 4 });

    const first = await network(optimizer);
    const before = await first.fit(data, { ...quiet, epochs: 2 });
    const path = join(folder, `${optimizer}.onnx`);
    await first.save(path);
    const second = await nn.loadModel(path);
    expect(second.optimizer.iterations).toBe(8);
    const after = await second.fit(data, { ...quiet, initialEpoch: 2, epochs: 4 });

    expect([...before.history.loss, ...after.history.loss]).toEqual(history.loss);
    expect(second.getWeights()).toEqual(whole.getWeights());
  });

  it("carries its metadata over a training", async () => {
    const model = await network();
    const { model: bytes } = model.toBytes({ classNames: ["a", "b"] });
    const again = await nn.loadModel((await nn.loadModel(bytes)).toBytes().model);
    expect(again.metadata.classNames).toEqual(["a", "b"]);
  });

  it("leaves nothing half-written, and no state of other weights", async () => {
    const model = await network();
    const own = await mkdtemp(join(folder, "own-"));
    const path = join(own, "model.onnx");
    await model.trainOnBatch(bars(4, 1).x, bars(4, 1).y);
    await model.save(path);
    expect((await readdir(own)).sort()).toEqual(["model.onnx", "model.optimizer.bin"]);
    await model.save(path, { saveOptimizer: false });
    expect(await readdir(own)).toEqual(["model.onnx"]);
    const bytes = await readFile(path);
    await expect(model.save(join(path, "inside.onnx"))).rejects.toThrow(
      /inside\.optimizer\.bin: cannot write it: a file is where a folder/,
    );
    expect(await readFile(path)).toEqual(bytes);
    expect(await readdir(own)).toEqual(["model.onnx"]);
  });
});

describe("a file that cannot be loaded", () => {
  it("is missing, foreign, cut off or of a later format", async () => {
    const model = await network();
    const { model: bytes } = model.toBytes();
    await expect(nn.loadModel(join(folder, "none.onnx"))).rejects.toThrow(
      /none\.onnx: cannot read it: no such file/,
    );
    const text = join(folder, "text.onnx");
    await writeFile(text, "not a model at all");
    await expect(nn.loadModel(text)).rejects.toThrow(/text\.onnx: expected an ONNX model/);
    await expect(nn.loadModel(bytes.subarray(0, bytes.length / 2))).rejects.toThrow(
      /cut off|damaged|missing/,
    );
    const edited = (from: string, to: string) =>
      new Uint8Array(Buffer.from(Buffer.from(bytes).toString("latin1").replace(from, to), "latin1"));
    // Without its description it is a file like any other: its graph is imported.
    const foreign = await nn.loadModel(edited("aumento.model", "another.model"));
    const { x } = bars(4, 3);
    const outputs = [await foreign.predict(x), await model.predict(x)].map(({ data }) => Array.from(data));
    outputs[0].forEach((value, i) => {
      expect(value).toBeCloseTo(outputs[1][i], 5);
    });
    await expect(nn.loadModel(edited('"format":1', '"format":9'))).rejects.toThrow(/format 9/);
    await expect(nn.loadModel(edited('"className":"Dropout"', '"className":"Dropin_"'))).rejects.toThrow(
      /class "Dropin_".*Dropout/,
    );
    await expect(nn.loadModel(edited('"filters":4', '"filters":5'))).rejects.toThrow(
      /conv2d\/kernel should be float32 \[5, 3, 3, 3\] and has shape \[4, 3, 3, 3\]/,
    );
  });

  it("has an optimizer's state of another model, another optimizer, or cut off", async () => {
    const { x, y } = bars(8, 1);
    const model = await network();
    await model.trainOnBatch(x, y);
    const saved = model.toBytes();
    const state = saved.optimizer!;
    await model.trainOnBatch(x, y);
    const later = model.toBytes();
    const load = (bytes: Uint8Array, optimizerState: Uint8Array) => nn.loadModel(bytes, { optimizerState });
    await expect(load(later.model, state)).rejects.toThrow(/saved with other weights/);
    await expect(load(saved.model, state.subarray(0, state.length - 4))).rejects.toThrow(/cut off/);
    await expect(load(saved.model, new Uint8Array(100))).rejects.toThrow(/no optimizer state/);
    await expect(load((await network("sgd")).toBytes().model, state)).rejects.toThrow(
      /state of Adam, the model has SGD/,
    );
    const other = nn.sequential([nn.flatten(), nn.dense(2)], { inputShape: [12, 12, 3] });
    await other.compile({ optimizer: "adam", loss: "mse" });
    expect(() => other.loadOptimizerState(state)).toThrow(/another architecture: it has conv2d\/kernel/);
    expect((await nn.loadModel(later.model, { optimizerState: false })).optimizer.iterations).toBe(0);
  });

  it("was compiled with a metric or loss of the caller's own", async () => {
    const model = await network();
    const metric: nn.Metric = { name: "mine", sum: (_, prediction) => prediction.shape[0] };
    await model.compile({ loss: "sparse_categorical_crossentropy", metrics: ["accuracy", metric] });
    const { model: bytes } = model.toBytes();
    await expect(nn.loadModel(bytes)).rejects.toThrow(/metric of its own, "mine"/);
    const loaded = await nn.loadModel(bytes, { metrics: [metric] });
    expect((await loaded.evaluate(bars(10, 1))).mine).toBe(1);
    const bare = await nn.loadModel(bytes, { compile: false });
    await expect(bare.evaluate(bars(10, 1))).rejects.toThrow(/not compiled/);
  });

  it("is refused before it is written", async () => {
    const model = await network();
    expect(() => model.toBytes({ classNames: ["one"] })).toThrow(
      /1 classNames \(one\), the model has 2 outputs/,
    );
    expect(() => model.toBytes({ training: { now: 1n } })).toThrow(/training cannot be written as JSON/);
    await expect(model.save("model.h5")).rejects.toThrow(/ends in \.onnx/);
  });
});
