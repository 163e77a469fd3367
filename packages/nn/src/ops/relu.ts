import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const reluOp = unaryOp("relu", "Relu", (y, dy, { mul, slope }) => mul(slope(y, 0), dy));

/** max(x, 0); its gradient at 0 is 0. */
export function relu(x: Value): Value {
  return apply(reluOp, [x], {});
}
