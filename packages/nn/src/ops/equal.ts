import type { Value } from "../ir/value.ts";
import { binary, binaryOp } from "./elementwise.ts";

export const equalOp = binaryOp("equal", "Equal", null, "bool");

/** True where a equals b. */
export function equal(a: Value, b: Value): Value {
  return binary(equalOp, a, b);
}
