import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { printOutcome } from "../src/commands/experiment-arguments.ts";
import { describeAnswer } from "../src/experiment/answer.ts";
import type { Comparison, Result, Subset, Verdict } from "../src/experiment/result.ts";
import { reportPage } from "../src/report/page.ts";
import { fourArms, madeUpResult } from "./support/made-up-result.ts";

const folder = join(tmpdir(), `aumento-answer-${process.pid}`);
let result: Result;

beforeAll(async () => {
  result = await madeUpResult(folder, 1);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function comparison(
  subset: Subset,
  group: string | null,
  without: number,
  withAugmentation: number,
  verdict: Verdict,
): Comparison {
  const difference = withAugmentation - without;
  const interval = [difference - 0.05, difference + 0.05] as const;
  return {
    baseline: "without",
    arm: "with",
    factor: "augment",
    measure: group ? `${subset} accuracy ${group}` : `${subset} accuracy`,
    subset,
    group,
    pictures: 200,
    baselineAccuracy: without,
    armAccuracy: withAugmentation,
    perStart: [{ seed: 123, baselineAccuracy: without, armAccuracy: withAugmentation, difference }],
    difference,
    intervals: { pictures: interval, starts: null },
    interval,
    verdict,
    decides: subset === "test" && group === null,
  };
}

/** A result of the sample survival with these accuracies of the network without augmentation. */
function survival(test: number, disagreeing: number): Result {
  const group = "where the side disagrees";
  return {
    ...result,
    data: {
      ...result.data,
      classNames: ["long", "short"],
      sample: { name: "survival", groups: [{ name: group, subset: "test", pictures: 200 }] },
    },
    comparisons: [
      comparison("test", null, test, 0.97, "better"),
      comparison("test", group, disagreeing, 0.96, "better"),
      comparison("validation", null, 0.99, 0.985, "no clear difference"),
    ],
  };
}

describe("the answer in plain words", () => {
  it("names the figures, the spread and that one start is one start", () => {
    const [headline, spread] = describeAnswer(result);
    expect(headline).toMatch(/^(Augmentation helped|No clear difference): .* % .* validation accuracy/);
    expect(spread).toMatch(/95 % interval [−+]\d+\.\d to [−+]\d+\.\d points/);
    expect(spread).toContain("one start");
  });

  it.for([
    ["better", "Augmentation helped: "],
    ["worse", "Augmentation hurt: "],
    ["no clear difference", "No clear difference: "],
  ] as const)("begins with the verdict: %s", ([verdict, words]) => {
    const comparisons = result.comparisons.map((one) => ({ ...one, verdict }));
    expect(describeAnswer({ ...result, comparisons })[0].startsWith(words)).toBe(true);
  });

  it.for([
    [0.5, 0.01, "it looked at the side, not at the lesion"],
    [0.65, 0.4, "it trusted the side more than the lesion"],
    [0.8, 0.62, "it leaned on the side"],
    [0.96, 0.94, "it looked at the lesion"],
  ] as const)(
    "tells from %d on test and %d where the side disagrees that %s",
    ([test, disagreeing, words]) => {
      const story = describeAnswer(survival(test, disagreeing))[1];
      const [without, withAugmentation] = story.split(" The network with the ");
      expect(without).toContain(`${(test * 100).toFixed(1)} % on test`);
      expect(without.endsWith(`: ${words}.`)).toBe(true);
      expect(withAugmentation.endsWith(": it looked at the lesion.")).toBe(true);
    },
  );

  it("has no answer while nothing was compared, and says so", () => {
    const stopped: Result = { ...result, status: "stopped", comparisons: [] };
    expect(describeAnswer(stopped)[0]).toBe(
      "Stopped before both networks had been trained: there is no answer yet.",
    );
  });
});

describe("the answer for four networks", () => {
  let four: Result;
  beforeAll(async () => {
    four = await madeUpResult(folder, 1, fourArms);
  });
  /** The same comparisons with these verdicts, in the order augmentation (CNN, transfer), transfer (without, with). */
  const withVerdicts = (...verdicts: Verdict[]): Result => ({
    ...four,
    comparisons: four.comparisons.map((one, index) => ({ ...one, verdict: verdicts[index] })),
  });

  it("compares every two that differ in one thing", () => {
    expect(four.comparisons.map(({ baseline, arm, factor }) => [baseline, arm, factor])).toEqual([
      ["without", "with", "augment"],
      ["transfer-without", "transfer-with", "augment"],
      ["without", "transfer-without", "network"],
      ["with", "transfer-with", "network"],
    ]);
  });

  it("says which is best only where its lead is clear", () => {
    const clear = describeAnswer(withVerdicts("worse", "better", "better", "better"));
    expect(clear[0]).toMatch(
      /^Best: transfer, course augmentation, 90\.0 % validation accuracy, ahead of \d\d\.\d % \(transfer, no augmentation\)\.$/,
    );
    expect(clear[1]).toMatch(/^The others: .* \(CNN, course augmentation\), .* \(CNN, no augmentation\)\.$/);
    const unclear = describeAnswer(withVerdicts("better", "no clear difference", "better", "better"));
    expect(unclear[0]).toMatch(/^Highest: transfer, course augmentation, .*; no clear lead over .*\.$/);
    expect(unclear.join(" ")).toContain("the interval covers zero: more pictures or more starts could tell");
  });

  it("says of each factor where it helped, where it hurt and where that is open", () => {
    const text = describeAnswer(withVerdicts("better", "worse", "no clear difference", "better"));
    expect(text[2]).toMatch(/^Augmentation helped in the CNN \(.*\); it hurt in transfer learning \(.*\)\.$/);
    expect(text[3]).toMatch(
      /^Transfer learning made no clear difference without augmentation \(.*\); it helped with augmentation \(.*\)\.$/,
    );
    expect(text[4]).toContain("This is one start");
  });

  it("does not speak of a lead over an arm that differs in more than one thing", () => {
    const crossed = structuredClone(four);
    const accuracies = [0.6, 0.8, 0.9, 0.7];
    for (const [index, arm] of crossed.arms.entries()) arm.runs[0].validation!.accuracy = accuracies[index];
    expect(describeAnswer(crossed)[0]).toBe(
      "Highest: transfer, no augmentation, 90.0 % validation accuracy; next 80.0 % (CNN, course augmentation), from which it differs in more than one thing.",
    );
  });
});

describe("the report of other results", () => {
  const page = (changed: Result) => reportPage({ ...changed, answer: describeAnswer(changed) }, folder);

  it("is made of one arm, without a word of comparing", async () => {
    const text = await page({ ...result, kind: "train", arms: [result.arms[1]], comparisons: [] });
    expect(text).toContain("<h1>The network is 80.0");
    expect(text).not.toMatch(/without augmentation|Both networks|difference/);
  });

  it("of four networks gives each a pair of panels and names all four everywhere", async () => {
    const text = await page(await madeUpResult(folder, 2, fourArms));
    for (const caption of ["CNN: accuracy", "CNN: loss", "transfer: accuracy", "transfer: loss"]) {
      expect(text).toContain(`<figcaption>${caption} by epoch`);
    }
    expect(text.match(/class="confusion"/g)).toHaveLength(4);
    expect(text.match(/class="pair"/g)).toHaveLength(4);
    expect(text).toContain("efficientnet-lite0, 3,377,413 weights");
    expect(text).toContain("(128 more)");
    expect(text).not.toMatch(/NaN|undefined|null/);
  });

  it("is made before the first epoch ended", async () => {
    const arms = result.arms.map((arm) => ({
      ...arm,
      seen: [],
      runs: arm.runs.map((run) => ({
        ...run,
        status: "not started" as const,
        epochs: [],
        bestEpoch: null,
        model: null,
        validation: null,
      })),
    }));
    const text = await page({ ...result, status: "stopped", arms, comparisons: [] });
    expect(text).toContain("No epoch had ended");
    expect(text).toContain("stopped before its end");
    expect(text).not.toMatch(/NaN|undefined|null/);
  });

  it("lists the most frequent confusions where a matrix would not fit", async () => {
    const many = structuredClone(result);
    many.data.classNames = Array.from({ length: 20 }, (_, index) => `breed ${index}`);
    const confusion = many.data.classNames.map((_, actual) =>
      many.data.classNames.map((_, predicted) =>
        actual === predicted ? 9 : actual === 3 && predicted === 7 ? 5 : 0,
      ),
    );
    for (const arm of many.arms) for (const run of arm.runs) run.validation!.confusion = confusion;
    const text = await page(many);
    expect(text).not.toContain('class="confusion"');
    expect(text).toContain("<td>breed 3</td><td>breed 7</td><td>5</td>");
  });
});

describe("an interrupted run", () => {
  it("speaks of kept models only where there are any", () => {
    const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      const arms = result.arms.map((arm) => ({
        ...arm,
        runs: arm.runs.map((run) => ({ ...run, epochs: [], bestEpoch: null })),
      }));
      const stopped: Result = { ...result, status: "stopped" };
      const print = (shown: Result) => () => printOutcome({ result: shown, report: "report.html", folder });
      const goOn = "the same command with --resume goes on";
      expect(print(stopped)).toThrow(`interrupted; the best models so far are kept; ${goOn}`);
      expect(print({ ...stopped, arms })).toThrow(`interrupted; ${goOn}`);
    } finally {
      printed.mockRestore();
    }
  });
});
