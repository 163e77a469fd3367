import { beforeAll, describe, expect, test } from "vitest";
import { gradients } from "../src/grad.ts";
import { ordered } from "../src/ir/graph.ts";
import { assignLayouts } from "../src/ir/layout.ts";
import { sizeOf, type Value } from "../src/ir/value.ts";
import * as f from "../src/ops/index.ts";
import { blockSize } from "../src/runtime/index.ts";
import { simplify } from "../src/simplify.ts";
import { evaluate, numbers } from "./support/run.ts";

let block: number | undefined;
beforeAll(async () => {
  block = await blockSize();
});

/** Networks on 6 x 8 pictures of three channels; C is a number of channels that makes whole blocks. */
const networks: Record<string, (x: Value, C: number, weight: (...shape: number[]) => Value) => Value> = {
  "convolutions of every kind"(x, C, weight) {
    const few = f.conv2d(x, weight(C, 3, 3, 3), weight(C), { pads: [1, 1, 1, 1] });
    const wide = f.conv2d(f.relu(few), weight(2 * C, C, 3, 3), weight(2 * C), { pads: [1, 1, 1, 1] });
    const strided = f.conv2d(f.tanh(wide), weight(C, 2 * C, 3, 3), undefined, {
      strides: [2, 2],
      pads: [0, 0, 1, 1],
    });
    const pointwise = f.conv2d(strided, weight(C, C, 1, 1), weight(C));
    return f.conv2d(pointwise, weight(C, C, 3, 2), undefined, { dilations: [1, 2], pads: [1, 1, 1, 1] });
  },
  "depthwise and grouped convolutions"(x, C, weight) {
    const first = f.conv2d(x, weight(C, 3, 1, 1));
    const depthwise = f.conv2d(first, weight(C, 1, 3, 3), weight(C), { groups: C, pads: [1, 1, 1, 1] });
    const reduced = f.conv2d(depthwise, weight(C, 1, 3, 3), undefined, { groups: C, strides: [2, 2] });
    return f.conv2d(reduced, weight(C, C / 2, 2, 2), undefined, { groups: 2 });
  },
  "max pooling that tiles, with ties"(x, C, weight) {
    const flat = f.clip(f.conv2d(x, weight(C, 3, 3, 3), weight(C), { pads: [1, 1, 1, 1] }), -0.1, 0.1);
    return f.conv2d(f.maxPool2d(flat, [2, 2]), weight(C, C, 1, 1));
  },
  "poolings that overlap"(x, C, weight) {
    const first = f.conv2d(x, weight(C, 3, 3, 3), weight(C), { pads: [1, 1, 1, 1] });
    const largest = f.maxPool2d(first, [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] });
    return f.averagePool2d(largest, [2, 2], { strides: [1, 1], pads: [0, 1, 1, 0] });
  },
  "average pooling and global pooling"(x, C, weight) {
    const first = f.relu(f.conv2d(x, weight(C, 3, 3, 3), weight(C), { pads: [1, 1, 1, 1] }));
    const pooled = f.averagePool2d(first, [2, 2]);
    return f.dense(f.reduceMean(f.sigmoid(pooled), [2, 3]), weight(C, 4), weight(4));
  },
  "enlarged and transposed"(x, C, weight) {
    const first = f.relu(f.conv2d(x, weight(C, 3, 3, 3), weight(C), { strides: [2, 2], pads: [1, 1, 1, 1] }));
    const repeated = f.upsample2d(first, [2, 1]);
    const window = { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], groups: 1 } as const;
    return f.conv2dInputGradient(f.stopGradient(repeated), weight(C, C, 4, 4), [2, C, 12, 8], window);
  },
  "transposed to few channels, and of three phases"(x, C, weight) {
    const first = f.conv2d(x, weight(C, 3, 3, 3), undefined, { strides: [2, 2], pads: [1, 1, 1, 1] });
    const window = { strides: [2, 2], pads: [1, 0, 1, 2], dilations: [1, 1], groups: 1 } as const;
    const pictures = f.conv2dInputGradient(first, weight(C, 3, 4, 4), [2, 3, 6, 8], window);
    const again = f.conv2d(f.tanh(pictures), weight(C, 3, 2, 2), undefined, { strides: [2, 2] });
    const three = { strides: [3, 1], pads: [1, 1, 1, 1], dilations: [1, 1], groups: 1 } as const;
    return f.conv2dInputGradient(again, weight(C, C, 4, 3), [2, C, 9, 4], three);
  },
  "many weights on few places"(x, C, weight) {
    const first = f.conv2d(x, weight(32 * C, 3, 3, 4), undefined, { strides: [4, 4], pads: [1, 0, 0, 0] });
    return f.conv2d(first, weight(8 * C, 32 * C, 3, 3), weight(8 * C), { pads: [1, 1, 1, 1] });
  },
  "a kernel as large as the picture"(x, C, weight) {
    const first = f.relu(f.conv2d(x, weight(C, 3, 3, 3), undefined, { strides: [2, 2], pads: [1, 1, 1, 1] }));
    const vectors = f.conv2d(first, weight(2 * C, C, 3, 4), weight(2 * C));
    const window = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: 1 } as const;
    return f.conv2dInputGradient(vectors, weight(2 * C, C, 3, 2), [2, C, 3, 2], window);
  },
  "batch normalisation and a residual"(x, C, weight) {
    const first = f.conv2d(x, weight(C, 3, 3, 3), undefined, { pads: [1, 1, 1, 1] });
    const ones = f.constant(new Float32Array(C).fill(1), [C]);
    const { output } = f.batchNormalizationTraining(first, {
      scale: weight(C),
      offset: weight(C),
      mean: ones,
      variance: ones,
    });
    const branch = f.conv2d(f.relu(output), weight(C, C, 3, 3), weight(C), { pads: [1, 1, 1, 1] });
    return f.add(f.leakyRelu(branch, 0.2), f.mul(first, f.scalar(0.5)));
  },
  "flatten as Keras has it"(x, C, weight) {
    const pooled = f.maxPool2d(
      f.relu(f.conv2d(x, weight(C, 3, 3, 3), weight(C), { pads: [1, 1, 1, 1] })),
      [2, 2],
    );
    const rows = f.reshape(f.transpose(pooled, [0, 2, 3, 1]), [2, 12 * C]);
    return f.dense(rows, weight(12 * C, 3), weight(3));
  },
  "channels joined, cut and compared"(x, C, weight) {
    const first = f.conv2d(x, weight(C, 3, 1, 1), weight(C));
    const joined = f.concat([first, f.neg(first)], 1);
    const cut = f.slice(joined, [0, C / 2, 1, 0], [2, C + C / 2, 6, 8]);
    return f.mul(cut, f.cast(f.greater(f.slice(first, [0, 0, 1, 0], [2, C, 6, 8]), cut), "float32"));
  },
};

/** A network with its weights, and everything to compare: the output and the gradient of each weight. */
function built(name: string, C: number) {
  const feeds: Record<string, { data: Float32Array; shape: readonly number[] }> = {};
  const feed = (value: Value, scale: number): Value => {
    const size = sizeOf(value.shape);
    const key = String(value.attributes.name);
    feeds[key] = {
      data: numbers(size, Object.keys(feeds).length + 1).map((item) => item * scale),
      shape: value.shape,
    };
    return value;
  };
  const weights: Value[] = [];
  const x = feed(f.parameter("x", [2, 3, 6, 8]), 1);
  const output = networks[name](x, C, (...shape) => {
    const weight = feed(f.parameter(`w${weights.length}`, shape), 1 / Math.sqrt(sizeOf(shape.slice(1))));
    weights.push(weight);
    return weight;
  });
  const wanted = [x, ...weights];
  const random = f.constant(numbers(sizeOf(output.shape), 77), output.shape);
  return { feeds, output, wanted, loss: f.reduceSum(f.mul(output, random)) };
}

function outputsOf(loss: Value, output: Value, wanted: readonly Value[]): Record<string, Value> {
  const flows = gradients(loss, wanted);
  return {
    output,
    ...Object.fromEntries(flows.map((flow, i) => [`gradient of ${wanted[i].attributes.name}`, flow])),
  };
}

function expectAlike(actual: ArrayLike<unknown>, expected: ArrayLike<unknown>, what: string): void {
  const scale = Array.from(expected, (item) => Math.abs(Number(item))).reduce((a, b) => Math.max(a, b), 1e-3);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const apart = Math.abs(Number(actual[i]) - Number(expected[i])) / scale;
    worst = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(worst, apart);
  }
  expect(worst, what).toBeLessThan(1e-4);
}

describe("layouts and rewritings change no number", () => {
  for (const name of Object.keys(networks)) {
    test(`blocked: ${name}`, async (context) => {
      if (!block) return context.skip("this machine's ONNX Runtime has no blocked layout");
      const { feeds, output, wanted, loss } = built(name, block);
      const outputs = outputsOf(loss, output, wanted);
      const plain = await evaluate(outputs, feeds);
      const blocked = await evaluate(outputs, feeds, { block });
      for (const key of Object.keys(outputs)) expectAlike(blocked[key].data, plain[key].data, key);
    });

    test(`simplified: ${name}`, async () => {
      const { feeds, output, wanted, loss } = built(name, 8);
      const [cheaperLoss, cheaperOutput] = simplify([loss, output]);
      const plain = await evaluate(outputsOf(loss, output, wanted), feeds);
      const cheaper = await evaluate(outputsOf(cheaperLoss, cheaperOutput, wanted), feeds);
      for (const key of Object.keys(plain)) expectAlike(cheaper[key].data, plain[key].data, key);
    });
  }

  test("every blocked form is used by one of the networks", () => {
    const size = 16;
    const used = new Set<string>();
    const known = new Set<string>();
    for (const name of Object.keys(networks)) {
      const { output, wanted, loss } = built(name, size);
      const order = ordered(Object.values(outputsOf(loss, output, wanted)));
      for (const [value, { inputs, output: layout }] of assignLayouts(order, size)) {
        if (value.op.blocked) known.add(value.op.name);
        if (value.op.blocked && (layout === "blocked" || inputs.includes("blocked"))) used.add(value.op.name);
      }
    }
    expect(known.size).toBeGreaterThan(7);
    expect([...known].filter((name) => !used.has(name))).toEqual([]);
  });

  test("a weight gradient over many rows is the sum of those over a part each", async () => {
    const size = block ?? 16;
    const shape = [16, size, 16, 16];
    const weights = f.parameter("w", [size, size, 1, 1]);
    const gradientOf = (rows: number, name: string) => {
      const x = f.conv2d(f.input(`x${name}`, [rows, ...shape.slice(1)]), weights);
      const dy = f.conv2d(f.input(`dy${name}`, [rows, size, 8, 8]), weights);
      const window = { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], groups: 1 } as const;
      return f.conv2dWeightGradient(x, dy, [size, size, 4, 4], window);
    };
    const [x, dy] = [numbers(sizeOf(shape), 1), numbers(sizeOf(shape) / 4, 2)];
    const part = (data: Float32Array, from: number, rows: number) => {
      const each = data.length / 16;
      return data.subarray(from * each, (from + rows) * each);
    };
    const feeds = Object.fromEntries(
      [
        ["", 0, 16],
        ["A", 0, 7],
        ["B", 7, 9],
      ].flatMap(([name, from, rows]) => [
        [`x${name}`, { data: part(x, Number(from), Number(rows)), shape: [Number(rows), ...shape.slice(1)] }],
        [`dy${name}`, { data: part(dy, Number(from), Number(rows)), shape: [Number(rows), size, 8, 8] }],
      ]),
    );
    feeds.w = { data: numbers(size * size, 3), shape: weights.shape };
    const outputs = { whole: gradientOf(16, ""), sum: f.add(gradientOf(7, "A"), gradientOf(9, "B")) };
    for (const blocks of [undefined, block]) {
      const { whole, sum } = await evaluate(outputs, feeds, { block: blocks });
      expectAlike(whole.data, sum.data, `blocks of ${blocks}`);
    }
  });

  test("files for any runtime have the standard's operators alone", async () => {
    const { feeds, output, wanted, loss } = built("convolutions of every kind", 16);
    const outputs = outputsOf(loss, output, wanted);
    const own = await evaluate(outputs, feeds);
    const portable = await evaluate(outputs, feeds, { portable: true, block: 16 });
    for (const key of Object.keys(outputs)) expectAlike(portable[key].data, own[key].data, key);
  });
});
