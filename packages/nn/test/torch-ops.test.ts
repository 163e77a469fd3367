import { expect, test } from "vitest";
import { gradients } from "../src/grad.ts";
import { sizeOf, type Value } from "../src/ir/value.ts";
import * as f from "../src/ops/index.ts";
import fixture from "./fixtures/torch-ops.json" with { type: "json" };
import { evaluate } from "./support/run.ts";

/** The oracle's operands (tools/oracles/torch_ops.py). */
function operand(shape: readonly number[], seed: number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const noise = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return (noise - Math.floor(noise)) * 2 - 1;
  });
}

const window = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: 1 } as const;
const overlap = { strides: [2, 2], pads: [1, 1, 1, 1] } as const;

const builds: Record<keyof typeof fixture, (...operands: Value[]) => Value> = {
  "conv2d, stride 2, asymmetric pads": (x, w, b) =>
    f.conv2d(x, w, b, { strides: [2, 2], pads: [0, 1, 1, 2] }),
  "conv2d, dilated groups": (x, w) =>
    f.conv2d(x, w, undefined, { dilations: [2, 3], pads: [2, 1, 2, 1], groups: 2 }),
  "conv2dInputGradient, transposed convolution": (dy, w) =>
    f.conv2dInputGradient(dy, w, [2, 3, 6, 7], { ...window, ...overlap }),
  "maxPool2d, overlap and pads": (x) => f.maxPool2d(x, [3, 3], overlap),
  "averagePool2d, pads counted": (x) => f.averagePool2d(x, [3, 3], { ...overlap, countPads: true }),
  "averagePool2d, pads not counted": (x) => f.averagePool2d(x, [3, 3], overlap),
  batchNormalizationTraining(x, scale, offset) {
    const zeros = f.constant(new Float32Array(3), [3]);
    return f.batchNormalizationTraining(x, { scale, offset, mean: zeros, variance: zeros }).output;
  },
  softmaxCrossEntropy: (z) =>
    f.softmaxCrossEntropy(f.mul(z, f.scalar(30)), f.constant(Int32Array.of(0, 3, 1, 2, 2), [5])),
  sigmoidCrossEntropy: (z, t) => f.sigmoidCrossEntropy(f.mul(z, f.scalar(60)), f.sigmoid(t)),
  softplus: (x) => f.softplus(f.mul(x, f.scalar(80))),
  "logSoftmax, first axis": (x) => f.logSoftmax(f.mul(x, f.scalar(50)), 0),
};

function expectClose(actual: ArrayLike<unknown>, expected: readonly number[], what: string): void {
  const scale = Math.max(...expected.map(Math.abs));
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(actual[i]))), 0);
  expect(actual.length, what).toBe(expected.length);
  expect(worst / scale, what).toBeLessThan(2e-6);
}

test.each(Object.keys(builds) as (keyof typeof fixture)[])("as PyTorch: %s", async (name) => {
  const { operands: shapes, shape, output: expected, gradients: flows } = fixture[name];
  const operands = shapes.map((extents, i) => f.input(`operand${i}`, extents));
  const output = builds[name](...operands);
  expect(output.shape).toEqual(shape);
  const loss = f.reduceSum(f.mul(output, f.constant(operand(shape, 99), shape)));
  const outputs: Record<string, Value> = { output };
  gradients(loss, operands).forEach((flow, i) => {
    outputs[`gradient${i}`] = flow;
  });
  const feeds = Object.fromEntries(
    shapes.map((extents, i) => [`operand${i}`, { data: operand(extents, i), shape: extents }]),
  );
  const result = await evaluate(outputs, feeds);
  expectClose(result.output.data, expected, "output");
  flows.forEach((flow, i) => {
    expectClose(result[`gradient${i}`].data, flow, `gradient ${i}`);
  });
});
