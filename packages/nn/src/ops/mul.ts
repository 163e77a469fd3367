import type { Value } from "../ir/value.ts";
import { binary, binaryOp } from "./elementwise.ts";

export const mulOp = binaryOp("mul", "Mul", ({ inputs: [a, b] }, dy, { mul }) => [mul(dy, b), mul(dy, a)]);

/** a · b, element by element, broadcast. */
export function mul(a: Value, b: Value): Value {
  return binary(mulOp, a, b);
}
