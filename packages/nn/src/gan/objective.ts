import type { Value } from "../ir/value.ts";
import { add, neg, reduceMean, relu, scalar, sigmoidCrossEntropy, softplus, sub } from "../ops/index.ts";

/**
 * What the two networks make small. "minimax" and "nonSaturating" are those of Goodfellow et al. (2014): the
 * discriminator's is the same, the generator's is log(1 - D(G(z))) in the first and -log D(G(z)) in the second, whose
 * gradient does not vanish while the discriminator is ahead. "hinge" is that of Lim and Ye (2017) and Miyato et al.
 * (2018).
 */
export type GanLossName = "nonSaturating" | "minimax" | "hinge";

export const GAN_LOSSES: readonly GanLossName[] = ["nonSaturating", "minimax", "hinge"];

/**
 * The discriminator's loss for logits [n] of real and of generated samples. `smoothing` is one-sided: real samples are
 * to be called real with probability 1 - smoothing (Salimans et al. 2016).
 */
export function discriminatorLoss(
  name: GanLossName,
  real: Value,
  generated: Value,
  smoothing: number,
): Value {
  if (name === "hinge")
    return add(reduceMean(relu(sub(scalar(1), real))), reduceMean(relu(add(scalar(1), generated))));
  const target = scalar(1 - smoothing);
  return add(reduceMean(sigmoidCrossEntropy(real, target)), reduceMean(softplus(generated)));
}

/** The generator's loss for logits [n] of what it made. */
export function generatorLoss(name: GanLossName, generated: Value): Value {
  if (name === "minimax") return neg(reduceMean(softplus(generated)));
  if (name === "hinge") return neg(reduceMean(generated));
  return reduceMean(softplus(neg(generated)));
}
