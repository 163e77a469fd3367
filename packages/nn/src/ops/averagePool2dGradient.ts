import { apply, describe, type Op, type Shape, shapeError, type Value } from "../ir/value.ts";
import type { AveragePoolAttributes } from "./averagePool2d.ts";
import { leftOver, slidOver } from "./window.ts";

type AveragePoolGradientAttributes = AveragePoolAttributes & { readonly inputShape: Shape };

/** One over the number of elements that each window's mean is taken of: [1, 1, h, w], row by row. */
function weightsOfWindows(pooled: Shape, attributes: AveragePoolGradientAttributes): Float32Array {
  const { kernel, strides, pads, inputShape, countPads } = attributes;
  const inside = (axis: 0 | 1, place: number): number => {
    const start = place * strides[axis] - pads[axis];
    return Math.min(start + kernel[axis], inputShape[axis + 2]) - Math.max(start, 0);
  };
  const [, , height, width] = pooled;
  const weights = new Float32Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const count = countPads ? kernel[0] * kernel[1] : inside(0, row) * inside(1, column);
      weights[row * width + column] = 1 / count;
    }
  }
  return weights;
}

export const averagePool2dGradientOp: Op<AveragePoolGradientAttributes> = {
  name: "averagePool2dGradient",
  infer([dy], attributes) {
    const { inputShape, kernel } = attributes;
    const x = { ...dy, shape: inputShape };
    const [height, width] = slidOver("averagePool2dGradient", x, kernel, attributes);
    if (dy.shape[2] !== height || dy.shape[3] !== width) {
      throw shapeError(
        "averagePool2dGradient",
        `a gradient of height ${height}, width ${width}`,
        describe(dy),
      );
    }
    return { shape: inputShape, dtype: "float32" };
  },
  emit(emitter, [dy], { inputs, attributes, shape }) {
    const { kernel, strides, pads } = attributes;
    const [batch, channels, height, width] = inputs[0].shape;
    const weights = weightsOfWindows(inputs[0].shape, attributes);
    const uniform = weights.every((weight) => weight === weights[0]);
    const scale = uniform
      ? emitter.scalar(weights[0])
      : emitter.constant(weights, [1, 1, height, width], "float32");
    const part = emitter.reshape(emitter.node("Mul", [dy, scale]), [batch * channels, 1, height, width]);
    const ones = emitter.constant(
      new Float32Array(kernel[0] * kernel[1]).fill(1),
      [1, 1, ...kernel],
      "float32",
    );
    const spread = emitter.node("ConvTranspose", [part, ones], {
      kernel_shape: kernel,
      strides,
      pads,
      output_padding: leftOver(shape, inputs[0].shape, kernel, attributes),
    });
    return emitter.reshape(spread, shape);
  },
  gradient: ({ attributes: { kernel, inputShape, ...rest } }, flow, { averagePool2d }) => [
    averagePool2d(flow, kernel, rest),
  ],
};

/** Gradient of average pooling: each element of dy goes in equal parts to the elements its mean was taken of. */
export function averagePool2dGradient(
  dy: Value,
  inputShape: Shape,
  attributes: AveragePoolAttributes,
): Value {
  return apply(averagePool2dGradientOp, [dy], { ...attributes, inputShape });
}
