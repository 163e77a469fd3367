import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type LeakyReluAttributes = { alpha: number };

export const leakyReluOp: Op<LeakyReluAttributes> = {
  name: "leakyRelu",
  elementwise: true,
  infer([x]) {
    if (x.dtype !== "float32") throw shapeError("leakyRelu", "a float32 operand", describe(x));
    return { shape: x.shape, dtype: "float32" };
  },
  emit: (emitter, inputs, { attributes: { alpha } }) =>
    emitter.node("LeakyRelu", inputs, { alpha: { float: alpha } }),
  gradient(y, dy, { add, cast, greater, mul, scalar, slope }) {
    const [x] = y.inputs;
    const { alpha } = y.attributes;
    // The result has the sign of x and is kept anyway.
    if (alpha >= 0 && alpha <= 1) return [mul(slope(y, alpha), dy)];
    const positive = cast(greater(x, scalar(0)), "float32");
    return [mul(dy, add(mul(positive, scalar(1 - alpha)), scalar(alpha)))];
  },
};

/** x where it is positive, alpha · x elsewhere. */
export function leakyRelu(x: Value, alpha: number): Value {
  return apply(leakyReluOp, [x], { alpha });
}
