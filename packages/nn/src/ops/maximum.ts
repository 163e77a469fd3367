import type { Value } from "../ir/value.ts";
import { binary, binaryOp } from "./elementwise.ts";

export const maximumOp = binaryOp(
  "maximum",
  "Max",
  ({ inputs: [a, b] }, dy, { cast, greater, mul, scalar, sub }) => {
    const towardsA = cast(greater(a, b), "float32");
    return [mul(dy, towardsA), mul(dy, sub(scalar(1), towardsA))];
  },
);

/** The larger of a and b, broadcast; where they are equal the gradient goes to b. */
export function maximum(a: Value, b: Value): Value {
  return binary(maximumOp, a, b);
}
