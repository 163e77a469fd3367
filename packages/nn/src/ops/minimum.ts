import type { Value } from "../ir/value.ts";
import { binary, binaryOp } from "./elementwise.ts";

export const minimumOp = binaryOp(
  "minimum",
  "Min",
  ({ inputs: [a, b] }, dy, { cast, greater, mul, scalar, sub }) => {
    const towardsA = cast(greater(b, a), "float32");
    return [mul(dy, towardsA), mul(dy, sub(scalar(1), towardsA))];
  },
);

/** The smaller of a and b, broadcast; where they are equal the gradient goes to b. */
export function minimum(a: Value, b: Value): Value {
  return binary(minimumOp, a, b);
}
