import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type ClipAttributes = { min: number; max: number };

export const clipOp: Op<ClipAttributes> = {
  name: "clip",
  elementwise: true,
  infer([x], { min, max }) {
    if (x.dtype !== "float32") throw shapeError("clip", "a float32 operand", describe(x));
    if (!(min <= max)) throw shapeError("clip", "min <= max", `min ${min}, max ${max}`);
    return { shape: x.shape, dtype: "float32" };
  },
  emit: (emitter, [x], { attributes: { min, max } }) =>
    emitter.node("Clip", [
      x,
      min === -Infinity ? "" : emitter.scalar(min),
      max === Infinity ? "" : emitter.scalar(max),
    ]),
  gradient: (y, dy, { cast, equal, mul }) => [mul(dy, cast(equal(y.inputs[0], y), "float32"))],
};

/** x kept within [min, max]; either may be infinite. */
export function clip(x: Value, min: number, max: number): Value {
  return apply(clipOp, [x], { min, max });
}
