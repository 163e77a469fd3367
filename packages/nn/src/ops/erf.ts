import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const erfOp = unaryOp("erf", "Erf", (y, dy, { exp, mul, neg, scalar }) => {
  const [x] = y.inputs;
  return mul(dy, mul(exp(neg(mul(x, x))), scalar(2 / Math.sqrt(Math.PI))));
});

/** The error function, 2/√π times the integral of e^(-t²) from 0 to x. */
export function erf(x: Value): Value {
  return apply(erfOp, [x], {});
}
