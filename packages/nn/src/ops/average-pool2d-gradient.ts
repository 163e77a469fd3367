import type { Emitter } from "../ir/emitter.ts";
import { apply, describe, type Op, type Shape, sameShape, shapeError, type Value } from "../ir/value.ts";
import type { AveragePoolAttributes } from "./average-pool2d.ts";
import { leftOver, slidOver, tiles } from "./window.ts";

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

/** Windows that tile the picture: dy repeated over its window. */
function emitTiled(
  emitter: Emitter,
  [dy]: readonly string[],
  { inputs, attributes: { kernel }, shape }: Value<AveragePoolGradientAttributes>,
  block?: number,
): string {
  const [batch, channels, height, width] = inputs[0].shape;
  const inner = block === undefined ? [] : [block];
  const outer = [batch, channels / (block ?? 1), height];
  const scaled = emitter.node("Mul", [dy, emitter.scalar(1 / (kernel[0] * kernel[1]))]);
  const narrow = emitter.reshape(scaled, [...outer, 1, width, 1, ...inner]);
  const wide = emitter.integers([...outer, kernel[0], width, kernel[1], ...inner]);
  return emitter.reshape(emitter.node("Expand", [narrow, wide]), shape);
}

export const averagePool2dGradientOp: Op<AveragePoolGradientAttributes> = {
  name: "averagePool2dGradient",
  infer([dy], attributes) {
    const { inputShape, kernel } = attributes;
    const x = { ...dy, shape: inputShape };
    const expected = [
      inputShape[0],
      inputShape[1],
      ...slidOver("averagePool2dGradient", x, kernel, attributes),
    ];
    if (!sameShape(expected, dy.shape)) {
      throw shapeError("averagePool2dGradient", `a gradient [${expected.join(", ")}]`, describe(dy));
    }
    return { shape: inputShape, dtype: "float32" };
  },
  emit(emitter, [dy], value) {
    const { inputs, attributes, shape } = value;
    const { kernel, strides, pads } = attributes;
    if (tiles(shape, kernel, attributes)) return emitTiled(emitter, [dy], value);
    const [batch, channels, height, width] = inputs[0].shape;
    const weights = weightsOfWindows(inputs[0].shape, attributes);
    const scale = emitter.constant(weights, [1, 1, height, width], "float32");
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
  blocked: {
    layouts: ({ shape, attributes }, _, given) =>
      given[0] === "blocked" && tiles(shape, attributes.kernel, attributes)
        ? { inputs: given, output: "blocked" }
        : undefined,
    emit: emitTiled,
  },
};

/** Gradient of average pooling: each element of dy goes in equal parts to the elements its mean was taken of. */
export function averagePool2dGradient(
  dy: Value,
  inputShape: Shape,
  attributes: AveragePoolAttributes,
): Value {
  return apply(averagePool2dGradientOp, [dy], { ...attributes, inputShape });
}
