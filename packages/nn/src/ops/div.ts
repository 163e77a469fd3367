import type { Value } from "../ir/value.ts";
import { binary, binaryOp } from "./elementwise.ts";

export const divOp = binaryOp("div", "Div", (y, dy, { mul, neg }) => {
  const a = div(dy, y.inputs[1]);
  return [a, neg(mul(a, y))];
});

/** a / b, broadcast. */
export function div(a: Value, b: Value): Value {
  return binary(divOp, a, b);
}
