import type { Value } from "../ir/value.ts";
import { binary, binaryOp } from "./elementwise.ts";

export const subOp = binaryOp("sub", "Sub", (_, dy, { neg }) => [dy, neg(dy)]);

/** a - b, broadcast. */
export function sub(a: Value, b: Value): Value {
  return binary(subOp, a, b);
}
