import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";

// Reference losses of Keras, by tools/oracles/keras_training.py, for weights and batches that both sides compute.
interface Case {
  inputShape: number[];
  batch: number;
  steps: number;
  classes: number;
  optimizer: nn.Optimizer;
  loss: nn.LossName;
  network: "course" | "normalized" | "enlarging";
}
const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8"));
const cases: Record<string, Case> = fixture("keras-training-cases.json");
const reference: Record<string, { losses: number[]; evaluated: number }> = fixture("keras-training.json");

/** Numbers in [0, 1) with 24 bits: the finalizer of MurmurHash3. */
function draws(stream: number, count: number): Float64Array {
  const start = Math.imul(stream, 0x9e3779b1);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = (start + i) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    numbers[i] = ((x ^ (x >>> 16)) >>> 8) / 2 ** 24;
  }
  return numbers;
}

function course(classes: number): nn.Layer[] {
  return [
    ...[16, 32, 64].flatMap((filters) => [
      nn.conv2d(filters, 3, { padding: "same", activation: "relu" }),
      nn.maxPooling2d(),
    ]),
    nn.flatten(),
    nn.dense(128, { activation: "relu" }),
    nn.dense(classes, { activation: "softmax" }),
  ];
}

function normalized(classes: number): nn.Layer[] {
  return [
    nn.conv2d(6, [5, 3], { strides: 2, padding: "same", useBias: false }),
    nn.batchNormalization({ momentum: 0.9 }),
    nn.leakyReLU({ negativeSlope: 0.1 }),
    nn.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }),
    nn.conv2d(8, 2, { dilationRate: 2, activation: "tanh" }),
    nn.batchNormalization(),
    nn.activation("leaky_relu"),
    nn.maxPooling2d({ poolSize: 2, strides: 1, padding: "same" }),
    nn.globalAveragePooling2d(),
    nn.dense(7, { useBias: false }),
    nn.batchNormalization({ scale: false }),
    nn.dense(classes, { activation: "sigmoid" }),
  ];
}

function enlarging(classes: number): nn.Layer[] {
  return [
    nn.zeroPadding2d([
      [1, 0],
      [0, 2],
    ]),
    nn.conv2dTranspose(6, 4, { strides: 2, padding: "same", useBias: false }),
    nn.batchNormalization(),
    nn.leakyReLU({ negativeSlope: 0.2 }),
    nn.conv2dTranspose(4, [3, 2], { strides: [2, 3] }),
    nn.upSampling2d(2, { interpolation: "bilinear" }),
    nn.conv2d(4, 4, { strides: 2, padding: "same", activation: "relu" }),
    nn.upSampling2d([1, 2]),
    nn.conv2dTranspose(3, 3, { strides: 2, padding: "same", outputPadding: 1, activation: "tanh" }),
    nn.averagePooling2d({ poolSize: 6 }),
    nn.reshape([-1]),
    nn.dense(24, { activation: "leaky_relu" }),
    nn.reshape([2, 3, -1]),
    nn.conv2dTranspose(2, 2, { activation: "sigmoid" }),
    nn.reshape([-1, 2, 2]),
    nn.flatten(),
    nn.dense(classes),
  ];
}

const networks: Record<Case["network"], (classes: number) => nn.Layer[]> = { course, normalized, enlarging };

function start(model: nn.Model): void {
  const weights = model.network.weights.map(({ name, shape, size }, stream) => {
    const [inputs, outputs] = shape.slice(-2);
    const scale =
      shape.length > 1
        ? Math.sqrt(6 / (shape.slice(0, -2).reduce((field, side) => field * side, 1) * (inputs + outputs)))
        : 0.1;
    const offset = name === "gamma" || name === "moving_variance" ? 1 : 0;
    return { data: new Float32Array(draws(stream, size).map((u) => (2 * u - 1) * scale + offset)), shape };
  });
  model.setWeights(weights);
}

function batch({ batch: n, inputShape, classes, loss }: Case, step: number): { x: nn.Tensor; y: nn.Tensor } {
  const size = inputShape.reduce((product, side) => product * side, n);
  const x = { data: new Uint8Array(draws(1000 + step, size).map((u) => 256 * u)), shape: [n, ...inputShape] };
  if (loss === "mean_squared_error")
    return { x, y: { data: Float32Array.from(draws(2000 + step, n * classes)), shape: [n, classes] } };
  const labels = Int32Array.from(draws(2000 + step, n), (u) => Math.max(classes, 2) * u);
  if (loss === "binary_crossentropy") return { x, y: { data: Float32Array.from(labels), shape: [n] } };
  if (loss === "sparse_categorical_crossentropy") return { x, y: { data: labels, shape: [n] } };
  const rows = new Float32Array(n * classes);
  labels.forEach((label, i) => {
    rows[i * classes + label] = 1;
  });
  return { x, y: { data: rows, shape: [n, classes] } };
}

describe("training as Keras does it", () => {
  it.each(Object.entries(cases))("%s: the loss of each step", async (name, given) => {
    const layers = [nn.rescaling(1 / 255), ...networks[given.network](given.classes)];
    const model = nn.sequential(layers, { inputShape: given.inputShape });
    start(model);
    await model.compile({ optimizer: given.optimizer, loss: given.loss });
    const { losses, evaluated } = reference[name];
    expect(losses).toHaveLength(given.steps);
    const relative: number[] = [];
    for (const [step, expected] of losses.entries()) {
      const { x, y } = batch(given, step);
      const { loss } = await model.trainOnBatch(x, y);
      relative.push(Math.abs(loss / expected - 1));
    }
    const { x, y } = batch(given, given.steps - 1);
    const { loss } = await model.testOnBatch(x, y);
    relative.push(Math.abs(loss / evaluated - 1));
    await model.close();
    expect(Math.max(...relative), relative.map((r) => r.toExponential(1)).join(" ")).toBeLessThan(1e-4);
  });
});
