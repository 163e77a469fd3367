import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { printOutcome } from "../src/commands/experiment-arguments.ts";
import { describeAnswer } from "../src/experiment/answer.ts";
import type { Comparison, Result, Subset, Verdict } from "../src/experiment/result.ts";
import { reportPage } from "../src/report/page.ts";
import { madeUpResult } from "./support/made-up-result.ts";

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
    measure: group ? `${subset} accuracy ${group}` : `${subset} accuracy`,
    subset,
    group,
    pictures: 200,
    without,
    with: withAugmentation,
    perStart: [{ seed: 123, without, with: withAugmentation, difference }],
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

describe("the report of other results", () => {
  const page = (changed: Result) => reportPage({ ...changed, answer: describeAnswer(changed) }, folder);

  it("is made of one arm, without a word of comparing", async () => {
    const text = await page({ ...result, kind: "train", arms: [result.arms[1]], comparisons: [] });
    expect(text).toContain("<h1>The network is 80.0");
    expect(text).not.toMatch(/without augmentation|Both networks|difference/);
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
