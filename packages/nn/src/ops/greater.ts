import type { Value } from "../ir/value.ts";
import { binary, binaryOp } from "./elementwise.ts";

export const greaterOp = binaryOp("greater", "Greater", null, "bool");

/** True where a is greater than b. */
export function greater(a: Value, b: Value): Value {
  return binary(greaterOp, a, b);
}
