import type { Interval, Verdict } from "./result.ts";

/** Half-width factor of a 95 % interval of the normal distribution. */
const normal95 = 1.959963984540054;
/** 0.975 quantiles of Student's t distribution for 1..10 degrees of freedom (any statistics table). */
const student95 = [
  12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139,
];

/**
 * 0.975 quantile of Student's t distribution. Above ten degrees of freedom by the expansion of
 * Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.5 (error below 2e-4 there).
 */
export function studentQuantile95(degreesOfFreedom: number): number {
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1) {
    throw new RangeError(`degreesOfFreedom: expected a positive integer, got ${degreesOfFreedom}`);
  }
  if (degreesOfFreedom <= student95.length) return student95[degreesOfFreedom - 1];
  const z = normal95;
  const n = degreesOfFreedom;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / n + second / n ** 2 + third / n ** 3;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * 95 % t-interval of the mean of paired differences, one a start: what other starts would give.
 * Null with fewer than two starts, where there is no spread to measure.
 */
export function startInterval(differences: readonly number[]): Interval | null {
  const count = differences.length;
  if (count < 2) return null;
  const middle = mean(differences);
  const variance = differences.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (count - 1);
  const half = studentQuantile95(count - 1) * Math.sqrt(variance / count);
  return [Math.max(-1, middle - half), Math.min(1, middle + half)];
}

/**
 * 95 % interval of the mean of paired differences, one a picture: what other pictures of the same kind
 * would give. `differences[i]` is the mean over the starts of right(arm) − right(baseline) for picture i,
 * in −1..1. With one start this is the Laplace-adjusted Wald interval of Bonett & Price (2012) for a
 * difference of paired proportions, which adds one picture won by each side; with more starts the same two
 * pictures are added. Unlike McNemar's plain interval it has a width where nothing differs.
 */
export function pictureInterval(differences: readonly number[]): Interval {
  const count = differences.length + 2;
  const middle = differences.reduce((sum, value) => sum + value, 0) / count;
  const squares = differences.reduce((sum, value) => sum + value * value, 2);
  const half = normal95 * Math.sqrt((squares / count - middle * middle) / count);
  return [Math.max(-1, middle - half), Math.min(1, middle + half)];
}

export interface PairedComparison {
  baselineAccuracy: number;
  armAccuracy: number;
  difference: number;
  perStart: { baselineAccuracy: number; armAccuracy: number; difference: number }[];
  intervals: { pictures: Interval; starts: Interval | null };
  interval: Interval;
  verdict: Verdict;
}

/** Whether each picture was classified rightly by each of two arms, in one start. */
export interface PairedOutcome {
  baseline: readonly boolean[];
  arm: readonly boolean[];
}

/**
 * Compares two networks on the same pictures over one or more starts.
 *
 * The rule: a difference is clear when zero lies outside both the interval over the pictures and, with two
 * or more starts, the interval over the starts; that is, outside the hull of both. Otherwise the verdict is
 * "no clear difference". With one start only the pictures' interval exists.
 */
export function comparePaired(starts: readonly PairedOutcome[]): PairedComparison {
  const pictures = starts[0]?.baseline.length ?? 0;
  if (pictures === 0) throw new RangeError("starts: expected at least one start with at least one picture");
  for (const start of starts) {
    if (start.baseline.length !== pictures || start.arm.length !== pictures) {
      throw new RangeError(
        `starts: expected ${pictures} pictures in every arm of every start, got ${start.baseline.length} and ${start.arm.length}`,
      );
    }
  }
  const share = (right: readonly boolean[]) => right.filter(Boolean).length / pictures;
  const perStart = starts.map((start) => {
    const baselineAccuracy = share(start.baseline);
    const armAccuracy = share(start.arm);
    return { baselineAccuracy, armAccuracy, difference: armAccuracy - baselineAccuracy };
  });
  const perPicture = Array.from({ length: pictures }, (_, picture) =>
    mean(starts.map((start) => Number(start.arm[picture]) - Number(start.baseline[picture]))),
  );
  const intervals = {
    pictures: pictureInterval(perPicture),
    starts: startInterval(perStart.map((start) => start.difference)),
  };
  const interval: Interval = intervals.starts
    ? [
        Math.min(intervals.pictures[0], intervals.starts[0]),
        Math.max(intervals.pictures[1], intervals.starts[1]),
      ]
    : intervals.pictures;
  return {
    baselineAccuracy: mean(perStart.map((start) => start.baselineAccuracy)),
    armAccuracy: mean(perStart.map((start) => start.armAccuracy)),
    difference: mean(perStart.map((start) => start.difference)),
    perStart,
    intervals,
    interval,
    verdict: interval[0] > 0 ? "better" : interval[1] < 0 ? "worse" : "no clear difference",
  };
}
