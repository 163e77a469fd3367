import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  comparePaired,
  pictureInterval,
  startInterval,
  studentQuantile95,
} from "../src/experiment/statistics.ts";

/** Outcomes of a few starts on the same pictures. */
const outcomes = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 5 }))
  .chain(([pictures, starts]) => {
    const right = fc.array(fc.boolean(), { minLength: pictures, maxLength: pictures });
    return fc.array(fc.record({ baseline: right, arm: right }), { minLength: starts, maxLength: starts });
  });

const repeat = (right: number, pictures: number) =>
  Array.from({ length: pictures }, (_, index) => index < right);

describe("the quantile of Student's t", () => {
  it.each([
    [1, 12.7062],
    [2, 4.30265],
    [10, 2.22814],
    [11, 2.20099],
    [12, 2.17881],
    [20, 2.08596],
    [30, 2.04227],
    [120, 1.97993],
  ])("is that of the tables for %i degrees of freedom", (degrees, expected) => {
    expect(Math.abs(studentQuantile95(degrees) - expected)).toBeLessThan(2e-4);
  });

  it("refuses none", () => {
    expect(() => studentQuantile95(0)).toThrow(/degreesOfFreedom: expected a positive integer, got 0/);
  });
});

describe("intervals", () => {
  it("gives the t-interval of paired differences", () => {
    // Worked by hand: mean 0.04, standard deviation 0.02, t(2) = 4.302653.
    const [low, high] = startInterval([0.02, 0.04, 0.06])!;
    const half = (4.302653 * 0.02) / Math.sqrt(3);
    expect(low).toBeCloseTo(0.04 - half, 10);
    expect(high).toBeCloseTo(0.04 + half, 10);
  });

  it("has no spread over a single start", () => {
    expect(startInterval([0.5])).toBeNull();
  });

  it("gives Bonett and Price's interval of paired proportions for one start", () => {
    // 20 pictures only the one got right, 5 only the other, 100 in all: (20−5)/102 ± 1.96·sqrt((27/102 − (15/102)²)/102).
    const differences = [...Array(20).fill(1), ...Array(5).fill(-1), ...Array(75).fill(0)];
    const middle = 15 / 102;
    const half = 1.959964 * Math.sqrt((27 / 102 - middle ** 2) / 102);
    const [low, high] = pictureInterval(differences);
    expect(low).toBeCloseTo(middle - half, 6);
    expect(high).toBeCloseTo(middle + half, 6);
  });
});

describe("the verdict", () => {
  it("is 'no clear difference' exactly where the interval covers zero, and of the interval's side elsewhere", () => {
    fc.assert(
      fc.property(outcomes, (starts) => {
        const { interval, verdict } = comparePaired(starts);
        expect(verdict === "no clear difference").toBe(interval[0] <= 0 && interval[1] >= 0);
        if (verdict === "better") expect(interval[0]).toBeGreaterThan(0);
        if (verdict === "worse") expect(interval[1]).toBeLessThan(0);
      }),
    );
  });

  it("takes the hull of both intervals, so that a clear difference is clear in each", () => {
    fc.assert(
      fc.property(outcomes, (starts) => {
        const { interval, intervals } = comparePaired(starts);
        expect(intervals.starts === null).toBe(starts.length === 1);
        expect(interval[0]).toBeGreaterThanOrEqual(-1);
        expect(interval[1]).toBeLessThanOrEqual(1);
        for (const part of [intervals.pictures, ...(intervals.starts ? [intervals.starts] : [])]) {
          expect(interval[0]).toBeLessThanOrEqual(part[0]);
          expect(interval[1]).toBeGreaterThanOrEqual(part[1]);
        }
      }),
    );
  });

  it("turns round when the arms are exchanged", () => {
    fc.assert(
      fc.property(outcomes, (starts) => {
        const there = comparePaired(starts);
        const back = comparePaired(starts.map((start) => ({ baseline: start.arm, arm: start.baseline })));
        expect(back.difference).toBeCloseTo(-there.difference, 12);
        expect(back.interval[0]).toBeCloseTo(-there.interval[1], 12);
        expect(back.interval[1]).toBeCloseTo(-there.interval[0], 12);
        const turned = { better: "worse", worse: "better", "no clear difference": "no clear difference" };
        expect(back.verdict).toBe(turned[there.verdict]);
      }),
    );
  });

  it("never calls equal networks different", () => {
    fc.assert(
      fc.property(outcomes, (starts) => {
        const same = starts.map(({ baseline }) => ({ baseline, arm: baseline }));
        expect(comparePaired(same).verdict).toBe("no clear difference");
      }),
    );
  });

  it("calls six pictures against none clear and five not, as the exact sign test does at 5 %", () => {
    const start = (won: number) => ({ baseline: repeat(50, 100), arm: repeat(50 + won, 100) });
    expect(comparePaired([start(5)]).verdict).toBe("no clear difference");
    expect(comparePaired([start(6)]).verdict).toBe("better");
  });

  it("does not trust a difference that the starts contradict", () => {
    const starts = [
      { baseline: repeat(100, 400), arm: repeat(300, 400) },
      { baseline: repeat(300, 400), arm: repeat(250, 400) },
      { baseline: repeat(200, 400), arm: repeat(260, 400) },
    ];
    const { intervals, verdict } = comparePaired(starts);
    expect(intervals.pictures[0]).toBeGreaterThan(0);
    expect(verdict).toBe("no clear difference");
  });

  it("covers the truth about as often as it says", () => {
    // 400 experiments on 150 pictures with a true difference of 0.2 (0.9 against 0.7), one start each; deterministic random numbers.
    let state = 12345;
    const random = () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return ((state >>> 8) & 0x3fffff) / 0x400000;
    };
    let covered = 0;
    for (let experiment = 0; experiment < 400; experiment++) {
      const plain: boolean[] = [];
      const augmented: boolean[] = [];
      for (let picture = 0; picture < 150; picture++) {
        const u = random();
        plain.push(u < 0.6 || u >= 0.9);
        augmented.push(u < 0.6 || (u >= 0.65 && u < 0.9) || u >= 0.95);
      }
      const truth = 0.9 - 0.7;
      const [low, high] = comparePaired([{ baseline: plain, arm: augmented }]).interval;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.92);
    expect(covered / 400).toBeLessThan(0.98);
  });

  it("refuses starts of different pictures", () => {
    const starts = [{ baseline: repeat(1, 2), arm: repeat(1, 3) }];
    expect(() => comparePaired(starts)).toThrow(/expected 2 pictures .* got 2 and 3/);
    expect(() => comparePaired([])).toThrow(/at least one start/);
  });
});
