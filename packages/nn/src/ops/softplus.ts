import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const softplusOp = unaryOp("softplus", "Softplus", ({ inputs: [x] }, dy, { mul, sigmoid }) =>
  mul(dy, sigmoid(x)),
);

/** log(1 + e^x), without overflow. */
export function softplus(x: Value): Value {
  return apply(softplusOp, [x], {});
}
