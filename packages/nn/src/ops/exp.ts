import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const expOp = unaryOp("exp", "Exp", (y, dy, { mul }) => mul(dy, y));

/** e to the power of x. */
export function exp(x: Value): Value {
  return apply(expOp, [x], {});
}
