import type { Group } from "./dataset.ts";
import type { Prediction } from "./predictions.ts";
import type { Comparison, Subset } from "./result.ts";
import { comparePaired } from "./statistics.ts";

/** Both networks of one start on all pictures of each subset. */
export interface MeasuredStart {
  seed: number;
  without: Record<Subset, readonly Prediction[] | null>;
  with: Record<Subset, readonly Prediction[] | null>;
}

function compareOn(
  starts: readonly MeasuredStart[],
  subset: Subset,
  group: Group | null,
): Omit<Comparison, "decides"> | null {
  const keep = ({ file }: Prediction) => group === null || group.files.has(file);
  const rights = (predictions: readonly Prediction[] | null) =>
    predictions?.filter(keep).map(({ actual, predicted }) => actual === predicted) ?? [];
  const outcomes = starts.map((start) => ({
    without: rights(start.without[subset]),
    with: rights(start.with[subset]),
  }));
  const pictures = outcomes[0]?.without.length ?? 0;
  if (pictures === 0) return null;
  const { perStart, ...paired } = comparePaired(outcomes);
  return {
    measure: group ? `${subset} accuracy ${group.name}` : `${subset} accuracy`,
    subset,
    group: group?.name ?? null,
    pictures,
    ...paired,
    perStart: perStart.map((start, index) => ({ seed: starts[index].seed, ...start })),
  };
}

/**
 * Compares the arms on every measure there is: test first where there is one (it decides, having had no part in
 * choosing the models), its groups, then validation.
 */
export function compareStarts(starts: readonly MeasuredStart[], groups: readonly Group[]): Comparison[] {
  const found = [
    compareOn(starts, "test", null),
    ...groups.map((group) => compareOn(starts, group.subset, group)),
    compareOn(starts, "validation", null),
  ].filter((comparison) => comparison !== null);
  return found.map((comparison, index) => ({ ...comparison, decides: index === 0 }));
}
