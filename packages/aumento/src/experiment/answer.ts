import { percent, pointInterval, points } from "../format.ts";
import { factorsOf, networkWords } from "./arms.ts";
import type { Arm, ArmName, Comparison, Result } from "./result.ts";
import { mean } from "./statistics.ts";

export type Described = Omit<Result, "answer">;

/** What made the difference, as the subject of a sentence. */
const subjects: Record<Comparison["factor"], string> = {
  augment: "Augmentation",
  network: "Transfer learning",
  synthetic: "Adding generated pictures",
};

/** The two sides of a comparison of two arms, as they stand behind "70 % against 60 %". */
const sides: Record<Comparison["factor"], string> = {
  augment: "with and without augmentation",
  network: "with transfer learning and with the CNN",
  synthetic: "with and without generated pictures",
};

function spread(comparison: Comparison): string {
  return `95 % interval ${pointInterval(comparison.interval)} points`;
}

function headline(comparison: Comparison, title: string): string {
  const figures = `${percent(comparison.armAccuracy)} against ${percent(comparison.baselineAccuracy)} ${comparison.measure}`;
  if (comparison.verdict === "better") return `${subjects[comparison.factor]} helped: ${figures} (${title}).`;
  if (comparison.verdict === "worse") return `${subjects[comparison.factor]} hurt: ${figures} (${title}).`;
  return `No clear difference: ${figures} ${sides[comparison.factor]} (${title}).`;
}

const oneStart = "This is one start; --seeds 3 shows how starts vary.";

function spreadSentence(comparison: Comparison): string {
  const difference = `The difference is ${points(comparison.difference)} points (${spread(comparison)})`;
  const caveat = comparison.perStart.length === 1 ? ` ${oneStart}` : "";
  return comparison.verdict === "no clear difference"
    ? `${difference}, and the interval covers zero: more pictures or more starts could tell.${caveat}`
    : `${difference}, which leaves zero out.${caveat}`;
}

/** What overfitting shows: in the last epoch, training accuracy beside validation accuracy. */
function overfitting(arms: readonly Arm[]): string | null {
  const parts = arms.flatMap((arm) => {
    const run = arm.runs.find((one) => one.epochs.length > 0);
    const last = run?.epochs.at(-1);
    if (!last) return [];
    const [training, validation] = [percent(last.accuracy), percent(last.valAccuracy)];
    return arms.length > 2
      ? [`${training} and ${validation} (${arm.title})`]
      : [`${training} on training and ${validation} on validation with ${arm.title}`];
  });
  if (parts.length === 0) return null;
  return arms.length > 2
    ? `Training and validation accuracy in the last epoch: ${parts.join(", ")}.`
    : `In the last epoch: ${parts.join("; ")}.`;
}

/** Training that ended at its limit while validation was at its best might have gone on to something else. */
function unfinishedLearning({ arms }: Described): string | null {
  const unfinished = arms.filter((arm) => arm.runs.some((run) => run.bestEpoch === arm.epochs));
  if (unfinished.length === 0) return null;
  const titles = unfinished.map((arm) => arm.title);
  const option = (arm: Arm) => (arm.network.kind === "plain" ? "--epochs" : "--transfer-epochs");
  const options = [...new Set(unfinished.map(option))];
  return `Validation accuracy was still at its highest in the last epoch allowed (${titles.join(titles.length > 2 ? "; " : " and ")}): more ${options.join(" or ")} may change the answer.`;
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
  const tell = (side: "baselineAccuracy" | "armAccuracy", name: string) => {
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
    `${tell("baselineAccuracy", "without augmentation")} ${tell("armAccuracy", `with the ${result.arms[1].title}`)}`,
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

/** Every arm's mean accuracy over its starts, on the subset that decides. */
function armAccuracies({ arms, comparisons }: Described): { arm: Arm; accuracy: number }[] {
  const subset = comparisons.find(({ decides }) => decides)?.subset ?? "validation";
  return arms.flatMap((arm) => {
    const measured = arm.runs.flatMap((run) =>
      run.status === "finished" ? (run[subset]?.accuracy ?? []) : [],
    );
    return measured.length > 0 ? [{ arm, accuracy: mean(measured) }] : [];
  });
}

const quoted = ({ arm, accuracy }: { arm: Arm; accuracy: number }) => `${percent(accuracy)} (${arm.title})`;

/** Which of several arms was best, whether its lead over the next is more than chance, and then the others. */
function best(result: Described, decisive: readonly Comparison[]): string[] {
  const [first, second, ...rest] = armAccuracies(result).toSorted((a, b) => b.accuracy - a.accuracy);
  const isFirst = (name: ArmName) => name === first.arm.name;
  const isSecond = (name: ArmName) => name === second.arm.name;
  const lead = decisive.find(
    ({ arm, baseline }) => (isFirst(arm) && isSecond(baseline)) || (isFirst(baseline) && isSecond(arm)),
  );
  const figures = `${first.arm.title}, ${percent(first.accuracy)} ${decisive[0].measure}`;
  const headline =
    lead && lead.verdict !== "no clear difference"
      ? `Best: ${figures}, ahead of ${quoted(second)}.`
      : lead
        ? `Highest: ${figures}; no clear lead over ${quoted(second)}.`
        : `Highest: ${figures}; next ${quoted(second)}, from which it differs in more than one thing.`;
  return rest.length > 0 ? [headline, `The others: ${rest.map(quoted).join(", ")}.`] : [headline];
}

/** Of which arms a comparison of a factor speaks: what its two arms have in common. */
function setting({ factor, arm }: Comparison, names: readonly ArmName[]): string {
  const { network, augment, synthetic } = factorsOf(arm);
  const all = names.map(factorsOf);
  const varies = (other: Comparison["factor"]) =>
    other !== factor && all.some((one) => one[other] !== all[0][other]);
  return [
    varies("network") ? `in ${networkWords[network].sentence}` : "",
    varies("synthetic") ? `${synthetic ? "with" : "without"} generated pictures` : "",
    varies("augment") ? `${augment ? "with" : "without"} augmentation` : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** One factor in every setting it was compared in: whether it helped there. */
function factorSentences(factor: Comparison["factor"], decisive: readonly Comparison[], names: ArmName[]) {
  const said = decisive
    .filter((comparison) => comparison.factor === factor)
    .map((comparison) => {
      const where = setting(comparison, names);
      const figures = `${percent(comparison.armAccuracy)} against ${percent(comparison.baselineAccuracy)}, ${points(comparison.difference)} points, ${spread(comparison)}`;
      if (comparison.verdict === "no clear difference")
        return `made no clear difference ${where} (${figures})`;
      return `${comparison.verdict === "better" ? "helped" : "hurt"} ${where} (${figures})`;
    });
  return said.length > 0 ? `${subjects[factor]} ${said.join("; it ")}.` : null;
}

/** Generated pictures make an epoch longer: what else may be behind a difference that they seem to make. */
function moreSteps({ arms, data }: Described): string | null {
  const counts = arms.find(({ synthetic }) => synthetic !== null)?.synthetic;
  if (!counts || arms.every(({ synthetic }) => synthetic !== null)) return null;
  const generated = counts.reduce((sum, count) => sum + count, 0);
  const { training } = data.pictures;
  return `With generated pictures an epoch has ${training + generated} pictures, without ${training}: a part of that difference may come from the longer training.`;
}

/** The answer where more than two arms were trained: which was best, then what each factor did. */
function severalAnswer(result: Described): string[] {
  const decisive = result.comparisons.filter(({ decides }) => decides);
  const names = result.arms.map(({ name }) => name);
  const unclear = decisive.some(({ verdict }) => verdict === "no clear difference");
  const notes = [
    unclear
      ? "Where no clear difference is said, the interval covers zero: more pictures or more starts could tell."
      : "",
    decisive.every(({ perStart }) => perStart.length === 1) ? oneStart : "",
    result.status === "stopped" ? "Not everything had been trained when it was stopped." : "",
  ].filter(Boolean);
  return [
    ...best(result, decisive),
    factorSentences("augment", decisive, names),
    factorSentences("network", decisive, names),
    factorSentences("synthetic", decisive, names),
    moreSteps(result),
    notes.length > 0 ? notes.join(" ") : null,
    overfitting(result.arms),
    unfinishedLearning(result),
  ].filter((text): text is string => text !== null);
}

/** The result in plain words: the headline first, then one sentence group a paragraph. */
export function describeAnswer(result: Described): string[] {
  if (result.kind === "train") return trainAnswer(result);
  const decisive = result.comparisons.find((comparison) => comparison.decides);
  if (!decisive) {
    const all = result.arms.length === 2 ? "both" : "two";
    return [
      `Stopped before ${all} networks had been trained: there is no answer yet.`,
      overfitting(result.arms),
    ].filter((text): text is string => text !== null);
  }
  if (result.arms.length > 2) return severalAnswer(result);
  const group = result.data.sample?.groups.find((one) => one.name.includes("disagree"))?.name;
  const story = group !== undefined && decisive.factor === "augment" ? survivalAnswer(result, group) : null;
  if (story) return story;
  return [
    headline(decisive, result.arms[1].title),
    spreadSentence(decisive),
    moreSteps(result),
    overfitting(result.arms),
    unfinishedLearning(result),
  ].filter((text): text is string => text !== null);
}
