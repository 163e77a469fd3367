import { apply, type Op, type Value } from "../ir/value.ts";
import type { None } from "./elementwise.ts";

export const stopGradientOp: Op<None> = {
  name: "stopGradient",
  elementwise: true,
  infer: ([x]) => x,
  // The same tensor under the same name: there is nothing to compute.
  emit: (_, [x]) => x,
  gradient: null,
};

/** x itself, taken for a constant by gradients. */
export function stopGradient(x: Value): Value {
  return apply(stopGradientOp, [x], {});
}
