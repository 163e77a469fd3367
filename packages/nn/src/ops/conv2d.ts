import { apply, describe, type Op, shapeError, sizeOf, type Value } from "../ir/value.ts";
import { blockedConv, emitBlockedConv, inputLayout } from "./blocked-conv.ts";
import { meetsAll, slidOver, type Window, windowOf } from "./window.ts";

export type ConvAttributes = Window & { readonly groups: number };

/** True where the kernel meets the whole picture, once. */
function isDense({
  shape,
  inputs: [x, weights],
  attributes: { groups, pads },
}: Value<ConvAttributes>): boolean {
  return groups === 1 && meetsAll(x.shape, shape, weights.shape, pads);
}

export const conv2dOp: Op<ConvAttributes> = {
  name: "conv2d",
  infer([x, weights, bias], attributes) {
    const came = [x, weights, ...(bias ? [bias] : [])].map(describe).join(", ");
    if (x.shape.length !== 4 || weights.shape.length !== 4 || x.dtype !== "float32") {
      throw shapeError("conv2d", "float32 x [n, c, h, w] and weights [out, c / groups, kh, kw]", came);
    }
    const [filters, channels, height, width] = weights.shape;
    if (x.shape[1] !== channels * attributes.groups || filters % attributes.groups !== 0) {
      throw shapeError(
        "conv2d",
        `weights that fit ${x.shape[1]} channels in ${attributes.groups} groups`,
        came,
      );
    }
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== filters)) {
      throw shapeError("conv2d", `a bias of ${filters}`, describe(bias));
    }
    return {
      shape: [x.shape[0], filters, ...slidOver("conv2d", x, [height, width], attributes)],
      dtype: "float32",
    };
  },
  emit(emitter, inputs, value) {
    const [, { shape }] = value.inputs;
    if (emitter.contributed && isDense(value)) {
      const [filters, ...seen] = shape;
      const size = sizeOf(seen);
      const [rows, weights] = [value.shape[0], filters].map((count, i) =>
        emitter.reshape(inputs[i], [count, size]),
      );
      return emitter.reshape(
        emitter.node("Gemm", [rows, weights, ...inputs.slice(2)], { transB: 1 }),
        value.shape,
      );
    }
    return emitter.node("Conv", inputs, { ...onnxWindow(value.attributes), kernel_shape: shape.slice(2) });
  },
  gradient(
    { inputs: [x, weights], attributes },
    dy,
    { conv2dInputGradient, conv2dWeightGradient, reduceSum },
  ) {
    return [
      conv2dInputGradient(dy, weights, x.shape, attributes),
      conv2dWeightGradient(x, dy, weights.shape, attributes),
      reduceSum(dy, [0, 2, 3]),
    ];
  },
  blocked: {
    layouts(value, block) {
      const [, weights, bias] = value.inputs;
      const form = blockedConv(weights.shape, value.attributes.groups, block);
      if (!form || isDense(value)) return undefined;
      return { inputs: [inputLayout(form), "plain", ...(bias ? ["plain" as const] : [])], output: "blocked" };
    },
    emit: (emitter, inputs, { inputs: [, weights], attributes, shape }, block) =>
      emitBlockedConv(emitter, inputs, weights.shape, attributes, block, shape),
  },
};

/** A convolution's attributes as ONNX names them. */
export function onnxWindow({ strides, pads, dilations, groups }: ConvAttributes) {
  return { strides, pads, dilations, group: groups };
}

/**
 * Cross-correlation of x [n, c, h, w] with weights [out, c / groups, kh, kw], plus a bias [out]. Pads are zeros put
 * around x: top, left, bottom, right.
 */
export function conv2d(x: Value, weights: Value, bias?: Value, options: Partial<ConvAttributes> = {}): Value {
  const attributes = { ...windowOf(options), groups: options.groups ?? 1 };
  return apply(conv2dOp, bias ? [x, weights, bias] : [x, weights], attributes);
}
