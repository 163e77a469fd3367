import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type LogSoftmaxAttributes = { axis: number };

export const logSoftmaxOp: Op<LogSoftmaxAttributes> = {
  name: "logSoftmax",
  infer([x], { axis }) {
    if (x.dtype !== "float32" || !(axis >= 0 && axis < x.shape.length)) {
      throw shapeError("logSoftmax", `a float32 operand with an axis ${axis}`, describe(x));
    }
    return { shape: x.shape, dtype: "float32" };
  },
  emit: (emitter, inputs, { attributes: { axis } }) => emitter.node("LogSoftmax", inputs, { axis }),
  gradient({ inputs: [x], attributes: { axis } }, dy, { mul, reduceSum, softmax, sub }) {
    return [sub(dy, mul(softmax(x, axis), reduceSum(dy, [axis], true)))];
  },
};

/** Logarithm of the softmax along `axis` (the last one by default), without overflow. */
export function logSoftmax(x: Value, axis = x.shape.length - 1): Value {
  return apply(logSoftmaxOp, [x], { axis });
}
