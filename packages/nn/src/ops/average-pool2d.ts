import { apply, type Op, shapeError, type Value } from "../ir/value.ts";
import { blockedDomain } from "./blocked-conv.ts";
import { type PoolAttributes, pooledShape } from "./max-pool2d.ts";
import { type Pair, type Window, windowOf } from "./window.ts";

export type AveragePoolAttributes = PoolAttributes & { readonly countPads: boolean };

export const averagePool2dOp: Op<AveragePoolAttributes> = {
  name: "averagePool2d",
  infer([x], attributes) {
    if (attributes.dilations.some((step) => step !== 1)) {
      throw shapeError("averagePool2d", "no dilation (ONNX opset 17 has none)", `[${attributes.dilations}]`);
    }
    return { shape: pooledShape("averagePool2d", x, attributes), dtype: "float32" };
  },
  emit: (emitter, inputs, { attributes: { kernel, strides, pads, countPads } }) =>
    emitter.node("AveragePool", inputs, {
      kernel_shape: kernel,
      strides,
      pads,
      count_include_pad: countPads ? 1 : 0,
    }),
  gradient: ({ inputs: [x], attributes }, dy, { averagePool2dGradient }) => [
    averagePool2dGradient(dy, x.shape, attributes),
  ],
  blocked: {
    layouts: (_, __, given) => (given[0] === "blocked" ? { inputs: given, output: "blocked" } : undefined),
    emit: (emitter, inputs, { attributes: { kernel, strides, pads, dilations, countPads } }) =>
      emitter.node(
        "AveragePool",
        inputs,
        { kernel_shape: kernel, strides, pads, dilations, count_include_pad: countPads ? 1 : 0 },
        blockedDomain,
      ),
  },
};

/**
 * Mean of each window of x [n, c, h, w]. Strides default to the kernel; `countPads`: pads count as zeros, otherwise
 * the mean is over the elements inside the picture alone.
 */
export function averagePool2d(
  x: Value,
  kernel: Pair,
  options: Partial<Window> & { countPads?: boolean } = {},
): Value {
  const { countPads = false, ...window } = options;
  return apply(averagePool2dOp, [x], { ...windowOf({ strides: kernel, ...window }), kernel, countPads });
}
