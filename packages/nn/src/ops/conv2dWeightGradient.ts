import type { Emitter } from "../ir/emitter.ts";
import { apply, describe, type Op, type Shape, shapeError, type Value } from "../ir/value.ts";
import { emitBlockedConv } from "./blockedConv.ts";
import type { ConvAttributes } from "./conv2d.ts";
import { type Pair, windowPlaces } from "./window.ts";

type WeightGradientAttributes = ConvAttributes & { readonly weightShape: Shape };

/** Name of a product of stacks of matrices a · bᵀ. */
function timesTransposed(emitter: Emitter, a: string, b: string, rank: number): string {
  if (emitter.contributed) return emitter.node("FusedMatMul", [a, b], { transB: 1 }, "com.microsoft");
  const axes = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return emitter.node("MatMul", [a, emitter.transpose(b, axes)]);
}

/**
 * Few channels: a blocked convolution with one-hot weights puts what each place of the kernel saw side by side as
 * channels (im2col), filled up with empty ones to whole blocks; one product with dy then gives every weight.
 */
function emitFewChannels(
  emitter: Emitter,
  [x, dy]: readonly string[],
  { inputs, attributes }: Value<WeightGradientAttributes>,
  block: number,
): string {
  const [filters, channels, kernelHeight, kernelWidth] = attributes.weightShape;
  const [batch, , height, width] = inputs[1].shape;
  const kernel = kernelHeight * kernelWidth;
  const rows = Math.ceil((kernel * channels) / block);
  const oneHot = new Float32Array(rows * block * channels * kernel);
  for (let row = 0; row < kernel * channels; row++) {
    const [place, channel] = [Math.floor(row / channels), row % channels];
    oneHot[(row * channels + channel) * kernel + place] = 1;
  }
  const shape = [rows * block, channels, kernelHeight, kernelWidth];
  const weights = emitter.constant(oneHot, shape, "float32");
  const columns = emitBlockedConv(emitter, [x, weights], shape, attributes, block);
  const product = emitter.node(
    "FusedMatMul",
    [
      emitter.reshape(columns, [batch, rows, 1, height * width, block]),
      emitter.reshape(dy, [batch, 1, filters / block, height * width, block]),
    ],
    { transA: 1 },
    "com.microsoft",
  );
  const sum = emitter.node("ReduceSum", [product, emitter.integers([0])], { keepdims: 0 });
  // [rows, filters / block, place of row, place of filter] to [row, filter]
  const flat = emitter.reshape(emitter.transpose(sum, [0, 2, 1, 3]), [rows * block, filters]);
  const used = emitter.node("Slice", [
    flat,
    emitter.integers([0]),
    emitter.integers([kernel * channels]),
    emitter.integers([0]),
  ]);
  return emitter.transpose(
    emitter.reshape(used, [kernelHeight, kernelWidth, channels, filters]),
    [3, 2, 0, 1],
  );
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
  emit(emitter, [x, dy], { inputs, attributes }) {
    const { strides, pads, groups, weightShape } = attributes;
    const [filters, channels, kernelHeight, kernelWidth] = weightShape;
    const [batch, , height, width] = inputs[1].shape;
    const places = height * width;
    const stack = groups === 1 ? [batch] : [batch, groups];
    const gradient = emitter.reshape(dy, [...stack, filters / groups, places]);
    const padded = pads.every((width) => width === 0)
      ? x
      : emitter.node("Pad", [x, emitter.integers([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]])]);
    const kernel: Pair = [kernelHeight, kernelWidth];
    const parts = windowPlaces(kernel, attributes, [height, width]).map(({ starts, ends }) => {
      const seen = emitter.node("Slice", [
        padded,
        emitter.integers(starts),
        emitter.integers(ends),
        emitter.integers([2, 3]),
        emitter.integers(strides),
      ]);
      const flat = emitter.reshape(seen, [...stack, channels, places]);
      const product = timesTransposed(emitter, gradient, flat, stack.length + 2);
      return emitter.node("ReduceSum", [product, emitter.integers([0])], { keepdims: 0 });
    });
    const shape = [filters, 1, channels];
    const columns = parts.map((part) => emitter.reshape(part, shape));
    const joined = columns.length === 1 ? columns[0] : emitter.node("Concat", columns, { axis: 1 });
    const kernels = emitter.reshape(joined, [filters, kernelHeight, kernelWidth, channels]);
    return emitter.transpose(kernels, [0, 3, 1, 2]);
  },
  gradient({ inputs: [x, dy], attributes }, flow, { conv2d, conv2dInputGradient }) {
    return [conv2dInputGradient(dy, flow, x.shape, attributes), conv2d(x, flow, undefined, attributes)];
  },
  blocked: {
    /** Few channels (pictures): the product is taken in blocks; else slices and products are faster in plain layout. */
    layouts({ attributes: { weightShape, groups } }, block, given) {
      const few = groups === 1 && weightShape[1] < block && weightShape[0] % block === 0;
      return few && given[1] === "blocked" ? { inputs: ["plain", "blocked"], output: "plain" } : undefined;
    },
    emit: emitFewChannels,
  },
};

/** Gradient of a convolution of x with respect to its weights, given the gradient `dy` of its output. */
export function conv2dWeightGradient(
  x: Value,
  dy: Value,
  weightShape: Shape,
  { strides, pads, dilations, groups }: ConvAttributes,
): Value {
  return apply(conv2dWeightGradientOp, [x, dy], { strides, pads, dilations, groups, weightShape });
}
