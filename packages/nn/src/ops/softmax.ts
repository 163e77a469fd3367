import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type SoftmaxAttributes = { axis: number };

export const softmaxOp: Op<SoftmaxAttributes> = {
  name: "softmax",
  infer([x], { axis }) {
    if (x.dtype !== "float32" || !(axis >= 0 && axis < x.shape.length)) {
      throw shapeError("softmax", `a float32 operand with an axis ${axis}`, describe(x));
    }
    return { shape: x.shape, dtype: "float32" };
  },
  emit: (emitter, inputs, { attributes: { axis } }) => emitter.node("Softmax", inputs, { axis }),
  gradient(y, dy, { mul, reduceSum, sub }) {
    const product = mul(dy, y);
    return [sub(product, mul(y, reduceSum(product, [y.attributes.axis], true)))];
  },
};

/** e^x over its sum along `axis` (the last one by default). */
export function softmax(x: Value, axis = x.shape.length - 1): Value {
  return apply(softmaxOp, [x], { axis });
}
