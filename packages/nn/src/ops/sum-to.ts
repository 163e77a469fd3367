import { repeatedAxes } from "../ir/broadcast.ts";
import type { Value } from "../ir/value.ts";
import { reduceSum } from "./reduce-sum.ts";
import { reshape } from "./reshape.ts";

/** Sums a gradient over the axes along which its operand was broadcast. */
export function sumTo(gradient: Value, operand: Value): Value {
  const axes = repeatedAxes(operand.shape, gradient.shape);
  if (axes.length === 0) return reshape(gradient, operand.shape);
  return reshape(reduceSum(gradient, axes), operand.shape);
}
