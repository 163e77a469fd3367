import { describeEnvironment } from "../environment.ts";
import { describeAnswer } from "./answer.ts";
import { type ArmPlan, armTitle } from "./arms.ts";
import { compareStarts, type MeasuredStart } from "./comparisons.ts";
import type { Dataset } from "./dataset.ts";
import { pipelineTitle, repeatArguments } from "./options.ts";
import type { Plan } from "./plan.ts";
import { type Prediction, summarise } from "./predictions.ts";
import type { Arm, ArmName, DataFacts, Result, Run, Seen, Settings, Subset } from "./result.ts";
import { resultFormat, resultVersion } from "./result.ts";
import type { Store, TrainingState } from "./store.ts";
import { bestEpoch, bestModelFile, unfrozenFrom } from "./train-run.ts";
import type { TrainedNetwork } from "./trained-network.ts";

/** One training and what its kept model said. */
export interface Measured {
  state: TrainingState;
  /** It came to its end. */
  finished: boolean;
  predictions: Record<Subset, Prediction[] | null>;
}

/** Everything that an experiment has come to so far. */
export interface Findings {
  plan: Plan;
  seeds: readonly number[];
  data: Dataset;
  store: Store;
  network: (arm: ArmPlan) => TrainedNetwork;
  measured: (seed: number, arm: ArmName) => Measured | undefined;
  seen: (arm: ArmName) => Seen[];
  /** Generated pictures of each class, where there are any. */
  synthetic: number[] | null;
  /** Pictures that an earlier process could not decode. */
  broken: DataFacts["broken"];
}

/** The augmentation of an arm's training pictures. */
export function pipelineOf({ augment }: ArmPlan, settings: Settings): Settings["pipeline"] {
  return augment ? settings.pipeline : null;
}

export function titleOf(arm: ArmPlan, { arms, settings }: Plan): string {
  return armTitle(arm, arms, pipelineTitle(pipelineOf(arm, settings)));
}

function runResult({ data, store, measured }: Findings, seed: number, arm: ArmName): Run {
  const found = measured(seed, arm);
  if (!found) {
    return {
      seed,
      status: "not started",
      stoppedEarly: false,
      epochs: [],
      unfrozenFrom: null,
      bestEpoch: null,
      model: null,
      validation: null,
      test: null,
    };
  }
  const { state, finished, predictions } = found;
  const { groups, facts } = data;
  const evaluate = (subset: Subset) => {
    const made = predictions[subset];
    return made ? summarise(made, facts.classNames, groups, subset) : null;
  };
  return {
    seed,
    status: finished ? "finished" : "stopped",
    stoppedEarly: state.stoppedEarly,
    epochs: state.epochs,
    unfrozenFrom: unfrozenFrom(state),
    bestEpoch: bestEpoch(state.epochs)?.epoch ?? null,
    model: `${store.trainingPath(seed, arm)}/${bestModelFile}`,
    validation: evaluate("validation"),
    test: evaluate("test"),
  };
}

/** The arms of each start that came to their end. */
function measuredStarts({ plan, seeds, measured }: Findings): MeasuredStart[] {
  return seeds.map((seed) => ({
    seed,
    arms: new Map(
      plan.arms.flatMap(({ id }): [ArmName, Measured["predictions"]][] => {
        const found = measured(seed, id);
        return found?.finished ? [[id, found.predictions]] : [];
      }),
    ),
  }));
}

/** The result object of what there is by now. */
export function assembleResult(findings: Findings): Result {
  const { plan, seeds, data, store, network, seen, synthetic, broken } = findings;
  const { kind, settings, outArgument } = plan;
  const arms: Arm[] = plan.arms.map((arm) => ({
    name: arm.id,
    title: titleOf(arm, plan),
    network: network(arm).facts,
    pipeline: pipelineOf(arm, settings)?.name ?? null,
    synthetic: arm.synthetic ? synthetic : null,
    epochs: network(arm).phases.reduce((sum, { epochs }) => sum + epochs, 0),
    runs: seeds.map((seed) => runResult(findings, seed, arm.id)),
    seen: seen(arm.id),
  }));
  const names = arms.map(({ name }) => name);
  const finished = arms.every((arm) => arm.runs.every((run) => run.status === "finished"));
  const described: Omit<Result, "answer"> = {
    format: resultFormat,
    version: resultVersion,
    kind,
    status: finished ? "finished" : "stopped",
    startedAt: store.startedAt,
    updatedAt: new Date().toISOString(),
    environment: describeEnvironment(),
    command: repeatArguments(plan, outArgument),
    settings,
    data: { ...data.facts, broken: data.broken(broken) },
    arms,
    comparisons: kind === "compare" ? compareStarts(names, measuredStarts(findings), data.groups) : [],
  };
  return { ...described, answer: describeAnswer(described) };
}
