import { describe, expect, it } from "vitest";
import { gradients } from "../src/grad.ts";
import * as nn from "../src/index.ts";
import type { Value } from "../src/ir/value.ts";
import { resolveLoss } from "../src/losses/loss.ts";
import { resolveMetric } from "../src/metrics/metric.ts";
import { compileGraph } from "../src/onnx/serialize.ts";
import { input, reduceMean, sigmoid, softmax } from "../src/ops/index.ts";
import { createSession } from "../src/runtime/index.ts";

const n = 3;
const logits = Float32Array.of(0.5, -1, 2, 0.1, 0.2, -0.3, -2, 1, 0.4);
const labels = Int32Array.of(2, 0, 1);
const rows = Float32Array.of(0, 0, 1, 1, 0, 0, 0.25, 0.5, 0.25);

/** Loss of each sample and the gradient of their mean, for logits that go through `last` first. */
async function run(loss: nn.Loss, last: (z: Value) => Value, target: nn.Tensor, z = logits) {
  const x = input("z", [n, z.length / n]);
  const t = input("t", target.shape, target.data instanceof Int32Array ? "int32" : "float32");
  const losses = loss.apply(t, last(x));
  const [gradient] = gradients(reduceMean(losses), [x]);
  const session = await createSession(compileGraph({ outputs: { losses, gradient } }));
  const result = await session.run({ z: { data: z, shape: x.shape }, t: target });
  await session.close();
  return { losses: [...result.losses.data].map(Number), gradient: [...result.gradient.data].map(Number) };
}

const identity = (z: Value) => z;
const probability = (z: ArrayLike<number>, row: number) => {
  const e = [0, 1, 2].map((i) => Math.exp(z[3 * row + i]));
  return e.map((v) => v / e.reduce((sum, w) => sum + w));
};
const squash = (z: number) => 1 / (1 + Math.exp(-z));
const smoothed = (t: number, s: number, k: number) => t * (1 - s) + s / k;
const crossEntropy =
  (target: ArrayLike<number>, s = 0) =>
  (z: ArrayLike<number>) =>
    [0, 1, 2].map((row) =>
      probability(z, row).reduce((sum, p, i) => sum - smoothed(target[3 * row + i], s, 3) * Math.log(p), 0),
    );
const binary =
  (target: ArrayLike<number>, s = 0) =>
  (z: ArrayLike<number>) =>
    [0, 1, 2].map(
      (row) =>
        [0, 1, 2].reduce((sum, i) => {
          const t = smoothed(target[3 * row + i], s, 2);
          const p = squash(z[3 * row + i]);
          return sum - t * Math.log(p) - (1 - t) * Math.log(1 - p);
        }, 0) / 3,
    );
const squared = (target: ArrayLike<number>) => (z: ArrayLike<number>) =>
  [0, 1, 2].map(
    (row) => [0, 1, 2].reduce((sum, i) => sum + (z[3 * row + i] - target[3 * row + i]) ** 2, 0) / 3,
  );

const oneHot = Float32Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0);
const numbers = { data: rows, shape: [n, 3] };
const classes = { data: labels, shape: [n] };
/** An activation that the loss cannot look behind. */
const hidden = (f: (z: Value) => Value) => (z: Value) => {
  const y = f(z);
  return { ...y, op: { ...y.op, name: `hidden ${y.op.name}` } };
};

const cases: [string, nn.Loss, (z: Value) => Value, nn.Tensor, (z: ArrayLike<number>) => number[]][] = [
  [
    "sparse, after softmax",
    resolveLoss("sparse_categorical_crossentropy"),
    softmax,
    classes,
    crossEntropy(oneHot),
  ],
  [
    "sparse, from logits",
    nn.sparseCategoricalCrossentropy({ fromLogits: true }),
    identity,
    classes,
    crossEntropy(oneHot),
  ],
  [
    "sparse, of probabilities",
    nn.sparseCategoricalCrossentropy(),
    hidden(softmax),
    classes,
    crossEntropy(oneHot),
  ],
  [
    "categorical, after softmax",
    resolveLoss("categorical_crossentropy"),
    softmax,
    numbers,
    crossEntropy(rows),
  ],
  [
    "categorical, smoothed",
    nn.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
    identity,
    numbers,
    crossEntropy(rows, 0.1),
  ],
  [
    "categorical, of probabilities",
    nn.categoricalCrossentropy(),
    hidden(softmax),
    numbers,
    crossEntropy(rows),
  ],
  ["binary, after sigmoid", resolveLoss("binary_crossentropy"), sigmoid, numbers, binary(rows)],
  [
    "binary, smoothed from logits",
    nn.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.2 }),
    identity,
    numbers,
    binary(rows, 0.2),
  ],
  ["binary, of probabilities", nn.binaryCrossentropy(), hidden(sigmoid), numbers, binary(rows)],
  ["mean squared error", resolveLoss("mse"), identity, numbers, squared(rows)],
];

describe("losses", () => {
  it.each(cases)("%s: value and gradient", async (_, loss, last, target, expected) => {
    const { losses, gradient } = await run(loss, last, target);
    expected(logits).forEach((value, i) => {
      expect(losses[i]).toBeCloseTo(value, 5);
    });
    gradient.forEach((slope, i) => {
      const at = (h: number) => expected(Float64Array.from(logits, (z, k) => z + (k === i ? h : 0)));
      const mean = (values: number[]) => values.reduce((sum, v) => sum + v) / n;
      expect(slope).toBeCloseTo((mean(at(1e-5)) - mean(at(-1e-5))) / 2e-5, 5);
    });
  });

  it("stay finite for extreme outputs when fused", async () => {
    const extreme = Float32Array.of(300, -300, 0, -300, 300, 0, 0, 300, -300);
    for (const [loss, last, target] of [
      [resolveLoss("sparse_categorical_crossentropy"), softmax, classes],
      [resolveLoss("binary_crossentropy"), sigmoid, numbers],
    ] as const) {
      const { losses, gradient } = await run(loss, last, target, extreme);
      expect(Math.max(...losses)).toBeGreaterThan(50);
      expect([...losses, ...gradient].every(Number.isFinite)).toBe(true);
      expect(gradient.some((slope) => slope !== 0)).toBe(true);
    }
  });
});

describe("metrics", () => {
  const prediction: nn.Tensor = {
    data: Float32Array.of(0.1, 0.7, 0.2, 0.5, 0.3, 0.2, 0.2, 0.2, 0.6),
    shape: [3, 3],
  };
  const sparse: nn.Tensor = { data: Int32Array.of(1, 1, 1), shape: [3] };
  const rowsOf: nn.Tensor = { data: Float32Array.of(0, 1, 0, 0, 1, 0, 0, 1, 0), shape: [3, 3] };
  const single: nn.Tensor = { data: Float32Array.of(0.6, 0.4, 0.5), shape: [3, 1] };
  const truth: nn.Tensor = { data: Float32Array.of(1, 1, 0), shape: [3, 1] };

  it.each<[string, nn.Metric, nn.Tensor, nn.Tensor, number]>([
    ["sparse accuracy", nn.sparseCategoricalAccuracy(), sparse, prediction, 1],
    ["categorical accuracy", nn.categoricalAccuracy(), rowsOf, prediction, 1],
    ["binary accuracy", nn.binaryAccuracy(), truth, single, 2],
    ["binary accuracy of another threshold", nn.binaryAccuracy("b", { threshold: 0.3 }), truth, single, 2],
    ["top 2", nn.sparseTopKCategoricalAccuracy({ k: 2 }), sparse, prediction, 3],
    ["top 2 of rows", nn.topKCategoricalAccuracy({ k: 2 }), rowsOf, prediction, 3],
    ["top 1", nn.sparseTopKCategoricalAccuracy({ k: 1 }), sparse, prediction, 1],
    ["squared error", nn.meanSquaredError(), truth, single, 0.16 + 0.36 + 0.25],
    ["absolute error", nn.meanAbsoluteError(), rowsOf, prediction, (0.3 * 2 + 0.7 * 2 + 0.8 * 2) / 3],
  ])("%s", (_, metric, target, predicted, sum) => {
    expect(metric.sum(target, predicted)).toBeCloseTo(sum, 5);
  });

  it("accuracy is the one that fits output and loss, as in Keras", () => {
    const named = (outputs: number, isSparse: boolean) => resolveMetric("accuracy", outputs, isSparse);
    expect(named(1, false).sum(truth, single)).toBe(2);
    expect(named(3, true).sum(sparse, prediction)).toBe(1);
    expect(named(3, false).sum(rowsOf, prediction)).toBe(1);
    expect([named(1, false), named(3, true)].map(({ name }) => name)).toEqual(["accuracy", "accuracy"]);
  });
});
