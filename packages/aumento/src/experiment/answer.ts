import { percent, pointInterval, points } from "../format.ts";
import type { Arm, Comparison, Result } from "./result.ts";

type Described = Omit<Result, "answer">;

function spread(comparison: Comparison): string {
  return `95 % interval ${pointInterval(comparison.interval)} points`;
}

function headline(comparison: Comparison, title: string): string {
  const figures = `${percent(comparison.with)} against ${percent(comparison.without)} ${comparison.measure}`;
  if (comparison.verdict === "better") return `Augmentation helped: ${figures} (${title}).`;
  if (comparison.verdict === "worse") return `Augmentation hurt: ${figures} (${title}).`;
  return `No clear difference: ${figures} with and without augmentation (${title}).`;
}

function spreadSentence(comparison: Comparison): string {
  const difference = `The difference is ${points(comparison.difference)} points (${spread(comparison)})`;
  const oneStart =
    comparison.perStart.length === 1 ? " This is one start; --seeds 3 shows how starts vary." : "";
  return comparison.verdict === "no clear difference"
    ? `${difference}, and the interval covers zero: more pictures or more starts could tell.${oneStart}`
    : `${difference}, which leaves zero out.${oneStart}`;
}

/** What overfitting shows: the kept model's training accuracy beside its validation accuracy. */
function overfitting(arms: readonly Arm[]): string | null {
  const parts = arms.flatMap((arm) => {
    const run = arm.runs.find((one) => one.epochs.length > 0);
    const last = run?.epochs.at(-1);
    return last
      ? [
          `${percent(last.accuracy)} on training and ${percent(last.valAccuracy)} on validation with ${arm.title}`,
        ]
      : [];
  });
  return parts.length > 0 ? `In the last epoch: ${parts.join("; ")}.` : null;
}

/** Training that ended at its limit while validation was at its best might have gone on to something else. */
function unfinishedLearning({ arms, settings }: Described): string | null {
  const titles = arms
    .filter((arm) => arm.runs.some((run) => run.bestEpoch === settings.epochs))
    .map((arm) => arm.title);
  if (titles.length === 0) return null;
  return `Validation accuracy was still at its highest in the last epoch allowed (${titles.join(" and ")}): more --epochs may change the answer.`;
}

function find(comparisons: readonly Comparison[], subset: Comparison["subset"], group: string | null) {
  return comparisons.find((comparison) => comparison.subset === subset && comparison.group === group);
}

/**
 * The story of the `survival` sample, from what was measured: whether each network looked at the side the
 * lesion lies on (which agrees with the class in 99 % of training and validation) or at the lesion itself.
 */
function survivalAnswer(result: Described, group: string): string[] | null {
  const validation = find(result.comparisons, "validation", null);
  const test = find(result.comparisons, "test", null);
  const disagreeing = find(result.comparisons, "test", group);
  if (!validation || !test || !disagreeing) return null;
  const classes = result.data.classNames.length;
  const tell = (side: "without" | "with", name: string) => {
    const found = disagreeing[side];
    const looked =
      found < 0.5 / classes
        ? "it looked at the side, not at the lesion"
        : found < 1 / classes
          ? "it trusted the side more than the lesion"
          : test[side] < validation[side] - 0.1
            ? "it leaned on the side"
            : "it looked at the lesion";
    return `The network ${name} was ${percent(validation[side])} right on validation and ${percent(test[side])} on test, ${percent(found)} on the ${disagreeing.pictures} test pictures whose lesion lies on the other side than in training: ${looked}.`;
  };
  return [
    headline(test, result.arms[1].title),
    `${tell("without", "without augmentation")} ${tell("with", `with the ${result.arms[1].title}`)}`,
    `${spreadSentence(test)} Validation could not have told: there the side gives the answer away just as in training.`,
  ];
}

function trainAnswer(result: Described): string[] {
  const [arm] = result.arms;
  const [run] = arm.runs;
  const best = run.epochs.find((epoch) => epoch.epoch === run.bestEpoch);
  if (!best) return ["Stopped before the first epoch ended: there is no model yet."];
  const evaluation = run.test ?? run.validation;
  const subset = run.test ? "test" : "validation";
  const accuracy = evaluation?.accuracy ?? best.valAccuracy;
  const how = run.stoppedEarly ? `, stopped early after ${run.epochs.length}` : ` of ${run.epochs.length}`;
  return [
    `The network is ${percent(accuracy)} right on ${evaluation ? evaluation.pictures : result.data.pictures.validation} ${subset} pictures.`,
    `The model of epoch ${best.epoch}${how} was kept. ${overfitting(result.arms) ?? ""}`.trim(),
  ];
}

/** The result in plain words: the headline first, then one sentence group a paragraph. */
export function describeAnswer(result: Described): string[] {
  if (result.kind === "train") return trainAnswer(result);
  const group = result.data.sample?.groups.find((one) => one.name.includes("disagree"))?.name;
  if (group !== undefined) {
    const story = survivalAnswer(result, group);
    if (story) return story;
  }
  const decisive = result.comparisons.find((comparison) => comparison.decides);
  if (!decisive) {
    return [
      "Stopped before both networks had been trained: there is no answer yet.",
      overfitting(result.arms),
    ].filter((text): text is string => text !== null);
  }
  return [
    headline(decisive, result.arms[1].title),
    spreadSentence(decisive),
    overfitting(result.arms),
    unfinishedLearning(result),
  ].filter((text): text is string => text !== null);
}
