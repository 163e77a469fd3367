import { apply, type Value } from "../ir/value.ts";
import { unaryOp } from "./elementwise.ts";

export const sigmoidOp = unaryOp("sigmoid", "Sigmoid", (y, dy, { mul, scalar, sub }) =>
  mul(dy, mul(y, sub(scalar(1), y))),
);

/** 1 / (1 + e^-x). */
export function sigmoid(x: Value): Value {
  return apply(sigmoidOp, [x], {});
}
