import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const negOp = unaryOp("neg", "Neg", (_, dy, { neg }) => neg(dy));

/** -x, element by element. */
export function neg(x: Value): Value {
  return apply(negOp, [x], {});
}
