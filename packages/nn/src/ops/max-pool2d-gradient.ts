import { AumentoError } from "../errors.ts";
import type { Emitter } from "../ir/emitter.ts";
import { apply, describe, type Op, sameShape, shapeError, type Value } from "../ir/value.ts";
import { onnxTypes } from "../onnx/types.ts";
import { blockedDomain } from "./blocked-conv.ts";
import type { PoolAttributes } from "./max-pool2d.ts";
import { leftOver, tiles, windowPlaces } from "./window.ts";

/**
 * Windows that tile x: compares x with y repeated over its window. In blocks the views have the places of a block as
 * one more axis, and the mean is taken by the blocked pooling.
 */
function emitTiled(
  emitter: Emitter,
  [x, y, dy]: readonly string[],
  value: Value<PoolAttributes>,
  block?: number,
): string {
  const { kernel } = value.attributes;
  const [batch, channels, height, width] = value.inputs[1].shape;
  const inner = block === undefined ? [] : [block];
  const outer = [batch, channels / (block ?? 1), height];
  const wide = [...outer, kernel[0], width, kernel[1], ...inner];
  const narrow = [...outer, 1, width, 1, ...inner];
  const equal = emitter.node("Equal", [emitter.reshape(x, wide), emitter.reshape(y, narrow)]);
  const mask = emitter.node("Cast", [equal], { to: onnxTypes.float32 });
  const window = { kernel_shape: kernel, strides: kernel, pads: [0, 0, 0, 0], dilations: [1, 1] };
  const flat = emitter.reshape(mask, value.shape);
  const mean =
    block === undefined
      ? emitter.node("AveragePool", [flat], { kernel_shape: kernel, strides: kernel })
      : emitter.node("AveragePool", [flat], window, blockedDomain);
  const scaled = emitter.node("Mul", [dy, emitter.scalar(1 / (kernel[0] * kernel[1]))]);
  const part = emitter.reshape(emitter.node("Div", [scaled, mean]), narrow);
  return emitter.reshape(emitter.node("Mul", [mask, part]), value.shape);
}

/**
 * Windows that overlap or leave something out: one mask for each place of the window, stacked as channels, summed for
 * the ties, and spread back by a transposed convolution with one-hot weights.
 */
function emitGeneral(emitter: Emitter, [x, y, dy]: readonly string[], value: Value<PoolAttributes>): string {
  const { kernel, strides, pads, dilations } = value.attributes;
  const [batch, channels, height, width] = value.inputs[1].shape;
  const places = kernel[0] * kernel[1];
  const padded = pads.every((width) => width === 0)
    ? x
    : emitter.node("Pad", [
        x,
        emitter.integers([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]),
        emitter.scalar(Number.NEGATIVE_INFINITY),
      ]);
  const masks = windowPlaces(kernel, value.attributes, [height, width]).map(({ starts, ends }) => {
    const seen = emitter.node("Slice", [
      padded,
      emitter.integers(starts),
      emitter.integers(ends),
      emitter.integers([2, 3]),
      emitter.integers(strides),
    ]);
    const mask = emitter.node("Cast", [emitter.node("Equal", [seen, y])], { to: onnxTypes.float32 });
    return emitter.reshape(mask, [batch * channels, 1, height, width]);
  });
  const stacked = emitter.node("Concat", masks, { axis: 1 });
  const ties = emitter.node("ReduceSum", [stacked, emitter.integers([1])], { keepdims: 1 });
  const part = emitter.node("Div", [emitter.reshape(dy, [batch * channels, 1, height, width]), ties]);
  const flow = emitter.node("Mul", [stacked, part]);
  const oneHot = new Float32Array(places * places);
  for (let place = 0; place < places; place++) oneHot[place * places + place] = 1;
  const weights = emitter.constant(oneHot, [places, 1, kernel[0], kernel[1]], "float32");
  const spread = emitter.node("ConvTranspose", [flow, weights], {
    kernel_shape: kernel,
    strides,
    pads,
    dilations,
    output_padding: leftOver(value.shape, value.inputs[1].shape, kernel, value.attributes),
  });
  return emitter.reshape(spread, value.shape);
}

export const maxPool2dGradientOp: Op<PoolAttributes> = {
  name: "maxPool2dGradient",
  infer([x, y, dy]) {
    if (!sameShape(y.shape, dy.shape)) {
      throw shapeError("maxPool2dGradient", `a gradient [${y.shape.join(", ")}]`, describe(dy));
    }
    return { shape: x.shape, dtype: "float32" };
  },
  emit: (emitter, inputs, value) =>
    tiles(value.shape, value.attributes.kernel, value.attributes)
      ? emitTiled(emitter, inputs, value)
      : emitGeneral(emitter, inputs, value),
  gradient(value, flow, { averagePool2d, broadcastTo, maxPool2dGradient, mul, scalar }) {
    const {
      inputs: [x, y],
      attributes,
    } = value;
    if (!tiles(value.shape, value.attributes.kernel, value.attributes)) {
      throw new AumentoError(
        "argument",
        "maxPool2d: windows that overlap or leave out have no second derivative.",
      );
    }
    const places = attributes.kernel[0] * attributes.kernel[1];
    const shares = maxPool2dGradient(x, y, broadcastTo(scalar(places), y.shape), attributes);
    return [undefined, undefined, averagePool2d(mul(flow, shares), attributes.kernel)];
  },
  blocked: {
    layouts: (value, _, given) =>
      tiles(value.shape, value.attributes.kernel, value.attributes) && given[0] === "blocked"
        ? { inputs: ["blocked", "blocked", "blocked"], output: "blocked" }
        : undefined,
    emit: emitTiled,
  },
};

/**
 * Gradient of max pooling: dy goes to the element of x that its window's maximum y came from, in equal parts where
 * several hold it.
 */
export function maxPool2dGradient(x: Value, y: Value, dy: Value, attributes: PoolAttributes): Value {
  return apply(maxPool2dGradientOp, [x, y, dy], attributes);
}
