import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { handlers } from "../src/import/handlers/index.ts";
import * as nn from "../src/index.ts";
import { type FileDescription, floats, int, ints, onnxFile } from "./support/onnx-file.ts";
import { spread } from "./support/run.ts";

const pictures = ["n", 2, 6, 5] as const;
const noise = (...shape: number[]) =>
  floats(
    shape,
    spread(
      shape.reduce((product, side) => product * side, 1),
      shape.length,
    ),
  );
const positive = (n: number) => floats([n], spread(n, 1).map(Math.abs));

/** A graph of one node over x. */
const one = (
  op: string,
  attributes: FileDescription["nodes"][0][3] = {},
  more: Partial<FileDescription> & { inputs?: readonly string[] } = {},
): FileDescription => {
  const { inputs = ["x"], ...rest } = more;
  return { nodes: [[op, inputs, "y", attributes]], ...rest };
};

const elementWise = (op: string, attributes = {}) => [
  one(op, attributes),
  one(op, attributes, { input: pictures }),
];

/** x made positive first. */
const ofPositive = (op: string): FileDescription => ({
  nodes: [
    ["Abs", ["x"], "a"],
    [op, ["a"], "y"],
  ],
});

const arithmetic = (op: string): FileDescription[] => [
  one(op, {}, { inputs: ["x", "two"], tensors: { two: floats([], [2]) } }),
  one(op, {}, { inputs: ["two", "x"], tensors: { two: floats([1], [2]) } }),
  one(op, {}, { inputs: ["x", "row"], tensors: { row: positive(4) } }),
  one(op, {}, { inputs: ["x", "each"], tensors: { each: floats([2, 1, 1], [2, -3]) }, input: pictures }),
  {
    nodes: [
      ["Exp", ["x"], "e"],
      [op, ["x", "e"], "y"],
    ],
  },
];

const pooling = (op: string): FileDescription[] => [
  one(op, { kernel_shape: [2, 2], strides: [2, 2] }, { input: pictures }),
  one(op, { kernel_shape: [3, 2], pads: [1, 0, 0, 1], strides: [2, 1] }, { input: pictures }),
  one(op, { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }, { input: ["n", 2, 6, 6] }),
  one(op, { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1, pads: [1, 1, 0, 0] }, { input: pictures }),
  one(op, { kernel_shape: [3, 3], strides: [2, 2], auto_pad: "SAME_UPPER" }, { input: pictures }),
  one(op, { kernel_shape: [2, 2], auto_pad: "SAME_LOWER" }, { input: pictures }),
  one(op, { kernel_shape: [2, 3], auto_pad: "VALID" }, { input: pictures }),
];

const statistics = { scale: positive(2), offset: noise(2), mean: noise(2), variance: positive(2) };
const shaped = (op: string, axes: number[], input: FileDescription["input"]): FileDescription[] => [
  one(op, {}, { inputs: ["x", "axes"], tensors: { axes: ints(...axes) }, input }),
  one(op, { axes }, { input, opset: 11 }),
];
const reduction = (op: string): FileDescription[] => [
  one(op, { axes: [2, 3] }, { input: pictures, opset: 11 }),
  one(op, { axes: [-1], keepdims: 0 }, { input: pictures, opset: 11 }),
];

/** Operators without a gradient that keep the shape and take nothing else. */
const plain = (...ops: string[]) => Object.fromEntries(ops.map((op) => [op, [one(op)]]));
/** One whose output's shape the file tells. */
const told = (op: string, shape: number[], attributes: FileDescription["nodes"][0][3], more = {}) => [
  one(op, attributes, { input: pictures, values: { y: ["n", ...shape] }, ...more }),
];

/** Each operator that can be imported, in the forms that it comes in; one without a case fails below. */
const cases: Record<string, FileDescription[]> = {
  ...plain("Asinh", "Atan", "Ceil", "Cos", "Cosh", "Floor", "Round", "Selu", "Shrink", "Sign"),
  ...plain("Sin", "Sinh", "Softsign", "Tan", "ThresholdedRelu", "Celu"),
  Acos: [one("Acos")],
  Asin: [one("Asin")],
  Atanh: [one("Atanh")],
  Acosh: [
    {
      nodes: [
        ["Exp", ["x"], "e"],
        ["Add", ["e", "more"], "above"],
        ["Acosh", ["above"], "y"],
      ],
      tensors: { more: floats([], [1]) },
    },
  ],
  ConvTranspose: told(
    "ConvTranspose",
    [3, 7, 6],
    { strides: [1, 1] },
    { inputs: ["x", "w", "b"], tensors: { w: noise(2, 3, 2, 2), b: noise(3) } },
  ),
  DepthToSpace: told("DepthToSpace", [1, 12, 10], { blocksize: 2 }, { input: ["n", 4, 6, 5] }),
  GlobalLpPool: told("GlobalLpPool", [2, 1, 1], { p: 2 }),
  Hardmax: [
    one("Hardmax"),
    one("Hardmax", { axis: 1 }, { input: pictures }),
    one("Hardmax", {}, { input: pictures }),
    one("Hardmax", {}, { opset: 11 }),
    // Over the axes from 1 on, of which only the first has extent; since opset 13 the default is the last.
    one("Hardmax", {}, { opset: 12, input: ["n", 4, 1, 1] }),
  ],
  InstanceNormalization: [
    one(
      "InstanceNormalization",
      {},
      { inputs: ["x", "scale", "offset"], tensors: statistics, input: pictures },
    ),
  ],
  LRN: [one("LRN", { size: 3 }, { input: pictures })],
  LpNormalization: [one("LpNormalization", { axis: 1 })],
  LpPool: told("LpPool", [2, 5, 4], { kernel_shape: [2, 2] }),
  MeanVarianceNormalization: [one("MeanVarianceNormalization", { axes: [2, 3] }, { input: pictures })],
  Resize: [
    one(
      "Resize",
      { mode: "nearest", nearest_mode: "floor", coordinate_transformation_mode: "asymmetric" },
      { inputs: ["x", "", "scales"], tensors: { scales: floats([4], [1, 1, 2, 2]) }, input: pictures },
    ),
    one(
      "Resize",
      { mode: "linear" },
      {
        inputs: ["x", "roi", "", "sizes"],
        tensors: { roi: floats([0], []), sizes: ints(3, 2, 4, 7) },
        input: pictures,
      },
    ),
    // As PyTorch writes F.interpolate(x, size=other.shape[2:]).
    {
      nodes: [
        ["Shape", ["x"], "shape"],
        ["Slice", ["shape", "zero", "two"], "kept"],
        ["Concat", ["kept", "sides"], "sizes", { axis: 0 }],
        ["Resize", ["x", "", "", "sizes"], "y", { mode: "linear", cubic_coeff_a: { float: -0.75 } }],
      ],
      tensors: { zero: ints(0), two: ints(2), sides: ints(9, 7) },
      input: pictures,
    },
    // Attributes of opset 18: at their defaults, and axes that sizes or scales are of.
    one(
      "Resize",
      { mode: "nearest", axes: [2, 3], antialias: 0, keep_aspect_ratio_policy: "stretch" },
      { inputs: ["x", "", "", "sizes"], tensors: { sizes: ints(4, 7) }, input: pictures, opset: 18 },
    ),
    one(
      "Resize",
      { mode: "linear", axes: [-1, 2] },
      {
        inputs: ["x", "", "scales"],
        tensors: { scales: floats([2], [2, 0.5]) },
        input: pictures,
        opset: 19,
      },
    ),
    // 0.7 is a little less as a float32, its product with 10 is not.
    one(
      "Resize",
      { mode: "nearest" },
      {
        inputs: ["x", "", "scales"],
        tensors: { scales: floats([4], [1, 1, 0.7, 1.5]) },
        input: ["n", 2, 10, 6],
      },
    ),
    // Channels last.
    {
      nodes: [
        ["Transpose", ["x"], "last", { perm: [0, 2, 3, 1] }],
        ["Resize", ["last", "", "", "sizes"], "resized", { mode: "nearest" }],
        ["Transpose", ["resized"], "y", { perm: [0, 3, 1, 2] }],
      ],
      tensors: { sizes: ints(3, 12, 10, 2) },
      input: pictures,
    },
  ],
  SpaceToDepth: told("SpaceToDepth", [8, 3, 3], { blocksize: 2 }, { input: ["n", 2, 6, 6] }),
  Tile: [
    one("Tile", {}, { inputs: ["x", "repeats"], tensors: { repeats: ints(1, 3) } }),
    ...told("Tile", [2, 12, 5], {}, { inputs: ["x", "repeats"], tensors: { repeats: ints(1, 1, 2, 1) } }),
  ],
  Abs: elementWise("Abs"),
  Add: arithmetic("Add"),
  AveragePool: [
    ...pooling("AveragePool"),
    one(
      "AveragePool",
      { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 },
      { input: pictures },
    ),
  ],
  BatchNormalization: [
    one(
      "BatchNormalization",
      { epsilon: { float: 0.001 } },
      { inputs: ["x", "scale", "offset", "mean", "variance"], tensors: statistics, input: pictures },
    ),
    one(
      "BatchNormalization",
      {},
      { inputs: ["x", "scale", "offset", "mean", "variance"], tensors: statistics, input: ["n", 2] },
    ),
  ],
  Cast: [one("Cast", { to: 1 })],
  Clip: [
    one(
      "Clip",
      {},
      { inputs: ["x", "low", "high"], tensors: { low: floats([], [-0.1]), high: floats([], [0.5]) } },
    ),
    one("Clip", {}, { inputs: ["x", "", "high"], tensors: { high: floats([], [0.05]) } }),
    one("Clip", { min: { float: -0.05 } }, { opset: 10 }),
  ],
  Concat: [
    {
      nodes: [
        ["Relu", ["x"], "r"],
        ["Concat", ["x", "r", "x"], "y", { axis: 1 }],
      ],
      input: pictures,
    },
    {
      nodes: [
        ["Relu", ["x"], "r"],
        ["Concat", ["x", "r"], "y", { axis: -1 }],
      ],
    },
  ],
  Conv: [
    one(
      "Conv",
      { pads: [0, 0, 1, 1], strides: [2, 2], kernel_shape: [3, 3] },
      { inputs: ["x", "w", "b"], tensors: { w: noise(3, 2, 3, 3), b: noise(3) }, input: pictures },
    ),
    one("Conv", { group: 2 }, { inputs: ["x", "w"], tensors: { w: noise(4, 1, 2, 3) }, input: pictures }),
    one(
      "Conv",
      { dilations: [2, 1], pads: [1, 1, 1, 0] },
      { inputs: ["x", "w"], tensors: { w: noise(2, 2, 2, 2) }, input: pictures },
    ),
    one(
      "Conv",
      { auto_pad: "SAME_LOWER", strides: [2, 3] },
      { inputs: ["x", "w"], tensors: { w: noise(2, 2, 4, 4) }, input: pictures },
    ),
  ],
  Div: arithmetic("Div"),
  Dropout: [
    one("Dropout"),
    one("Dropout", {}, { inputs: ["x", "ratio"], tensors: { ratio: floats([], [0.5]) } }),
  ],
  Elu: elementWise("Elu", { alpha: { float: 0.7 } }),
  Erf: elementWise("Erf"),
  Exp: elementWise("Exp"),
  Flatten: [one("Flatten", {}, { input: pictures }), one("Flatten", { axis: -3 }, { input: pictures })],
  Gather: [
    one("Gather", { axis: 2 }, { inputs: ["x", "i"], tensors: { i: int(1) }, input: pictures }),
    one("Gather", { axis: 1 }, { inputs: ["x", "i"], tensors: { i: ints(-1) } }),
  ],
  Gelu: [one("Gelu", {}, { opset: 20 }), one("Gelu", { approximate: "tanh" }, { opset: 20 })],
  Gemm: [
    one(
      "Gemm",
      { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
      { inputs: ["x", "w", "b"], tensors: { w: noise(3, 4), b: noise(3) } },
    ),
    one("Gemm", {}, { inputs: ["x", "w", "b"], tensors: { w: noise(4, 2), b: noise(1, 2) } }),
    one("Gemm", {}, { inputs: ["x", "w"], tensors: { w: noise(4, 2) } }),
  ],
  GlobalAveragePool: [one("GlobalAveragePool", {}, { input: pictures })],
  GlobalMaxPool: [one("GlobalMaxPool", {}, { input: pictures })],
  HardSigmoid: elementWise("HardSigmoid", { alpha: { float: 0.3 } }),
  HardSwish: elementWise("HardSwish"),
  Identity: [one("Identity")],
  LayerNormalization: [
    one(
      "LayerNormalization",
      { epsilon: { float: 0.01 } },
      { inputs: ["x", "s", "b"], tensors: { s: noise(4), b: positive(4) } },
    ),
    one(
      "LayerNormalization",
      { axis: -2 },
      { inputs: ["x", "s"], tensors: { s: noise(6, 5) }, input: pictures },
    ),
  ],
  LeakyRelu: elementWise("LeakyRelu", { alpha: { float: 0.2 } }),
  Log: [ofPositive("Log")],
  LogSoftmax: [one("LogSoftmax", { axis: -1 }), one("LogSoftmax", { axis: 1 }, { input: pictures })],
  MatMul: [
    one("MatMul", {}, { inputs: ["x", "w"], tensors: { w: noise(4, 3) } }),
    one("MatMul", {}, { inputs: ["x", "w"], tensors: { w: noise(5, 3) }, input: pictures }),
    {
      nodes: [
        ["Transpose", ["x"], "t", { perm: [0, 1, 3, 2] }],
        ["MatMul", ["x", "t"], "y"],
      ],
      input: pictures,
    },
  ],
  Max: [
    {
      nodes: [
        ["Neg", ["x"], "m"],
        ["Max", ["x", "m"], "y"],
      ],
    },
  ],
  MaxPool: pooling("MaxPool"),
  Min: [
    {
      nodes: [
        ["Neg", ["x"], "m"],
        ["Exp", ["x"], "e"],
        ["Min", ["x", "m", "e"], "y"],
      ],
    },
  ],
  Mul: arithmetic("Mul"),
  Neg: elementWise("Neg"),
  PRelu: [
    one("PRelu", {}, { inputs: ["x", "s"], tensors: { s: floats([2, 1, 1], [0.1, 0.4]) }, input: pictures }),
  ],
  Pad: [
    one("Pad", {}, { inputs: ["x", "p"], tensors: { p: ints(0, 0, 1, 2, 0, 1, 0, 1) }, input: pictures }),
    one(
      "Pad",
      {},
      {
        inputs: ["x", "p", "v", "axes"],
        tensors: { p: ints(1, 0, 0, 2), v: floats([], [3]), axes: ints(2, -1) },
        input: pictures,
        opset: 18,
      },
    ),
    one("Pad", { pads: [0, 1, 0, 2], value: { float: 1.5 } }, { opset: 10 }),
  ],
  Pow: [
    one("Pow", {}, { inputs: ["x", "e"], tensors: { e: floats([], [2]) } }),
    one("Pow", {}, { inputs: ["x", "e"], tensors: { e: floats([], [-3]) } }),
    {
      nodes: [
        ["Abs", ["x"], "a"],
        ["Pow", ["a", "e"], "y"],
      ],
      tensors: { e: floats([], [0.5]) },
    },
  ],
  Reciprocal: elementWise("Reciprocal"),
  ReduceMean: [
    ...reduction("ReduceMean"),
    one(
      "ReduceMean",
      {},
      { inputs: ["x", "axes"], tensors: { axes: ints(-1, -2) }, input: pictures, opset: 18 },
    ),
  ],
  ReduceSum: [
    ...reduction("ReduceSum"),
    one("ReduceSum", { keepdims: 0 }, { inputs: ["x", "axes"], tensors: { axes: ints(1) }, input: pictures }),
  ],
  Relu: elementWise("Relu"),
  Reshape: [
    one("Reshape", {}, { inputs: ["x", "s"], tensors: { s: ints(0, -1) }, input: pictures }),
    one("Reshape", {}, { inputs: ["x", "s"], tensors: { s: ints(-1, 5, 0, 2) }, input: ["n", 2, 6, 5] }),
    one("Reshape", {}, { opset: 7, inputs: ["x", "s"], tensors: { s: ints(0, 2, 2) } }),
    // As exporters write x.view(x.size(0), -1): the batch's size is taken from the shape.
    {
      nodes: [
        ["Shape", ["x"], "shape"],
        ["Gather", ["shape", "zero"], "size", { axis: 0 }],
        ["Unsqueeze", ["size", "axes"], "sizes"],
        ["Concat", ["sizes", "rest"], "target", { axis: 0 }],
        ["Reshape", ["x", "target"], "y"],
      ],
      tensors: { zero: int(0), axes: ints(0), rest: ints(-1) },
      input: pictures,
    },
    // With arithmetic on the extents of the pictures: half the rows, twice the columns.
    {
      nodes: [
        ["Shape", ["x"], "shape"],
        ["Slice", ["shape", "from", "to"], "sides"],
        ["Mul", ["sides", "factors"], "doubled"],
        ["Div", ["doubled", "divisors"], "halved"],
        ["Slice", ["shape", "zero", "from"], "kept"],
        ["Concat", ["kept", "halved"], "target", { axis: 0 }],
        ["Cast", ["target"], "whole", { to: 7 }],
        ["Reshape", ["x", "whole"], "y"],
      ],
      tensors: { zero: ints(0), from: ints(2), to: ints(4), factors: ints(1, 2), divisors: ints(2, 1) },
      input: pictures,
    },
  ],
  Sigmoid: elementWise("Sigmoid"),
  Slice: [
    one(
      "Slice",
      {},
      {
        inputs: ["x", "from", "to", "axes", "steps"],
        tensors: { from: ints(1, -4), to: ints(2 ** 40, -1), axes: ints(2, 3), steps: ints(2, 1) },
        input: pictures,
      },
    ),
    one("Slice", { starts: [0, 1], ends: [2 ** 31 - 1, 3] }, { opset: 9 }),
  ],
  Softmax: [
    one("Softmax"),
    one("Softmax", { axis: 1 }, { input: pictures }),
    one("Softmax", {}, { opset: 11 }),
  ],
  Softplus: elementWise("Softplus"),
  Split: [
    {
      nodes: [
        ["Split", ["x", "sizes"], ["a", "b"], { axis: 1 }],
        ["Concat", ["b", "a"], "y", { axis: 1 }],
      ],
      tensors: { sizes: ints(1, 3) },
    },
    {
      nodes: [
        ["Split", ["x"], ["a", "b"], { axis: 2 }],
        ["Sub", ["a", "b"], "y"],
      ],
      input: pictures,
    },
  ],
  Sqrt: [ofPositive("Sqrt")],
  Squeeze: shaped("Squeeze", [2, -1], ["n", 3, 1, 1]),
  Sub: arithmetic("Sub"),
  Sum: [
    {
      nodes: [
        ["Exp", ["x"], "e"],
        ["Sum", ["x", "e", "x"], "y"],
      ],
    },
  ],
  Tanh: elementWise("Tanh"),
  Transpose: [
    one("Transpose", { perm: [0, 3, 1, 2] }, { input: pictures }),
    {
      nodes: [
        ["Reshape", ["x", "s"], "r"],
        ["Transpose", ["r"], "y", { perm: [0, 2, 1] }],
      ],
      tensors: { s: ints(0, 10, 6) },
      input: pictures,
    },
  ],
  Unsqueeze: shaped("Unsqueeze", [1, -1], ["n", 4]),
};

it("every operator that can be imported has cases", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(handlers).sort());
});

/** [n, c, h, w] of the file's order as [n, h, w, c] of ours, and other shapes as they are. */
function channelsLast({ data, dims }: { data: Float32Array; dims: readonly number[] }): nn.Tensor {
  if (dims.length !== 4) return { data, shape: dims };
  const [n, channels, height, width] = dims;
  const result = new Float32Array(data.length);
  const places = height * width;
  for (let i = 0; i < n; i++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < places; p++)
        result[(i * places + p) * channels + c] = data[(i * channels + c) * places + p];
  return { data: result, shape: [n, height, width, channels] };
}

function expectClose(actual: nn.Tensor, expected: nn.Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const scale = Math.max(1, ...Array.from(expected.data, Math.abs));
  const worst = expected.data.reduce(
    (most: number, value, i) => Math.max(most, Math.abs(value - actual.data[i])),
    0,
  );
  expect(worst / scale).toBeLessThan(1e-6);
}

const n = 3;
const all = Object.entries(cases).flatMap(([op, variants]) =>
  variants.map((file, i) => ({ title: `${op} ${i + 1}`, file })),
);

describe.each(all)("$title", ({ file }) => {
  it("computes what ONNX Runtime does, and the same after saving", async () => {
    const bytes = onnxFile(file);
    const dims = (file.input ?? ["n", 4]).map((extent) => (typeof extent === "number" ? extent : n));
    const x = spread(
      dims.reduce((product, side) => product * side, 1),
      2,
    );
    const session = await ort.InferenceSession.create(bytes);
    const results = await session.run({ x: new ort.Tensor("float32", x, dims) });
    const result = results[session.outputNames[0]];
    const expected = channelsLast({ data: result.data as Float32Array, dims: result.dims });

    const model = await nn.loadModel(bytes);
    const input = channelsLast({ data: x, dims });
    expectClose(await model.predict(input), expected);
    const saved = model.toBytes().model;
    const again = await nn.loadModel(saved);
    expect(await again.predict(input)).toEqual(await model.predict(input));
    const plain = await ort.InferenceSession.create(saved);
    const { output } = await plain.run({ input: new ort.Tensor("float32", input.data, input.shape) });
    expectClose({ data: output.data as Float32Array, shape: output.dims }, expected);
    await Promise.all([model.close(), again.close(), session.release(), plain.release()]);
  });
});

describe("a Resize to sizes", () => {
  it("takes the first of them as the batch, whatever the file was exported for", async () => {
    const scaled = one(
      "Resize",
      { mode: "linear" },
      { inputs: ["x", "", "scales"], tensors: { scales: floats([4], [1, 1, 2, 2]) }, input: pictures },
    );
    const sized = one(
      "Resize",
      { mode: "linear" },
      { inputs: ["x", "", "", "sizes"], tensors: { sizes: ints(1, 2, 12, 10) }, input: [1, 2, 6, 5] },
    );
    const x = { data: spread(4 * 60, 3), shape: [4, 6, 5, 2] };
    const expected = await (await nn.loadModel(onnxFile(scaled))).predict(x);
    const model = await nn.loadModel(onnxFile(sized));
    expectClose(await model.predict(x), expected);
    expectClose(await model.predict(x, { batchSize: 3 }), expected);
    const session = await ort.InferenceSession.create(model.toBytes().model);
    const { output } = await session.run({ input: new ort.Tensor("float32", x.data, x.shape) });
    expectClose({ data: output.data as Float32Array, shape: output.dims }, expected);
  });
});
