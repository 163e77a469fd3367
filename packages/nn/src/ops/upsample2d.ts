import type { Emitter } from "../ir/emitter.ts";
import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";
import type { Pair } from "./window.ts";

type UpsampleAttributes = { readonly size: Pair };

/** A broadcast over a view with an axis beside height and one beside width: a Resize node takes several times as long. */
function emitRepeated(
  emitter: Emitter,
  [x]: readonly string[],
  { inputs, attributes: { size }, shape }: Value<UpsampleAttributes>,
  block?: number,
): string {
  const [batch, channels, height, width] = inputs[0].shape;
  const inner = block === undefined ? [] : [block];
  const outer = [batch, channels / (block ?? 1), height];
  const narrow = emitter.reshape(x, [...outer, 1, width, 1, ...inner]);
  const wide = emitter.integers([...outer, size[0], width, size[1], ...inner]);
  return emitter.reshape(emitter.node("Expand", [narrow, wide]), shape);
}

export const upsample2dOp: Op<UpsampleAttributes> = {
  name: "upsample2d",
  infer([x], { size }) {
    if (x.shape.length !== 4 || x.dtype !== "float32")
      throw shapeError("upsample2d", "float32 x [n, c, h, w]", describe(x));
    const [batch, channels, height, width] = x.shape;
    return { shape: [batch, channels, height * size[0], width * size[1]], dtype: "float32" };
  },
  emit(emitter, inputs, value) {
    if (emitter.contributed) return emitRepeated(emitter, inputs, value);
    const scales = Float32Array.of(1, 1, ...value.attributes.size);
    return emitter.node("Resize", [inputs[0], "", emitter.constant(scales, [4], "float32")], {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    });
  },
  gradient: ({ attributes: { size } }, dy, { averagePool2d, mul, scalar }) => [
    mul(averagePool2d(dy, size), scalar(size[0] * size[1])),
  ],
  blocked: {
    layouts: (_, __, given) => (given[0] === "blocked" ? { inputs: given, output: "blocked" } : undefined),
    emit: emitRepeated,
  },
};

/** Each element of x [n, c, h, w] repeated over a rectangle of `size`. */
export function upsample2d(x: Value, size: Pair): Value {
  return apply(upsample2dOp, [x], { size });
}
