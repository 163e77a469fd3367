// At most how many different results one sample can come to. Different draws of the same result count each.

/** Of something that comes to `outcomes` results where it is applied, which has this probability. */
export function outcomesWith(p: number, outcomes: number): number {
  if (p === 0) return 1;
  return p === 1 ? outcomes : outcomes + 1;
}

/** Of several, one after the other. */
export const outcomesOfAll = (parts: readonly { readonly outcomes: number }[]): number =>
  parts.reduce((product, { outcomes }) => product * outcomes, 1);

/** Of one of several. */
export const outcomesOfOne = (parts: readonly { readonly outcomes: number }[]): number =>
  parts.reduce((sum, { outcomes }) => sum + outcomes, 0);

/** Of `n` of several, each at most once, in their order. */
export function outcomesOfSome(parts: readonly { readonly outcomes: number }[], n: number): number {
  if (n > 0 && parts.some(({ outcomes }) => outcomes === Number.POSITIVE_INFINITY))
    return Number.POSITIVE_INFINITY;
  // counts[k]: of k of the parts so far.
  const counts = [1, ...new Array<number>(n).fill(0)];
  for (const { outcomes } of parts) for (let k = n; k > 0; k--) counts[k] += outcomes * counts[k - 1];
  return counts[n];
}
