import type { Value } from "../ir/value.ts";
import { cast } from "./cast.ts";
import { equal } from "./equal.ts";
import { constant } from "./leaves.ts";
import { logSoftmax } from "./log-softmax.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { reduceSum } from "./reduce-sum.ts";
import { reshape } from "./reshape.ts";
import { softplus } from "./softplus.ts";
import { sub } from "./sub.ts";

/** Integer labels [n] as rows [n, classes] with a one at the label; a label out of range gives a row of zeros. */
export function oneHot(labels: Value, classes: number): Value {
  const range = constant(
    Int32Array.from({ length: classes }, (_, i) => i),
    [1, classes],
  );
  return cast(equal(reshape(cast(labels, "int32"), [labels.shape[0], 1]), range), "float32");
}

/**
 * Cross-entropy [n] of the softmax of logits [n, classes] with targets: integer labels [n] or probabilities
 * [n, classes]. Softmax and logarithm are taken together, so that nothing overflows.
 */
export function softmaxCrossEntropy(logits: Value, targets: Value): Value {
  const probabilities = targets.shape.length === 1 ? oneHot(targets, logits.shape[1]) : targets;
  return neg(reduceSum(mul(logSoftmax(logits, 1), probabilities), [1]));
}

/** Cross-entropy of the sigmoid of logits with targets in [0, 1], element by element: softplus(z) - z · t. */
export function sigmoidCrossEntropy(logits: Value, targets: Value): Value {
  return sub(softplus(logits), mul(logits, targets));
}
