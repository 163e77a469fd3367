import { Rng } from "@aumento/core";
import { AumentoError, show } from "./errors.ts";

export type Subset = "training" | "validation";

export interface SplitOptions {
  /** Share of the pictures that validates, between 0 and 1. */
  validationSplit: number;
  subset: Subset;
  seed: number;
  /** Keep each class' share in both subsets. */
  stratify: boolean;
}

/** How many of each class validate: whole numbers, nearest to the shares, that sum to `total` (largest remainder). */
function quotas(counts: readonly number[], share: number, total: number): number[] {
  const exact = counts.map((count) => count * share);
  const result = exact.map(Math.floor);
  const byRemainder = exact
    .map((value, place) => ({ place, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.place - b.place);
  let missing = total - result.reduce((sum, value) => sum + value, 0);
  for (const { place } of byRemainder) {
    if (missing-- <= 0) break;
    result[place]++;
  }
  return result;
}

/**
 * Which of `labels.length` pictures belong to a subset, as ascending indices. The two subsets of one seed are
 * disjoint and cover everything: `floor(validationSplit * n)` pictures validate, as in Keras, drawn by the seed.
 */
export function splitIndices(labels: ArrayLike<number>, options: SplitOptions): number[] {
  const n = labels.length;
  const order = new Rng({ seed: options.seed }, "split").shuffle(
    Array.from({ length: n }, (_, index) => index),
  );
  const total = Math.floor(options.validationSplit * n);
  const validates = new Uint8Array(n);
  if (options.stratify) {
    const groups = new Map<number, number[]>();
    for (const index of order) {
      const group = groups.get(labels[index]);
      if (group) group.push(index);
      else groups.set(labels[index], [index]);
    }
    const classes = [...groups.keys()].sort((a, b) => a - b);
    const counts = classes.map((label) => groups.get(label)!.length);
    for (const [place, quota] of quotas(counts, options.validationSplit, total).entries()) {
      for (const index of groups.get(classes[place])!.slice(0, quota)) validates[index] = 1;
    }
  } else {
    for (const index of order.slice(n - total)) validates[index] = 1;
  }
  const wanted = options.subset === "validation" ? 1 : 0;
  const result: number[] = [];
  for (let index = 0; index < n; index++) if (validates[index] === wanted) result.push(index);
  if (result.length === 0) {
    throw new AumentoError(
      "invalid-option",
      `validationSplit: ${show(options.validationSplit)} of ${n} pictures leaves none for the ${options.subset} subset`,
    );
  }
  return result;
}

/** `limit` of the indices, drawn by the seed, ascending; all of them when there are no more. */
export function limitIndices(indices: readonly number[], limit: number, seed: number): number[] {
  if (limit >= indices.length) return [...indices];
  return new Rng({ seed }, "limit")
    .shuffle(indices)
    .slice(0, limit)
    .sort((a, b) => a - b);
}

/** The order in which an epoch goes through `indices`. */
export function epochOrder(
  indices: readonly number[],
  shuffle: boolean,
  seed: number,
  epoch: number,
): number[] {
  return shuffle ? new Rng({ seed, epoch }, "order").shuffle(indices) : [...indices];
}
