import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";
import { blockedDomain } from "./blocked-conv.ts";
import { type Pair, slidOver, type Window, windowOf } from "./window.ts";

export type PoolAttributes = Window & { readonly kernel: Pair };

/** Shape of a pooled tensor. */
export function pooledShape(op: string, x: Value, attributes: PoolAttributes) {
  if (x.shape.length !== 4 || x.dtype !== "float32") {
    throw shapeError(op, "float32 x [n, c, h, w]", describe(x));
  }
  return [x.shape[0], x.shape[1], ...slidOver(op, x, attributes.kernel, attributes)];
}

export const maxPool2dOp: Op<PoolAttributes> = {
  name: "maxPool2d",
  infer: ([x], attributes) => ({ shape: pooledShape("maxPool2d", x, attributes), dtype: "float32" }),
  emit: (emitter, inputs, { attributes: { kernel, strides, pads, dilations } }) =>
    emitter.node("MaxPool", inputs, { kernel_shape: kernel, strides, pads, dilations }),
  gradient: (y, dy, { maxPool2dGradient }) => [maxPool2dGradient(y.inputs[0], y, dy, y.attributes)],
  blocked: {
    layouts: (_, __, given) => (given[0] === "blocked" ? { inputs: given, output: "blocked" } : undefined),
    emit: (emitter, inputs, { attributes: { kernel, strides, pads, dilations } }) =>
      emitter.node("MaxPool", inputs, { kernel_shape: kernel, strides, pads, dilations }, blockedDomain),
  },
};

/** Largest element of each window of x [n, c, h, w]; pads never win. Strides default to the kernel. */
export function maxPool2d(x: Value, kernel: Pair, options: Partial<Window> = {}): Value {
  return apply(maxPool2dOp, [x], { ...windowOf({ strides: kernel, ...options }), kernel });
}
