import type { Value } from "../../src/ir/value.ts";
import * as f from "../../src/ops/index.ts";

/** How to fill an operand: spread numbers without ties or zeros, only positive ones, or small integers (not varied). */
export type Fill = "spread" | "positive" | "labels";

/** An op applied to operands of its own; the gradient is checked with respect to each float32 operand. */
export interface OpCase {
  readonly name: string;
  readonly operands: readonly { shape: readonly number[]; fill?: Fill }[];
  build(...operands: Value[]): Value;
}

const one = (...shape: number[]) => [{ shape }];
const two = (a: number[], b: number[]) => [{ shape: a }, { shape: b }];
const positive = (...shape: number[]) => ({ shape, fill: "positive" as const });

function broadcasts(build: (a: Value, b: Value) => Value): OpCase[] {
  return [
    { name: "same shape", operands: two([2, 3], [2, 3]), build },
    { name: "row and column", operands: two([3, 1], [1, 4]), build },
    { name: "number and tensor", operands: two([], [2, 2, 2]), build },
    { name: "per channel", operands: two([2, 3, 2, 2], [1, 3, 1, 1]), build },
  ];
}

const unary = (
  build: (x: Value) => Value,
  operand = { shape: [2, 5] } as OpCase["operands"][0],
): OpCase[] => [{ name: "matrix", operands: [operand], build }];

const window = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;

function convolutions(
  apply: (
    x: number[],
    w: number[],
    options: Parameters<typeof f.conv2d>[3],
  ) => Pick<OpCase, "operands" | "build">,
): OpCase[] {
  return [
    { name: "valid", ...apply([2, 3, 5, 4], [2, 3, 3, 3], {}) },
    { name: "same", ...apply([1, 2, 4, 5], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }) },
    { name: "1 x 1", ...apply([2, 3, 3, 2], [4, 3, 1, 1], {}) },
    {
      name: "stride 2, asymmetric pads",
      ...apply([1, 2, 6, 5], [3, 2, 3, 3], { strides: [2, 2], pads: [0, 0, 1, 1] }),
    },
    { name: "stride 2 with a rest", ...apply([1, 1, 6, 6], [2, 1, 3, 3], { strides: [2, 3] }) },
    { name: "dilated", ...apply([1, 2, 6, 6], [2, 2, 3, 2], { dilations: [2, 3], pads: [1, 0, 2, 1] }) },
    { name: "more pads than kernel", ...apply([1, 1, 3, 3], [1, 1, 2, 2], { pads: [2, 2, 2, 2] }) },
    {
      name: "strides that divide the kernel",
      ...apply([1, 2, 6, 4], [3, 2, 4, 4], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    },
    {
      name: "strides that divide a small kernel, a rest, pads",
      ...apply([1, 3, 7, 7], [2, 3, 2, 3], { strides: [2, 3], pads: [0, 1, 1, 2] }),
    },
    { name: "many weights, few places", ...apply([2, 5, 3, 4], [6, 5, 2, 3], { pads: [1, 1, 0, 0] }) },
    {
      name: "many weights, few places, strides",
      ...apply([1, 8, 5, 5], [9, 8, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    },
    { name: "the whole picture", ...apply([3, 2, 3, 4], [4, 2, 3, 4], {}) },
    { name: "groups", ...apply([1, 4, 4, 4], [6, 2, 3, 3], { groups: 2, pads: [1, 1, 1, 1] }) },
    {
      name: "depthwise",
      ...apply([2, 3, 4, 4], [3, 1, 3, 3], { groups: 3, strides: [2, 2], pads: [1, 1, 0, 0] }),
    },
    {
      name: "depthwise, dilated, with a rest in the picture and one in the pads",
      ...apply([1, 2, 6, 8], [2, 1, 2, 3], {
        groups: 2,
        strides: [3, 2],
        dilations: [2, 1],
        pads: [1, 0, 1, 0],
      }),
    },
    { name: "1 x 1, many channels and few places", ...apply([2, 6, 1, 2], [5, 6, 1, 1], {}) },
  ];
}

function outputShape(x: number[], w: number[], options: Parameters<typeof f.conv2d>[3]): readonly number[] {
  return f.conv2d(f.input("x", x), f.input("w", w), undefined, options).shape;
}

const pooled = (name: string, shape: number[], build: (x: Value) => Value): OpCase => ({
  name,
  operands: one(...shape),
  build,
});

/** Cases by op; a test fails where an op has none. Ops without gradient have cases that compare forward values. */
export const opCases: Readonly<Record<string, readonly OpCase[]>> = {
  abs: unary(f.abs),
  add: broadcasts(f.add),
  averagePool2d: [
    pooled("tiles", [1, 2, 4, 6], (x) => f.averagePool2d(x, [2, 3])),
    pooled("overlap, pads not counted", [1, 2, 5, 5], (x) =>
      f.averagePool2d(x, [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    ),
    pooled("overlap, pads counted", [2, 1, 5, 4], (x) =>
      f.averagePool2d(x, [2, 3], { strides: [1, 1], pads: [0, 1, 1, 1], countPads: true }),
    ),
    pooled("a rest", [1, 1, 5, 5], (x) => f.averagePool2d(x, [2, 2])),
  ],
  averagePool2dGradient: [
    pooled("tiles", [1, 2, 2, 2], (dy) =>
      f.averagePool2dGradient(dy, [1, 2, 4, 6], {
        ...window,
        strides: [2, 3],
        kernel: [2, 3],
        countPads: false,
      }),
    ),
  ],
  batchNormalize: [
    [2, 3, 2, 2],
    [5, 3],
  ].map((shape) => ({
    name: `statistics of the batch [${shape}]`,
    operands: [{ shape }, positive(3), { shape: [3] }],
    build(x, scale, offset) {
      const zeros = f.constant(new Float32Array(3), [3]);
      return f.batchNormalizationTraining(x, { scale, offset, mean: zeros, variance: zeros }).output;
    },
  })),
  broadcastTo: [
    { name: "new and repeated axes", operands: one(3, 1), build: (x) => f.broadcastTo(x, [2, 3, 4]) },
    { name: "number", operands: one(), build: (x) => f.broadcastTo(x, [2, 2]) },
  ],
  clip: unary((x) => f.clip(x, -0.7, 0.9)),
  concat: [
    { name: "two", operands: two([2, 3], [2, 1]), build: (a, b) => f.concat([a, b], 1) },
    { name: "a value twice", operands: one(2, 2), build: (a) => f.concat([a, a], 0) },
  ],
  conv2d: [
    ...convolutions((x, w, options) => ({
      operands: [{ shape: x }, { shape: w }, { shape: [w[0]] }],
      build: (input, weights, bias) => f.conv2d(input, weights, bias, options),
    })),
    { name: "no bias", operands: two([1, 1, 3, 3], [2, 1, 2, 2]), build: (x, w) => f.conv2d(x, w) },
  ],
  conv2dInputGradient: convolutions((x, w, options) => ({
    operands: two([...outputShape(x, w, options)], w),
    build: (dy, weights) => f.conv2dInputGradient(dy, weights, x, { ...window, groups: 1, ...options }),
  })),
  conv2dWeightGradient: convolutions((x, w, options) => ({
    operands: two(x, [...outputShape(x, w, options)]),
    build: (input, dy) => f.conv2dWeightGradient(input, dy, w, { ...window, groups: 1, ...options }),
  })),
  dense: [
    {
      name: "weights as they are",
      operands: [{ shape: [2, 3] }, { shape: [3, 4] }, { shape: [4] }],
      build: (x, w, b) => f.dense(x, w, b),
    },
    {
      name: "weights transposed",
      operands: [{ shape: [2, 3] }, { shape: [4, 3] }, { shape: [4] }],
      build: (x, w, b) => f.dense(x, w, b, true),
    },
  ],
  div: broadcasts((a, b) => f.div(a, b)).map((given) => ({
    ...given,
    operands: [given.operands[0], { ...given.operands[1], fill: "positive" as const }],
  })),
  erf: unary(f.erf),
  exp: unary(f.exp),
  leakyRelu: [0.3, 1.5, -0.5].flatMap((alpha) => unary((x) => f.leakyRelu(x, alpha))),
  log: unary(f.log, positive(2, 5)),
  logSoftmax: [
    { name: "last axis", operands: one(2, 4), build: (x) => f.logSoftmax(x) },
    { name: "first axis", operands: one(3, 2), build: (x) => f.logSoftmax(x, 0) },
  ],
  matMul: [
    ...[false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => ({
        name: `transposed: ${transposeA}, ${transposeB}`,
        operands: two(transposeA ? [3, 2] : [2, 3], transposeB ? [4, 3] : [3, 4]),
        build: (a: Value, b: Value) => f.matMul(a, b, { transposeA, transposeB }),
      })),
    ),
    { name: "stack and matrix", operands: two([2, 2, 3], [3, 2]), build: (a, b) => f.matMul(a, b) },
    {
      name: "stacks, transposed",
      operands: two([2, 1, 3, 2], [2, 2, 2, 3]),
      build: (a, b) => f.matMul(a, b, { transposeA: true, transposeB: true }),
    },
  ],
  maximum: broadcasts(f.maximum),
  maxPool2d: [
    pooled("tiles", [1, 2, 4, 6], (x) => f.maxPool2d(x, [2, 3])),
    pooled("overlap and pads", [2, 1, 5, 5], (x) =>
      f.maxPool2d(x, [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    ),
    pooled("a rest", [1, 2, 5, 5], (x) => f.maxPool2d(x, [2, 2])),
    pooled("dilated", [1, 1, 6, 6], (x) => f.maxPool2d(x, [2, 2], { strides: [2, 1], dilations: [2, 3] })),
  ],
  maxPool2dGradient: [
    {
      name: "tiles",
      operands: [{ shape: [1, 2, 2, 3] }],
      build(dy) {
        const x = f.constant(
          Float32Array.from({ length: 48 }, (_, i) => (i * 7) % 13),
          [1, 2, 4, 6],
        );
        return f.maxPool2dGradient(x, f.maxPool2d(x, [2, 2]), dy, {
          ...window,
          strides: [2, 2],
          kernel: [2, 2],
        });
      },
    },
  ],
  minimum: broadcasts(f.minimum),
  mul: [...broadcasts(f.mul), { name: "square", operands: one(3), build: (x) => f.mul(x, x) }],
  neg: unary(f.neg),
  pad: [{ name: "two axes", operands: one(2, 3), build: (x) => f.pad(x, [1, 0], [0, 2], 5) }],
  reduceSum: [
    { name: "all", operands: one(2, 3), build: (x) => f.reduceSum(x) },
    { name: "kept", operands: one(2, 3, 2), build: (x) => f.reduceSum(x, [0, 2], true) },
    { name: "but the channels", operands: one(2, 3, 2, 2), build: (x) => f.reduceSum(x, [0, 2, 3]) },
    { name: "places", operands: one(2, 3, 2, 2), build: (x) => f.reduceSum(x, [2, 3], true) },
  ],
  relu: unary(f.relu),
  reshape: [{ name: "matrix", operands: one(2, 6), build: (x) => f.reshape(x, [3, 4]) }],
  scaleShift: [
    [2, 3, 2, 2],
    [4, 3],
  ].map((shape) => ({
    name: `with an addend [${shape}]`,
    operands: [{ shape }, { shape: [3] }, { shape: [3] }, { shape }],
    build: (x, scale, shift, addend) => f.scaleShift(x, scale, shift, addend),
  })),
  sigmoid: unary(f.sigmoid),
  slice: [
    { name: "part", operands: one(4, 5), build: (x) => f.slice(x, [1, 0], [3, 4]) },
    { name: "steps", operands: one(5, 7), build: (x) => f.slice(x, [1, 0], [5, 6], [3, 2]) },
  ],
  softmax: [
    { name: "last axis", operands: one(2, 4), build: (x) => f.softmax(x) },
    { name: "middle axis", operands: one(2, 3, 2), build: (x) => f.softmax(x, 1) },
  ],
  softplus: unary(f.softplus),
  sqrt: unary(f.sqrt, positive(2, 5)),
  sub: broadcasts(f.sub),
  tanh: unary(f.tanh),
  upsample2d: [
    { name: "two and three times", operands: one(1, 2, 3, 2), build: (x) => f.upsample2d(x, [2, 3]) },
  ],
  transpose: [{ name: "three axes", operands: one(2, 3, 4), build: (x) => f.transpose(x, [2, 0, 1]) }],
};

/** Functions made of several ops, checked like ops. */
export const composedCases: Readonly<Record<string, readonly OpCase[]>> = {
  batchNormalization: [
    {
      name: "running statistics",
      operands: [{ shape: [2, 3, 2, 2] }, ...Array.from({ length: 4 }, () => positive(3))],
      build: (x, scale, offset, mean, variance) => f.batchNormalization(x, { scale, offset, mean, variance }),
    },
  ],
  reduceMean: [{ name: "axes", operands: one(2, 3, 2), build: (x) => f.reduceMean(x, [0, 2]) }],
  softmaxCrossEntropy: [
    {
      name: "labels",
      operands: [{ shape: [3, 4] }, { shape: [3], fill: "labels" }],
      build: (z, labels) => f.softmaxCrossEntropy(z, labels),
    },
    {
      name: "probabilities",
      operands: two([3, 4], [3, 4]),
      build: (z, targets) => f.softmaxCrossEntropy(z, f.softmax(targets)),
    },
  ],
  sigmoidCrossEntropy: [{ name: "targets", operands: two([5], [5]), build: f.sigmoidCrossEntropy }],
};
