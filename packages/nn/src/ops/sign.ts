import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const signOp = unaryOp("sign", "Sign", null);

/** -1, 0 or 1. */
export function sign(x: Value): Value {
  return apply(signOp, [x], {});
}
