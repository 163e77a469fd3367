import type { Value } from "../ir/value.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { scalar } from "./leaves.ts";
import { mul } from "./mul.ts";
import { reduceMean } from "./reduce-mean.ts";
import { reshape } from "./reshape.ts";
import { sqrt } from "./sqrt.ts";
import { sub } from "./sub.ts";

/** Parameters and running statistics of a batch normalisation, each [c]. */
export interface Normalization {
  readonly scale: Value;
  readonly offset: Value;
  readonly mean: Value;
  readonly variance: Value;
}

function perChannel(x: Value, vector: Value): Value {
  return reshape(vector, [1, vector.shape[0], ...x.shape.slice(2).map(() => 1)]);
}

/** x · a + b with one a and b for each channel (axis 1), folded from the statistics first: one pass over x. */
function normalize(x: Value, { scale, offset, mean, variance }: Normalization, epsilon: number): Value {
  const factor = div(scale, sqrt(add(variance, scalar(epsilon))));
  const shift = sub(offset, mul(mean, factor));
  return add(mul(x, perChannel(x, factor)), perChannel(x, shift));
}

/** Batch normalisation by the running statistics, as a trained model does it; x is [n, c] or [n, c, h, w]. */
export function batchNormalization(x: Value, normalization: Normalization, epsilon = 1e-3): Value {
  return normalize(x, normalization, epsilon);
}

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
  const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const batchMean = reduceMean(x, axes);
  const centred = sub(x, perChannel(x, batchMean));
  const batchVariance = reduceMean(mul(centred, centred), axes);
  const blend = (old: Value, now: Value): Value =>
    add(mul(old, scalar(momentum)), mul(now, scalar(1 - momentum)));
  return {
    output: normalize(x, { scale, offset, mean: batchMean, variance: batchVariance }, epsilon),
    mean: blend(mean, batchMean),
    variance: blend(variance, batchVariance),
  };
}
