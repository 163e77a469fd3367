import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type DenseAttributes = { transposeWeights: boolean };

export const denseOp: Op<DenseAttributes> = {
  name: "dense",
  infer([x, weights, bias], { transposeWeights }) {
    const came = [x, weights, bias].map(describe).join(", ");
    if (x.shape.length !== 2 || weights.shape.length !== 2 || bias.shape.length !== 1) {
      throw shapeError("dense", "x of two axes, weights of two and a bias of one", came);
    }
    const [features, units] = transposeWeights ? [...weights.shape].reverse() : weights.shape;
    if (x.shape[1] !== features || bias.shape[0] !== units) {
      throw shapeError("dense", "x [n, features], weights [features, units], bias [units]", came);
    }
    return { shape: [x.shape[0], units], dtype: "float32" };
  },
  emit: (emitter, inputs, { attributes: { transposeWeights } }) =>
    emitter.node("Gemm", inputs, transposeWeights ? { transB: 1 } : {}),
  gradient({ inputs: [x, weights], attributes: { transposeWeights } }, dy, { matMul, reduceSum }) {
    return [
      matMul(dy, weights, { transposeB: !transposeWeights }),
      transposeWeights ? matMul(dy, x, { transposeA: true }) : matMul(x, dy, { transposeA: true }),
      reduceSum(dy, [0]),
    ];
  },
};

/** x [n, features] · weights [features, units] + bias [units]; `transposeWeights`: they are [units, features]. */
export function dense(x: Value, weights: Value, bias: Value, transposeWeights = false): Value {
  return apply(denseOp, [x, weights, bias], { transposeWeights });
}
