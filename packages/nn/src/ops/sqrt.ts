import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const sqrtOp = unaryOp("sqrt", "Sqrt", (y, dy, { div, mul, scalar }) => div(mul(dy, scalar(0.5)), y));

/** Square root. */
export function sqrt(x: Value): Value {
  return apply(sqrtOp, [x], {});
}
