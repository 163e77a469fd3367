import type { Value } from "../ir/value.ts";
import { scalar } from "./leaves.ts";
import { mul } from "./mul.ts";
import { reduceSum } from "./reduce-sum.ts";

/** Mean over `axes` (all of them by default): a sum, scaled. */
export function reduceMean(
  x: Value,
  axes: readonly number[] = x.shape.map((_, i) => i),
  keepDimensions = false,
): Value {
  const count = axes.reduce((product, axis) => product * x.shape[axis], 1);
  return mul(reduceSum(x, axes, keepDimensions), scalar(1 / count));
}
