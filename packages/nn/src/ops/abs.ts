import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const absOp = unaryOp("abs", "Abs", ({ inputs: [x] }, dy, { mul, sign }) => mul(dy, sign(x)));

/** Magnitude; its gradient at 0 is 0. */
export function abs(x: Value): Value {
  return apply(absOp, [x], {});
}
