import type { Emitter } from "../ir/emitter.ts";
import { apply, describe, type Op, type Shape, shapeError, type Value } from "../ir/value.ts";
import { blockedConv, emitBlockedConv, emitLaidConv, inputLayout, layExchanged } from "./blocked-conv.ts";
import { type ConvAttributes, onnxWindow } from "./conv2d.ts";
import { leftOver, type Pair } from "./window.ts";

type InputGradientAttributes = ConvAttributes & { readonly inputShape: Shape };

/** Weights turned by 180°. */
function turned(emitter: Emitter, weights: string, [, , height, width]: Shape): string {
  if (height === 1 && width === 1) return weights;
  return emitter.node("Slice", [
    weights,
    emitter.integers([height - 1, width - 1]),
    emitter.integers([-height - 1, -width - 1]),
    emitter.integers([2, 3]),
    emitter.integers([-1, -1]),
  ]);
}

/** Weights [out, in / g, kh, kw] turned by 180° with inputs and outputs exchanged: [in, out / g, kh, kw]. */
export function flippedWeights(emitter: Emitter, weights: string, shape: Shape, groups: number): string {
  const [filters, channels, height, width] = shape;
  const flipped = turned(emitter, weights, shape);
  if (groups === 1) return emitter.transpose(flipped, [1, 0, 2, 3]);
  const grouped = emitter.reshape(flipped, [groups, filters / groups, channels, height, width]);
  const exchanged = emitter.transpose(grouped, [0, 2, 1, 3, 4]);
  return emitter.reshape(exchanged, [groups * channels, filters / groups, height, width]);
}

/** Shape of the flipped weights. */
function flippedShape([filters, channels, height, width]: Shape, groups: number): Shape {
  return [channels * groups, filters / groups, height, width];
}

/** Pads of the convolution with flipped weights, or undefined where it is not one of stride 1. */
export function flippedPads(value: Value<InputGradientAttributes>): readonly number[] | undefined {
  const { strides, pads, dilations } = value.attributes;
  if (strides[0] !== 1 || strides[1] !== 1) return undefined;
  const flipped = pads.map((width, i) => dilations[i % 2] * (value.inputs[1].shape[2 + (i % 2)] - 1) - width);
  return flipped.every((width) => width >= 0) ? flipped : undefined;
}

export const conv2dInputGradientOp: Op<InputGradientAttributes> = {
  name: "conv2dInputGradient",
  infer([dy, weights], { inputShape, groups, ...window }) {
    const [filters, channels] = weights.shape;
    const kernel: Pair = [weights.shape[2], weights.shape[3]];
    const rest = leftOver(inputShape, dy.shape, kernel, window);
    const fits = rest.every((left, axis) => left >= 0 && left < window.strides[axis]);
    if (
      dy.shape[1] !== filters ||
      inputShape[1] !== channels * groups ||
      inputShape[0] !== dy.shape[0] ||
      !fits
    ) {
      throw shapeError(
        "conv2dInputGradient",
        `a gradient that belongs to an input [${inputShape.join(", ")}]`,
        `${describe(dy)} with weights ${describe(weights)}`,
      );
    }
    return { shape: inputShape, dtype: "float32" };
  },
  emit(emitter, [dy, weights], value) {
    const { attributes } = value;
    const { shape } = value.inputs[1];
    const pads = flippedPads(value);
    // A file for other runtimes says what it is: a transposed convolution.
    if (pads && emitter.contributed) {
      const flipped = flippedWeights(emitter, weights, shape, attributes.groups);
      return emitter.node("Conv", [dy, flipped], {
        ...onnxWindow(attributes),
        pads,
        kernel_shape: shape.slice(2),
      });
    }
    return emitter.node("ConvTranspose", [dy, weights], {
      ...onnxWindow(attributes),
      kernel_shape: shape.slice(2),
      output_padding: leftOver(value.shape, value.inputs[0].shape, [shape[2], shape[3]], attributes),
    });
  },
  gradient({ inputs: [dy, weights], attributes }, flow, { conv2d, conv2dWeightGradient }) {
    return [
      conv2d(flow, weights, undefined, attributes),
      conv2dWeightGradient(flow, dy, weights.shape, attributes),
    ];
  },
  blocked: {
    layouts(value, block) {
      const { groups } = value.attributes;
      const form = blockedConv(flippedShape(value.inputs[1].shape, groups), groups, block);
      if (!form || !flippedPads(value)) return undefined;
      return { inputs: [inputLayout(form), "plain"], output: "blocked" };
    },
    emit(emitter, [dy, weights], value, block) {
      const { shape } = value.inputs[1];
      const { groups } = value.attributes;
      const window = { ...value.attributes, pads: flippedPads(value)! };
      if (blockedConv(flippedShape(shape, groups), groups, block) === "blocked" && shape[1] % block === 0) {
        const laid = layExchanged(emitter, turned(emitter, weights, shape), shape, block);
        return emitLaidConv(emitter, [dy, laid], flippedShape(shape, groups), window);
      }
      const flipped = flippedWeights(emitter, weights, shape, groups);
      return emitBlockedConv(emitter, [dy, flipped], flippedShape(shape, groups), window, block);
    },
  },
};

/**
 * Gradient of a convolution with respect to its input: what `dy`, the gradient of its output, sends back through
 * `weights`. It is also the transposed convolution of `dy`.
 */
export function conv2dInputGradient(
  dy: Value,
  weights: Value,
  inputShape: Shape,
  { strides, pads, dilations, groups }: ConvAttributes,
): Value {
  return apply(conv2dInputGradientOp, [dy, weights], { strides, pads, dilations, groups, inputShape });
}
