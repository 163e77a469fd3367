import { type ArmPair, comparablePairs } from "./arms.ts";
import type { Group } from "./dataset.ts";
import type { Prediction } from "./predictions.ts";
import type { ArmName, Comparison, Subset } from "./result.ts";
import { comparePaired } from "./statistics.ts";

/** What the arms of one start that came to their end said of all pictures of each subset. */
export interface MeasuredStart {
  seed: number;
  arms: ReadonlyMap<ArmName, Record<Subset, readonly Prediction[] | null>>;
}

function comparePair(
  { baseline, arm, factor }: ArmPair,
  starts: readonly MeasuredStart[],
  subset: Subset,
  group: Group | null,
): Omit<Comparison, "decides"> | null {
  const rights = (predictions: readonly Prediction[] | null | undefined) =>
    predictions
      ?.filter(({ file }) => group === null || group.files.has(file))
      .map(({ actual, predicted }) => actual === predicted) ?? [];
  // Only starts in which both came to their end compare like with like.
  const both = starts.filter(({ arms }) => arms.has(baseline) && arms.has(arm));
  const outcomes = both.map(({ arms }) => ({
    baseline: rights(arms.get(baseline)?.[subset]),
    arm: rights(arms.get(arm)?.[subset]),
  }));
  const pictures = outcomes[0]?.baseline.length ?? 0;
  if (pictures === 0) return null;
  const { perStart, ...paired } = comparePaired(outcomes);
  return {
    baseline,
    arm,
    factor,
    measure: group ? `${subset} accuracy ${group.name}` : `${subset} accuracy`,
    subset,
    group: group?.name ?? null,
    pictures,
    ...paired,
    perStart: perStart.map((start, index) => ({ seed: both[index].seed, ...start })),
  };
}

/**
 * Compares every two arms that differ in one factor on every measure there is: test first where there is one (it
 * decides, having had no part in choosing the models), its groups, then validation.
 */
export function compareStarts(
  names: readonly ArmName[],
  starts: readonly MeasuredStart[],
  groups: readonly Group[],
): Comparison[] {
  const pairs = comparablePairs(names);
  const measures: [Subset, Group | null][] = [
    ["test", null],
    ...groups.map((group): [Subset, Group] => [group.subset, group]),
    ["validation", null],
  ];
  const found = measures.flatMap(([subset, group]) =>
    pairs.flatMap((pair) => comparePair(pair, starts, subset, group) ?? []),
  );
  return found.map((comparison) => ({ ...comparison, decides: comparison.measure === found[0].measure }));
}
