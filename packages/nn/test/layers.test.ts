import { describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { layerClasses, layerFromConfig } from "../src/layers/registry.ts";
import { resolveLoss } from "../src/losses/loss.ts";
import { RandomStream } from "../src/random.ts";
import { trainingGraph } from "../src/train/graph.ts";
import { Program } from "../src/train/program.ts";
import { ModelState } from "../src/train/state.ts";

interface LayerCase {
  make: () => nn.Layer;
  input: number[];
  output: number[];
}

const picture = [6, 5, 3];
/** Every class of layer with its variants; a class without a case fails below. */
const cases: Record<string, LayerCase[]> = {
  Activation: (["linear", "relu", "sigmoid", "tanh", "softmax", "leaky_relu"] as const).flatMap((name) => [
    { make: () => nn.activation(name), input: picture, output: picture },
    { make: () => nn.activation(name), input: [7], output: [7] },
  ]),
  LeakyReLU: [{ make: () => nn.leakyReLU({ negativeSlope: 0.4 }), input: picture, output: picture }],
  ReorderChannels: [
    { make: () => nn.reorderChannels([2, 1, 0]), input: picture, output: picture },
    { make: () => nn.reorderChannels([1, 0]), input: [2], output: [2] },
  ],
  Rescaling: [
    { make: () => nn.rescaling(0.5, { offset: -1 }), input: picture, output: picture },
    {
      make: () => nn.rescaling([0.5, 2, 1], { offset: [1, 2, 3] }),
      input: picture,
      output: picture,
    },
    { make: () => nn.rescaling([1, 2]), input: [2], output: [2] },
  ],
  Conv2D: [
    { make: () => nn.conv2d(4, 3), input: picture, output: [4, 3, 4] },
    {
      make: () => nn.conv2d(2, [2, 3], { strides: 2, padding: "same", activation: "tanh" }),
      input: picture,
      output: [3, 3, 2],
    },
    {
      make: () => nn.conv2d(3, 2, { dilationRate: [2, 3], padding: "same", useBias: false }),
      input: picture,
      output: [6, 5, 3],
    },
    { make: () => nn.conv2d(2, 1, { strides: [1, 2] }), input: picture, output: [6, 3, 2] },
    {
      make: () => nn.conv2d(16, 3, { padding: "same", kernelInitializer: nn.randomNormal({ stddev: 0.3 }) }),
      input: [6, 6, 16],
      output: [6, 6, 16],
    },
  ],
  Conv2DTranspose: [
    {
      make: () => nn.conv2dTranspose(4, 4, { strides: 2, padding: "same", activation: "tanh" }),
      input: picture,
      output: [12, 10, 4],
    },
    { make: () => nn.conv2dTranspose(2, [3, 2], { strides: [1, 3] }), input: picture, output: [8, 15, 2] },
    {
      make: () =>
        nn.conv2dTranspose(2, 3, { strides: 2, padding: "same", outputPadding: [1, 0], useBias: false }),
      input: picture,
      output: [12, 9, 2],
    },
    {
      make: () => nn.conv2dTranspose(16, 4, { strides: 2, padding: "same" }),
      input: [3, 4, 16],
      output: [6, 8, 16],
    },
    { make: () => nn.conv2dTranspose(16, 4), input: [1, 1, 16], output: [4, 4, 16] },
  ],
  UpSampling2D: [
    { make: () => nn.upSampling2d(), input: picture, output: [12, 10, 3] },
    { make: () => nn.upSampling2d([1, 3]), input: [3, 4, 16], output: [3, 12, 16] },
    { make: () => nn.upSampling2d(3, { interpolation: "bilinear" }), input: picture, output: [18, 15, 3] },
    {
      make: () => nn.upSampling2d(2, { interpolation: "bilinear" }),
      input: [1, 2, 4],
      output: [2, 4, 4],
    },
  ],
  Reshape: [
    { make: () => nn.reshape([5, 6, 3]), input: picture, output: [5, 6, 3] },
    { make: () => nn.reshape([-1]), input: picture, output: [90] },
    { make: () => nn.reshape([2, -1, 3]), input: [12], output: [2, 2, 3] },
  ],
  ZeroPadding2D: [
    { make: () => nn.zeroPadding2d(), input: picture, output: [8, 7, 3] },
    { make: () => nn.zeroPadding2d([2, [0, 1]]), input: picture, output: [10, 6, 3] },
  ],
  // Gradients take the singular vectors for constants: only where they are found do differences show the same.
  SpectralNormalization: [
    nn.conv2d(4, 3, { padding: "same", strides: 2 }),
    nn.conv2dTranspose(4, 2, { useBias: false }),
  ]
    .map(
      (layer, i): LayerCase => ({
        make: () => nn.spectralNormalization(layer, { powerIterations: 60 }),
        input: picture,
        output: i === 0 ? [3, 3, 4] : [7, 6, 4],
      }),
    )
    .concat({
      make: () => nn.spectralNormalization(nn.dense(3), { powerIterations: 60 }),
      input: [6],
      output: [3],
    }),
  MaxPooling2D: [
    { make: () => nn.maxPooling2d(), input: picture, output: [3, 2, 3] },
    {
      make: () => nn.maxPooling2d({ poolSize: [3, 2], strides: 2, padding: "same" }),
      input: picture,
      output: [3, 3, 3],
    },
  ],
  AveragePooling2D: [
    { make: () => nn.averagePooling2d(), input: picture, output: [3, 2, 3] },
    {
      make: () => nn.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      input: picture,
      output: [3, 3, 3],
    },
  ],
  GlobalAveragePooling2D: [{ make: () => nn.globalAveragePooling2d(), input: picture, output: [3] }],
  BatchNormalization: [
    { make: () => nn.batchNormalization(), input: picture, output: picture },
    {
      make: () => nn.batchNormalization({ momentum: 0.5, epsilon: 0.1, center: false, scale: false }),
      input: [4],
      output: [4],
    },
  ],
  Dropout: [
    { make: () => nn.dropout(0.4), input: picture, output: picture },
    { make: () => nn.dropout(0), input: [3], output: [3] },
  ],
  Flatten: [
    { make: () => nn.flatten(), input: picture, output: [90] },
    { make: () => nn.flatten(), input: [4], output: [4] },
  ],
  Dense: [
    { make: () => nn.dense(4, { activation: "sigmoid" }), input: [6], output: [4] },
    { make: () => nn.dense(3, { useBias: false, kernelInitializer: "he_normal" }), input: [6], output: [3] },
  ],
};

const n = 4;
const normal = (shape: number[], name: string): nn.Tensor & { data: Float32Array } => {
  const stream = new RandomStream(9, name);
  const size = shape.reduce((product, side) => product * side, 1);
  return { data: Float32Array.from({ length: size }, () => stream.normal()), shape };
};

/** The layer between one that has weights, so that a gradient must pass through it, and an output for the loss. */
function networkOf({ make, input }: LayerCase): nn.Model {
  const before =
    input.length === 3 ? nn.conv2d(input[2], 1, { name: "before" }) : nn.dense(input[0], { name: "before" });
  return nn.sequential([before, make()], { inputShape: input, seed: 2 });
}

it("every class of layer has cases", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(layerClasses).sort());
});

const all = Object.entries(cases).flatMap(([className, variants]) =>
  variants.map((variant, i) => ({ title: `${className} ${i + 1}`, className, variant })),
);

describe.each(all)("$title", ({ className, variant }) => {
  it("is made again from its configuration", () => {
    const layer = variant.make();
    expect(layer.className).toBe(className);
    const again = layerFromConfig(className, JSON.parse(JSON.stringify(layer.config)), {});
    expect(again.config).toEqual(layer.config);
    expect(again.outputShape([variant.input])).toEqual(variant.output);
  });

  it("has the shape it says, trains, and predicts the same after saving", async () => {
    const model = networkOf(variant);
    const x = normal([n, ...variant.input], "x");
    const y = normal([n, ...variant.output], "y");
    expect(model.outputShape).toEqual(variant.output);
    await model.compile({ optimizer: "adam", loss: "mse" });
    const before = model.getWeights();
    const { loss } = await model.trainOnBatch(x, y);
    expect(loss).toBeGreaterThan(0);
    const after = model.getWeights();
    expect(after).not.toEqual(before);
    const predicted = await model.predictOnBatch(x);
    expect(predicted.shape).toEqual([n, ...variant.output]);
    expect(predicted.data.every(Number.isFinite)).toBe(true);
    const loaded = await nn.loadModel(model.toBytes().model);
    expect(loaded.getWeights()).toEqual(after);
    expect(await loaded.predictOnBatch(x)).toEqual(predicted);
    await Promise.all([model.close(), loaded.close()]);
  });

  it("has the gradient that finite differences give", async () => {
    const { network } = networkOf(variant);
    const state = new ModelState(network, 2);
    state.useOptimizer(nn.sgd());
    const graph = trainingGraph({ network, n, dtype: "float32" }, resolveLoss("mse"));
    const program = await Program.create(graph, state, 5);
    const x = normal([n, ...variant.input], "x");
    const y = normal([n, ...variant.output], "y");
    const lossNow = async () => (await program.run(x, y)).loss!;
    await lossNow();
    expect(graph.gradients.length).toBeGreaterThan(0);
    const gradients = graph.gradients.map(({ weight }) => state.gradient(weight.path).slice());
    for (const [i, { weight }] of graph.gradients.entries()) {
      const value = state.value(weight.path);
      const start = value.slice();
      const length = (vector: Float32Array) => Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
      const steepness = length(gradients[i]);
      for (const towards of [gradients[i], normal([weight.size], weight.path).data]) {
        // Along a direction of length 1 the derivative of the loss is the gradient's share in it.
        const direction = towards.map((v) => v / Math.max(length(towards), 1e-6));
        const slope = direction.reduce((sum, d, k) => sum + d * gradients[i][k], 0);
        const step = 2e-3;
        const at = (side: number) => {
          value.set(start.map((v, k) => v + side * step * direction[k]));
          return lossNow();
        };
        const difference = ((await at(1)) - (await at(-1))) / (2 * step);
        value.set(start);
        const message = `${weight.path}: ${slope} but ${difference}`;
        // The loss is a float32 near 1: half a unit of its last place is 2e-5 of a slope over this step.
        expect(Math.abs(difference - slope), message).toBeLessThan(0.01 * steepness + 2e-4);
      }
    }
    await program.close();
  });
});
