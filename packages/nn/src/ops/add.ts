import type { Value } from "../ir/value.ts";
import { binary, binaryOp } from "./elementwise.ts";

export const addOp = binaryOp("add", "Add", (_, dy) => [dy, dy]);

/** a + b, broadcast. */
export function add(a: Value, b: Value): Value {
  return binary(addOp, a, b);
}
