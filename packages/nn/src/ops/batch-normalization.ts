import { apply, describe, type Op, shapeError, sizeOf, type Value } from "../ir/value.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { constant, scalar } from "./leaves.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { reduceMean } from "./reduce-mean.ts";
import { scaleShift, scaleShiftOp } from "./scale-shift.ts";
import { sqrt } from "./sqrt.ts";
import { sub } from "./sub.ts";

/** Parameters and running statistics of a batch normalisation, each [c]. */
export interface Normalization {
  readonly scale: Value;
  readonly offset: Value;
  readonly mean: Value;
  readonly variance: Value;
}

/** Batch normalisation by the running statistics, as a trained model does it; x is [n, c] or [n, c, h, w]. */
export function batchNormalization(
  x: Value,
  { scale, offset, mean, variance }: Normalization,
  epsilon = 1e-3,
): Value {
  // One factor and one shift for each channel, folded from the statistics first: one pass over x.
  const factor = div(scale, sqrt(add(variance, scalar(epsilon))));
  return scaleShift(x, factor, sub(offset, mul(mean, factor)));
}

const otherAxes = (x: Value): number[] => x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));

type NormalizeAttributes = { epsilon: number };

/**
 * The last step of a normalisation by the batch's statistics. Inputs: x, x without its mean, the factor and the offset
 * [c] that the latter gets, the scale [c] that is in the factor, and the variance [c]. The result follows from the
 * second to the fourth, but the gradient is given with respect to x, scale and offset, with all that the mean and the
 * variance pass back (Ioffe and Szegedy, 2015): differentiated step by step it would be three times as many passes over
 * the pictures.
 */
export const batchNormalizeOp: Op<NormalizeAttributes> = {
  name: "batchNormalize",
  infer(inputs) {
    const [x, centred, ...vectors] = inputs;
    const channels = [x.shape[1]].join();
    if (centred.shape.join() !== x.shape.join() || vectors.some(({ shape }) => shape.join() !== channels))
      throw shapeError(
        "batchNormalize",
        "x [n, c, …] twice and vectors [c]",
        inputs.map(describe).join(", "),
      );
    return { shape: x.shape, dtype: "float32" };
  },
  emit: (emitter, [, centred, factor, offset], value) =>
    scaleShiftOp.emit(emitter, [centred, factor, offset], value),
  gradient(
    { inputs: [x, centred, factor, , , variance], attributes: { epsilon } },
    dy,
    { constant, div, mul, neg, reduceSum, scalar, scaleShift, sqrt },
  ) {
    const axes = otherAxes(x);
    const share = scalar(axes.reduce((product, axis) => product / x.shape[axis], 1));
    const inverse = div(scalar(1), sqrt(add(variance, scalar(epsilon))));
    const sum = reduceSum(dy, axes);
    const along = reduceSum(mul(dy, centred), axes);
    const towardsMean = neg(mul(mul(factor, share), sum));
    const towardsCentre = neg(mul(mul(factor, share), mul(mul(inverse, inverse), along)));
    const zeros = constant(new Float32Array(x.shape[1]), [x.shape[1]]);
    const direct = scaleShift(dy, factor, towardsMean);
    const dx = scaleShift(centred, towardsCentre, zeros, direct);
    return [dx, undefined, undefined, sum, mul(inverse, along)];
  },
  blocked: {
    layouts({ inputs: [x] }, block, given) {
      if (given[1] !== "blocked" || x.shape[1] % block !== 0) return undefined;
      return { inputs: [given[0], "blocked", "plain", "plain", "plain", "plain"], output: "blocked" };
    },
    emit: (emitter, [, centred, factor, offset], value, block, layouts) =>
      scaleShiftOp.blocked!.emit(emitter, [centred, factor, offset], value, block, layouts),
  },
};

/**
 * Batch normalisation by the batch's own mean and (biased) variance, through which the gradient flows. Beside the
 * result come the new running statistics, `momentum · old + (1 - momentum) · batch` as in Keras, to be outputs of the
 * step graph.
 */
export function batchNormalizationTraining(
  x: Value,
  { scale, offset, mean, variance }: Normalization,
  { epsilon = 1e-3, momentum = 0.99 }: { epsilon?: number; momentum?: number } = {},
): { output: Value; mean: Value; variance: Value } {
  const axes = otherAxes(x);
  const batchMean = reduceMean(x, axes);
  const ones = constant(new Float32Array(sizeOf(scale.shape)).fill(1), scale.shape);
  const centred = scaleShift(x, ones, neg(batchMean));
  const batchVariance = reduceMean(mul(centred, centred), axes);
  const factor = div(scale, sqrt(add(batchVariance, scalar(epsilon))));
  const blend = (old: Value, now: Value): Value =>
    add(mul(old, scalar(momentum)), mul(now, scalar(1 - momentum)));
  return {
    output: apply(batchNormalizeOp, [x, centred, factor, offset, scale, batchVariance], { epsilon }),
    mean: blend(mean, batchMean),
    variance: blend(variance, batchVariance),
  };
}
