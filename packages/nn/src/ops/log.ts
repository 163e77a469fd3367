import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const logOp = unaryOp("log", "Log", ({ inputs: [x] }, dy, { div }) => div(dy, x));

/** Natural logarithm. */
export function log(x: Value): Value {
  return apply(logOp, [x], {});
}
