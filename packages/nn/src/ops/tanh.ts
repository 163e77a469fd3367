import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const tanhOp = unaryOp("tanh", "Tanh", (y, dy, { mul, scalar, sub }) =>
  mul(dy, sub(scalar(1), mul(y, y))),
);

/** Hyperbolic tangent. */
export function tanh(x: Value): Value {
  return apply(tanhOp, [x], {});
}
