import type { Emitter } from "../ir/emitter.ts";
import { apply, describe, type Op, type Shape, shapeError, sizeOf, type Value } from "../ir/value.ts";
import { onnxTypes } from "../onnx/types.ts";
import type { ConvAttributes } from "./conv2d.ts";
import { emitDepthwise, isDepthwise } from "./depthwise-weight-gradient.ts";
import { emitRows, paysAsRows } from "./weight-gradient-rows.ts";
import { meetsAll, type Pair, windowPlaces } from "./window.ts";

type WeightGradientAttributes = ConvAttributes & { readonly weightShape: Shape };

/** Name of a product of stacks of matrices a · bᵀ. */
function timesTransposed(emitter: Emitter, a: string, b: string, rank: number): string {
  if (emitter.contributed) return emitter.node("FusedMatMul", [a, b], { transB: 1 }, "com.microsoft");
  const axes = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return emitter.node("MatMul", [a, emitter.transpose(b, axes)]);
}

/** Largest number of rows of the matrix that all places of a kernel see, for which it is made as a whole. */
const mostRows = 64;

/** True where the input has few channels, as pictures have: then one product does for all places of the kernel. */
function hasFewRows({ weightShape: [, channels, height, width], groups }: WeightGradientAttributes): boolean {
  const kernel = height * width;
  return groups === 1 && kernel > 1 && channels * kernel <= mostRows;
}

/** True where the kernel met the whole picture, once: the layer was a dense one. */
function isDense({
  inputs: [x, dy],
  attributes: { groups, pads, weightShape },
}: Value<WeightGradientAttributes>): boolean {
  return groups === 1 && meetsAll(x.shape, dy.shape, weightShape, pads);
}

function emitDense(
  emitter: Emitter,
  [x, dy]: readonly string[],
  value: Value<WeightGradientAttributes>,
): string {
  const [batch, filters] = value.inputs[1].shape;
  const rows = emitter.reshape(x, [batch, sizeOf(value.shape) / filters]);
  const product = emitter.node("Gemm", [emitter.reshape(dy, [batch, filters]), rows], { transA: 1 });
  return emitter.reshape(product, value.shape);
}

/** What each place of the kernel sees of x: [n, channels, height, width] each, in x's own type. */
function seenByPlaces(
  emitter: Emitter,
  x: string,
  { inputs, attributes }: Value<WeightGradientAttributes>,
): string[] {
  const { strides, pads, weightShape } = attributes;
  const padded = pads.every((width) => width === 0)
    ? x
    : emitter.node("Pad", [x, emitter.integers([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]])]);
  const kernel: Pair = [weightShape[2], weightShape[3]];
  return windowPlaces(kernel, attributes, inputs[1].shape.slice(2)).map(({ starts, ends }) =>
    emitter.node("Slice", [
      padded,
      emitter.integers(starts),
      emitter.integers(ends),
      emitter.integers([2, 3]),
      emitter.integers(strides),
    ]),
  );
}

/**
 * Few channels: what all places see is put together as one matrix (im2col), as bytes where x is bytes, and one product
 * gives every weight.
 */
function emitFewRows(
  emitter: Emitter,
  [x, dy]: readonly string[],
  value: Value<WeightGradientAttributes>,
  block?: number,
): string {
  const { inputs, attributes } = value;
  const [filters, channels, kernelHeight, kernelWidth] = attributes.weightShape;
  const [batch, , height, width] = inputs[1].shape;
  const [rows, places] = [kernelHeight * kernelWidth * channels, height * width];
  const joined = emitter.node("Concat", seenByPlaces(emitter, x, value), { axis: 1 });
  const matrix =
    inputs[0].dtype === "uint8" ? emitter.node("Cast", [joined], { to: onnxTypes.float32 }) : joined;
  const sum = (product: string) =>
    emitter.node("ReduceSum", [product, emitter.integers([0])], { keepdims: 0 });
  const kernels = [kernelHeight, kernelWidth, channels];
  if (block === undefined) {
    const gradient = emitter.reshape(dy, [batch, filters, places]);
    const product = timesTransposed(emitter, gradient, emitter.reshape(matrix, [batch, rows, places]), 3);
    return emitter.transpose(emitter.reshape(sum(product), [filters, ...kernels]), [0, 3, 1, 2]);
  }
  const product = emitter.node("MatMul", [
    emitter.reshape(matrix, [batch, 1, rows, places]),
    emitter.reshape(dy, [batch, filters / block, places, block]),
  ]);
  const parts = emitter.reshape(sum(product), [filters / block, ...kernels, block]);
  return emitter.reshape(emitter.transpose(parts, [0, 4, 3, 1, 2]), attributes.weightShape);
}

/** True where each channel has one filter of its own. */
const isOneEach = ({ attributes }: Value<WeightGradientAttributes>): boolean =>
  isDepthwise(attributes.weightShape, attributes.groups) && attributes.weightShape[0] === attributes.groups;

function emitOneEach(
  emitter: Emitter,
  names: readonly string[],
  { inputs, attributes }: Value<WeightGradientAttributes>,
  block?: number,
): string {
  const { weightShape } = attributes;
  const shapes = { inputShape: inputs[0].shape, outputShape: inputs[1].shape, weightShape };
  return emitDepthwise(emitter, names, shapes, attributes, block);
}

export const conv2dWeightGradientOp: Op<WeightGradientAttributes> = {
  name: "conv2dWeightGradient",
  infer([x, dy], { weightShape, groups }) {
    const [filters, channels] = weightShape;
    if (x.shape[1] !== channels * groups || dy.shape[1] !== filters || x.shape[0] !== dy.shape[0]) {
      throw shapeError(
        "conv2dWeightGradient",
        `input and gradient that fit weights [${weightShape.join(", ")}]`,
        `${describe(x)} and ${describe(dy)}`,
      );
    }
    return { shape: weightShape, dtype: "float32" };
  },
  /** For each place of the kernel: the part of x that it saw, a batched product with dy, and a sum over the batch. */
  emit(emitter, [x, dy], value) {
    const { inputs, attributes } = value;
    if (hasFewRows(attributes)) return emitFewRows(emitter, [x, dy], value);
    if (isOneEach(value)) return emitOneEach(emitter, [x, dy], value);
    if (isDense(value)) return emitDense(emitter, [x, dy], value);
    if (paysAsRows(value)) return emitRows(emitter, [x, dy], value, ["plain", "plain"]);
    const { groups, weightShape } = attributes;
    const [filters, channels, kernelHeight, kernelWidth] = weightShape;
    const [batch, , height, width] = inputs[1].shape;
    const places = height * width;
    const stack = groups === 1 ? [batch] : [batch, groups];
    const gradient = emitter.reshape(dy, [...stack, filters / groups, places]);
    const columns = seenByPlaces(emitter, x, value).map((seen) => {
      const flat = emitter.reshape(seen, [...stack, channels, places]);
      const product = timesTransposed(emitter, gradient, flat, stack.length + 2);
      const sum = emitter.node("ReduceSum", [product, emitter.integers([0])], { keepdims: 0 });
      return emitter.reshape(sum, [filters, 1, channels]);
    });
    const joined = columns.length === 1 ? columns[0] : emitter.node("Concat", columns, { axis: 1 });
    const kernels = emitter.reshape(joined, [filters, kernelHeight, kernelWidth, channels]);
    return emitter.transpose(kernels, [0, 3, 1, 2]);
  },
  gradient({ inputs: [x, dy], attributes }, flow, { cast, conv2d, conv2dInputGradient }) {
    return [
      conv2dInputGradient(dy, flow, x.shape, attributes),
      conv2d(cast(x, "float32"), flow, undefined, attributes),
    ];
  },
  blocked: {
    /** Few channels, one filter each, and rows, which are made from either layout: products of blocks are slower. */
    layouts(value, block, given) {
      const { attributes } = value;
      if (isOneEach(value))
        return attributes.groups % block === 0
          ? { inputs: ["blocked", "blocked"], output: "plain" }
          : undefined;
      if (hasFewRows(attributes)) {
        const divides = attributes.weightShape[0] % block === 0;
        return divides && given[1] === "blocked"
          ? { inputs: ["plain", "blocked"], output: "plain" }
          : undefined;
      }
      return !isDense(value) && paysAsRows(value) ? { inputs: given, output: "plain" } : undefined;
    },
    emit(emitter, names, value, block, layouts) {
      if (isOneEach(value)) return emitOneEach(emitter, names, value, block);
      if (hasFewRows(value.attributes)) return emitFewRows(emitter, names, value, block);
      return emitRows(emitter, names, value, layouts);
    },
  },
};

/** The bytes that a tensor of few channels was converted from, where it was: they are cheaper to put together. */
function beforeConversion(x: Value, attributes: WeightGradientAttributes): Value {
  const [source] = x.inputs;
  return x.op.name === "cast" && source.dtype === "uint8" && hasFewRows(attributes) ? source : x;
}

/** Gradient of a convolution of x with respect to its weights, given the gradient `dy` of its output. */
export function conv2dWeightGradient(
  x: Value,
  dy: Value,
  weightShape: Shape,
  { strides, pads, dilations, groups }: ConvAttributes,
): Value {
  const attributes = { strides, pads, dilations, groups, weightShape };
  return apply(conv2dWeightGradientOp, [beforeConversion(x, attributes), dy], attributes);
}
