import { expect } from "vitest";
import * as nn from "../../src/index.ts";

/** Pictures of bytes [n, height, width, 3] as tools/oracles/onnx_in_torch.py makes them. */
export function picturesOf(shape: readonly number[]): nn.Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  return { data: Uint8Array.from({ length: size }, (_, i) => (i * 7919 + (i >> 5) * 31) % 256), shape };
}

/** The same as [n, channels, height, width], with each number mapped. */
export function planesOf({ data, shape }: nn.Tensor, map: (value: number) => number) {
  const [n, height, width, channels] = shape;
  const places = height * width;
  const result = new Float32Array(data.length);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < places; p++)
        result[(i * channels + c) * places + p] = map(data[(i * places + p) * channels + c]);
  return { data: result, shape: [n, channels, height, width] };
}

/** A tensor in a few numbers, as the oracles write it. */
export interface Summary {
  sum: number;
  norm: number;
  elements: readonly number[];
}

/** Compares a tensor with its summary; what is small against the whole counts little. */
export function expectSummary(
  data: ArrayLike<number>,
  expected: Summary,
  what: string,
  tolerance = 2e-4,
): void {
  const norm = Math.sqrt(Array.from(data).reduce((sum, v) => sum + v * v, 0));
  expect(Math.abs(norm - expected.norm) / expected.norm, `${what}: norm`).toBeLessThan(tolerance);
  // Of numbers whose signs are mixed the sum may be small: the error is measured against √n times their norm.
  const sum = Array.from(data).reduce((total, v) => total + v, 0);
  expect(
    Math.abs(sum - expected.sum) / (expected.norm * Math.sqrt(data.length)),
    `${what}: sum`,
  ).toBeLessThan(tolerance);
  expected.elements.forEach((element, i) => {
    const place = Math.round((i * (data.length - 1)) / 4);
    const unit = Math.max(Math.abs(element), expected.norm / Math.sqrt(data.length));
    expect(Math.abs(data[place] - element) / unit, `${what}: element ${place}`).toBeLessThan(10 * tolerance);
  });
}

/** The loss (mean of the squared outputs) and its gradients by weight, and the weights that training left alone. */
export async function gradientsOf(model: nn.Model, x: nn.Tensor) {
  const before = model.copyWeights();
  // One step of plain descent at a rate so large that the weights' own size does not blur the gradients.
  const rate = 1e4;
  await model.compile({ optimizer: nn.sgd({ learningRate: rate }), loss: "mse" });
  const shape = [x.shape[0], ...model.outputShape];
  const y = { data: new Float32Array(shape.reduce((product, side) => product * side, 1)), shape };
  const { loss } = await model.trainOnBatch(x, y);
  const gradients = new Map<string, Float32Array>();
  const still: string[] = [];
  for (const [path, after] of model.copyWeights()) {
    const old = before.get(path)!;
    const gradient = old.map((value, i) => (value - after[i]) / rate);
    if (gradient.some((value) => value !== 0)) gradients.set(path, gradient);
    else still.push(path);
  }
  return { loss, gradients, still };
}
