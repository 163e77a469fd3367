import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { beforeEach, describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { readModel, writeModel } from "../src/onnx/serialize.ts";
import facts from "./fixtures/exported-network-facts.json" with { type: "json" };
import { expectSummary, gradientsOf, picturesOf, planesOf } from "./support/imported.ts";
import { type FileDescription, floats, onnxFile, onnxModel } from "./support/onnx-file.ts";
import { spread } from "./support/run.ts";

const file = join(import.meta.dirname, "fixtures/exported-network.onnx");
const x = picturesOf(facts.pictures);
let model: nn.Model;
beforeEach(async () => {
  model = await nn.loadModel(file);
});

const trainable = ({ layers }: nn.Model) =>
  layers.filter((layer) => layer.trainable && layer.weights.length > 0).map(({ name }) => name);

describe("a network that PyTorch exported", () => {
  it("computes the same, its preprocessing (BGR, 0..1, mean, deviation) taken from the JSON beside it", async () => {
    expect(model.inputShape).toEqual([8, 8, 3]);
    expectSummary((await model.predict(x)).data, facts.running.logits, "logits", 1e-5);
    const features = await (await nn.loadModel(file, { output: "features" })).predict(x);
    expectSummary(features.data, facts.running.features, "features", 1e-5);
    expect(await model.cut("features").predict(x)).toEqual(features);
  });

  it("takes values as the file has them where no preprocessing is told", async () => {
    const plain = await nn.loadModel(new Uint8Array(await readFile(file)), { inputShape: [8, 8, 3] });
    expect(plain.metadata).toEqual({});
    const values = { data: Float32Array.from(x.data, (pixel) => pixel / 100 - 1), shape: x.shape };
    const { data, shape } = planesOf(values, (value) => value);
    const session = await ort.InferenceSession.create(file);
    const { logits } = await session.run({ image: new ort.Tensor("float32", data, shape) });
    const output = await plain.predict(values);
    (logits.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(output.data[i], 5);
    });
  });

  it("has PyTorch's gradients, batch normalization on its running statistics", async () => {
    const { loss, gradients, still } = await gradientsOf(model.unfreeze(), x);
    expect(loss).toBeCloseTo(facts.running.loss, 6);
    expect([...gradients.keys()].sort()).toEqual(Object.keys(facts.running.gradients).sort());
    for (const [path, expected] of Object.entries(facts.running.gradients))
      expectSummary(gradients.get(path)!, expected, path);
    expect(still).toContain("layers.0.bn1.running_mean");
  });

  it("has PyTorch's gradients and new statistics on those of the batch, by choice", async () => {
    const { loss, gradients } = await gradientsOf(model.unfreeze(undefined, { batchStatistics: true }), x);
    expect(loss).toBeCloseTo(facts.batch.loss, 6);
    for (const [path, expected] of Object.entries(facts.batch.gradients)) {
      // Before a normalization by the batch a factor of the weights changes nothing but for epsilon: nothing to compare.
      if (expected.norm > 1e-4) expectSummary(gradients.get(path)!, expected, path, 1e-3);
    }
    const after = model.copyWeights();
    for (const [path, expected] of Object.entries(facts.batch.means))
      expectSummary(after.get(path)!, expected, path, 1e-5);
  });

  it("keeps that choice in graphs that were made before it, and in files", async () => {
    await model.compile({ optimizer: nn.sgd({ learningRate: 0 }), loss: "mse" });
    const y = { data: new Float32Array(15), shape: [3, 5] };
    const running = await model.trainOnBatch(x, y);
    model.unfreeze("layers", { batchStatistics: true });
    const batch = await model.trainOnBatch(x, y);
    expect(batch.loss).not.toBeCloseTo(running.loss, 3);
    const again = await nn.loadModel(model.toBytes().model);
    expect((await again.trainOnBatch(x, y)).loss).toBeCloseTo(batch.loss, 5);
    model.unfreeze("layers");
    expect(
      model.layers.some(({ layer, batchStatistics }) => layer.batchStatistics === false && batchStatistics),
    ).toBe(false);
  });
});

describe("places", () => {
  it("are modules, layers and outputs by their names, and their beginnings", () => {
    expect(model.places).toEqual(
      expect.arrayContaining([
        "stem",
        "layers",
        "layers.0",
        "layers.1.conv2",
        "features",
        "logits",
        "fc.Gemm",
      ]),
    );
    for (const place of model.places) expect(model.cut(place).layers.length).toBeGreaterThan(0);
    // As the file itself writes it, too.
    expect(model.cut("/layers/layers.0/conv1/Conv").outputShape).toEqual([4, 4, 6]);
    for (const [long, short] of Object.entries({
      "/layers": "layers",
      "/layers/layers.0": "layers.0",
      "/layers/layers.1/": "layers.1",
      "/layers/layers.1/conv2": "layers.1.conv2",
    })) {
      expect(model.cut(long).layers.map(({ name }) => name)).toEqual(
        model.cut(short).layers.map(({ name }) => name),
      );
      expect(trainable(model.freeze().unfreeze(long))).toEqual(trainable(model.freeze().unfreeze(short)));
      expect([nn.hasPlace(model, long), nn.hasPlace(model, short)]).toEqual([true, true]);
    }
    expect(nn.hasPlace(model, "/layers/layers.0/conv1/Conv")).toBe(true);
    expect(nn.hasPlace(model, "/layers/layers.7")).toBe(false);
    expect(model.cut("layers.0").outputShape).toEqual([4, 4, 6]);
    expect(model.cut("layers").outputShape).toEqual([2, 2, 8]);
  });

  it("that do not exist are refused with the nearest", () => {
    expect(() => model.cut("layer.1")).toThrow(
      /cut: the model has no place "layer\.1"; the nearest are "layers\.1"/,
    );
    expect(() => model.cut("/layers/layers.7")).toThrow(
      /no place "\/layers\/layers\.7"; the nearest are .*"layers\.[01]"/,
    );
    expect(() => model.unfreeze("Features")).toThrow(
      /unfreeze: the model has no place "Features"; the nearest are "features"/,
    );
    expect(() => model.cut(undefined as never)).toThrow(/cut: place: expected the name of a place/);
    expect(() => model.unfreeze(null as never)).toThrow(/unfreeze: place: expected the name of a place/);
    expect(() => model.unfreeze("fc", { batchStatistic: true } as never)).toThrow(/batchStatistic/);
  });

  it("are those of models of our own by their layers' names", async () => {
    const own = nn.sequential([nn.dense(4, { name: "wide" }), nn.activation("relu"), nn.dense(2)], {
      inputShape: [3],
    });
    expect(own.places).toEqual(["wide", "activation", "dense"]);
    const part = own.cut("activation");
    expect(part.outputShape).toEqual([4]);
    expect(part.layers.map(({ name }) => name)).toEqual(["wide", "activation"]);
    expect(trainable(own.freeze().unfreeze("activation"))).toEqual(["dense"]);
  });
});

describe("cut, freeze and unfreeze", () => {
  it("leave out what the place does not need, and copy weights", async () => {
    const part = model.cut("layers.0");
    expect(part.layers.map(({ name }) => name)).not.toContain("fc.Gemm");
    expect(part.network.weights.some(({ path }) => path.startsWith("layers.1"))).toBe(false);
    const before = await part.predict(x);
    model.setWeights(model.getWeights().map(({ data, shape }) => ({ data: data.map(() => 0), shape })));
    expect(await part.predict(x)).toEqual(before);
  });

  it("train from the first layer of a place on", async () => {
    expect(trainable(model.freeze())).toEqual([]);
    expect(trainable(model.unfreeze("layers.1"))[0]).toBe("layers.1.conv1.Conv");
    expect(trainable(model)).toContain("layers.1.downsample.0.Conv");
    expect(trainable(model)).toContain("fc.Gemm");
    expect(trainable(model).some((name) => name.startsWith("layers.0"))).toBe(false);
  });
});

describe("a model as the first element of a sequence", () => {
  const head = () => [nn.dropout(0.2), nn.dense(4, { activation: "softmax" })];

  it("brings its layers, weights, what is frozen and its preprocessing", async () => {
    const backbone = model.cut("features").freeze().unfreeze("layers.1.conv2");
    const whole = nn.sequential([backbone, ...head()], { seed: 5, name: "flowers" });
    expect(whole.inputShape).toEqual([8, 8, 3]);
    expect(whole.outputShape).toEqual([4]);
    expect(trainable(whole)).toEqual([...trainable(backbone), "dense"]);
    expect(whole.metadata.preprocessing).toEqual(model.metadata.preprocessing);
    expect(await whole.cut("features").predict(x)).toEqual(await backbone.predict(x));
    // Its numbers are its own from then on.
    await whole.compile({ optimizer: nn.sgd({ learningRate: 1 }), loss: "sparse_categorical_crossentropy" });
    const before = backbone.getWeights();
    await whole.trainOnBatch(x, { data: Int32Array.of(0, 1, 2), shape: [3] });
    expect(backbone.getWeights()).toEqual(before);
    expect(whole.cut("features").getWeights()).not.toEqual(before);
  });

  it("has a fresh head that depends on the seed alone", () => {
    const kernel = (seed: number) =>
      nn
        .sequential([model.cut("features"), ...head()], { seed })
        .getWeights()
        .at(-2);
    expect(kernel(1)).toEqual(kernel(1));
    expect(kernel(1)).not.toEqual(kernel(2));
  });

  it("goes on training from its file as if it had not been saved, and belongs to no other architecture", async () => {
    const build = async () => {
      const whole = nn.sequential([
        model.cut("features").freeze().unfreeze("layers.1"),
        nn.dense(4, { activation: "softmax" }),
      ]);
      await whole.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
      return whole;
    };
    const y = { data: Int32Array.of(3, 1, 2), shape: [3] };
    const whole = await build();
    await whole.trainOnBatch(x, y);
    const { model: bytes, optimizer } = whole.toBytes();
    await whole.trainOnBatch(x, y);
    const resumed = await nn.loadModel(bytes, { optimizerState: optimizer });
    await resumed.trainOnBatch(x, y);
    expect(resumed.copyWeights()).toEqual(whole.copyWeights());
    const other = nn.sequential([
      model.cut("layers.0"),
      nn.flatten(),
      nn.dense(4, { activation: "softmax" }),
    ]);
    await other.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
    expect(() => other.loadOptimizerState(optimizer!, "run.optimizer.bin")).toThrow(/run\.optimizer\.bin: /);
    expect(() => other.setWeights(whole.getWeights())).toThrow(/the model has \d+ weights, got \d+/);
  });

  it("comes first or not at all, and its names are not given twice", () => {
    expect(() => nn.sequential([nn.flatten(), model as never])).toThrow(/of which the first may be a model/);
    expect(() => nn.sequential([model, nn.dense(2, { name: "fc.Gemm" })])).toThrow(
      /Two layers of the model are called "fc\.Gemm"/,
    );
    const own = nn.sequential([nn.dense(3)], { inputShape: [5] });
    expect(nn.sequential([own, nn.dense(2)]).layers.map(({ name }) => name)).toEqual(["dense", "dense_1"]);
  });
});

describe("weights that are called alike", () => {
  /** A file whose weights are called as those of a dense layer of our own, and of the same shapes. */
  const alias = () =>
    nn.loadModel(
      onnxFile({
        nodes: [["Gemm", ["x", "dense/kernel", "dense/bias"], "y"]],
        tensors: { "dense/kernel": floats([5, 5], spread(25, 1)), "dense/bias": floats([5], spread(5, 2)) },
        input: ["n", 5],
      }),
    );
  const vectors = { data: spread(10, 3), shape: [2, 5] };

  it("stay two where a file's and the head's meet: the frozen one is not trained", async () => {
    const backbone = await alias();
    const whole = nn.sequential([backbone.freeze(), nn.dense(5)], { seed: 1 });
    expect(whole.countParams()).toBe(60);
    await whole.compile({ optimizer: nn.sgd({ learningRate: 0.1 }), loss: "mse" });
    await whole.fit(
      { x: vectors, y: { data: new Float32Array(10), shape: [2, 5] } },
      { epochs: 2, verbose: 0 },
    );
    const after = whole.copyWeights();
    for (const [path, value] of backbone.copyWeights()) expect(after.get(path), path).toEqual(value);
    const again = await nn.loadModel(whole.toBytes().model);
    expect(again.layers.map(({ name }) => name)).toEqual(whole.layers.map(({ name }) => name));
    expect(again.copyWeights()).toEqual(after);
    expect(await again.predict(vectors)).toEqual(await whole.predict(vectors));
    // Nor do they meet where more is put behind, or taken away again.
    const longer = nn.sequential([again, nn.dense(5)]);
    expect(longer.countParams()).toBe(90);
    expect(await longer.cut("dense_1").predict(vectors)).toEqual(await again.predict(vectors));
  });

  it("are refused where the head's layer was named so", async () => {
    const backbone = await alias();
    expect(() => nn.sequential([backbone, nn.dense(5, { name: "dense" })])).toThrow(
      /sequential: the model that comes first has weights called "dense\/…"; name the layer "dense" otherwise/,
    );
  });

  it("keep the names that they have in files of our own", () => {
    const own = nn.sequential([nn.dense(3), nn.dense(3)], { inputShape: [3] });
    expect([
      ...nn
        .sequential([own, nn.dense(3)])
        .copyWeights()
        .keys(),
    ]).toEqual([
      "dense/kernel",
      "dense/bias",
      "dense_1/kernel",
      "dense_1/bias",
      "dense_2/kernel",
      "dense_2/bias",
    ]);
  });

  it("stay two where a name that our graphs need is given way to", async () => {
    const tensors = {
      input: floats([3, 3], spread(9, 1)),
      input_: floats([3, 3], spread(9, 2)),
      input__: floats([3, 3], spread(9, 3)),
    };
    const bytes = onnxFile({
      nodes: [
        ["MatMul", ["x", "input_"], "a"],
        ["MatMul", ["a", "input"], "b"],
        ["MatMul", ["b", "input__"], "y"],
      ],
      tensors,
      input: ["n", 3],
    });
    const model = await nn.loadModel(bytes);
    expect([...model.copyWeights().keys()]).toEqual(["input_", "input___", "input__"]);
    const session = await ort.InferenceSession.create(bytes);
    const data = spread(6, 4);
    const { y } = await session.run({ x: new ort.Tensor("float32", data, [2, 3]) });
    const x = { data, shape: [2, 3] };
    const output = await model.predict(x);
    output.data.forEach((value, i) => {
      expect(value).toBeCloseTo(Number(y.data[i]), 5);
    });
    expect(await (await nn.loadModel(model.toBytes().model)).predict(x)).toEqual(output);
  });
});

describe("an operator without a gradient", () => {
  const file: FileDescription = {
    nodes: [
      ["MatMul", ["x", "before"], "a"],
      ["Round", ["a"], "rounded"],
      ["MatMul", ["rounded", "after"], "y"],
    ],
    tensors: { before: floats([3, 3], spread(9, 1)), after: floats([3, 2], spread(6, 2)) },
    input: ["n", 3],
  };

  it("is in nobody's way where no gradient passes it, and is named where one must", async () => {
    const model = await nn.loadModel(onnxFile(file));
    const vectors = { data: spread(6, 2).map((value) => 20 * value), shape: [2, 3] };
    const { gradients } = await gradientsOf(model.freeze().unfreeze("y"), vectors);
    expect([...gradients.keys()]).toEqual(["after"]);
    await expect(gradientsOf(model.unfreeze(), vectors)).rejects.toThrow(
      /The node "Round_1" \(Round\) cannot be differentiated, and a gradient must pass it: freeze what comes before it/,
    );
  });
});

describe("tensors of a file", () => {
  const product = (tensors: FileDescription["tensors"], nodes: FileDescription["nodes"]) => ({
    tensors,
    nodes,
    input: ["n", 3],
  });
  const w = floats([3, 3], spread(9, 1));
  const vectors = { data: spread(6, 2), shape: [2, 3] };

  it("are one weight where two nodes read them under one name, and two where an Identity stands between", async () => {
    const tied = await nn.loadModel(
      onnxFile(
        product({ w }, [
          ["MatMul", ["x", "w"], "a"],
          ["MatMul", ["a", "w"], "y"],
        ]),
      ),
    );
    expect(tied.countParams()).toBe(9);
    const { gradients } = await gradientsOf(tied, vectors);
    const apart = await nn.loadModel(
      onnxFile(
        product({ w }, [
          ["Identity", ["w"], "v"],
          ["MatMul", ["x", "w"], "a"],
          ["MatMul", ["a", "v"], "y"],
        ]),
      ),
    );
    expect(apart.countParams()).toBe(18);
    const both = (await gradientsOf(apart, vectors)).gradients;
    // The chain rule: what a shared weight gets is the sum of its places'.
    gradients.get("w")!.forEach((value, i) => {
      expect(value).toBeCloseTo(both.get("w")![i] + both.get("v")![i], 4);
    });
    const again = await nn.loadModel(tied.toBytes().model);
    expect(await again.predict(vectors)).toEqual(await tied.predict(vectors));
  });

  it("may be called as our own graphs' tensors are", async () => {
    const odd = await nn.loadModel(onnxFile(product({ output: w }, [["MatMul", ["x", "output"], "y"]])));
    expect((await (await nn.loadModel(odd.toBytes().model)).predict(vectors)).shape).toEqual([2, 3]);
  });

  it("are named after modules where the exporter tells scopes", async () => {
    const file = onnxModel(product({ w }, [["MatMul", ["x", "w"], "y"]]));
    file.graph!.node[0].metadataProps.push({
      $typeName: "onnx.StringStringEntryProto",
      key: "pkg.torch.onnx.name_scopes",
      value: "['', 'layer4', 'layer4.0', 'layer4.0.conv1', 'conv2d_1']",
    });
    const model = await nn.loadModel(writeModel(file));
    expect(model.layers[0].name).toBe("layer4.0.conv1.MatMul");
    expect(model.places).toContain("layer4.0");
  });

  it("come with channels last where the file's input has them", async () => {
    const nodes = [["Mul", ["x", "row"], "y"]] as const;
    const last = await nn.loadModel(
      onnxFile({ nodes, tensors: { row: floats([3], [1, 10, 100]) }, input: ["n", 2, 2, 3] }),
    );
    expect(last.inputShape).toEqual([2, 2, 3]);
    const { data } = await last
      .cut("layout")
      .predict({ data: Float32Array.from({ length: 12 }, (_, i) => i), shape: [1, 2, 2, 3] });
    expect(data).toHaveLength(12);
    const session = await ort.InferenceSession.create(
      onnxFile({ nodes, tensors: { row: floats([3], [1, 10, 100]) }, input: ["n", 2, 2, 3] }),
    );
    const input = spread(12, 1);
    const { y } = await session.run({ x: new ort.Tensor("float32", input, [1, 2, 2, 3]) });
    const ours = await last.predict({ data: input, shape: [1, 2, 2, 3] });
    // The file's axes [n, 2, 2, 3] count as [n, channels, height, width] behind its first node.
    expect(ours.shape).toEqual([1, 2, 3, 2]);
    expect(Array.from(ours.data).sort()).toEqual(Array.from(y.data as Float32Array).sort());
  });

  it("read back from our own files have their batch open", async () => {
    const proto = readModel(model.toBytes().model);
    expect(proto.metadataProps.map(({ key }) => key)).toContain("aumento.model");
    const session = await ort.InferenceSession.create(model.toBytes().model);
    const { output } = await session.run({
      input: new ort.Tensor("float32", Float32Array.from(x.data), x.shape),
    });
    expectSummary(output.data as Float32Array, facts.running.logits, "logits", 1e-5);
  });
});
