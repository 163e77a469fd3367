import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const reluOp = unaryOp("relu", "Relu", (y, dy, { cast, mul }) =>
  // Not sign(y): the runtime takes it element by element, ten times slower than these two conversions.
  mul(dy, cast(cast(y, "bool"), "float32")),
);

/** max(x, 0); its gradient at 0 is 0. */
export function relu(x: Value): Value {
  return apply(reluOp, [x], {});
}
