import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describePreprocessing } from "@aumento/data";
import * as nn from "@aumento/nn";
import { writeFileAtomic } from "../files.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { writeReport } from "../report/write.ts";
import { packageVersion } from "../version.ts";
import { describeAnswer } from "./answer.ts";
import { type ArmPlan, armTitle } from "./arms.ts";
import { compareStarts, type MeasuredStart } from "./comparisons.ts";
import { type Dataset, openDataset } from "./dataset.ts";
import { findNetwork } from "./networks.ts";
import { type ExperimentOptions, pipelineFile, pipelineTitle, repeatArguments } from "./options.ts";
import { type Prediction, predictFlow, summarise } from "./predictions.ts";
import type { Arm, ArmName, Network, Result, Run, Seen, Settings, Subset } from "./result.ts";
import { resultFormat, resultVersion } from "./result.ts";
import { writeSeen } from "./seen.ts";
import { Store, type TrainingState } from "./store.ts";
import { bestEpoch, bestModelFile, trainRun } from "./train-run.ts";

/** What an experiment is: which arms, on which settings, into which folder. */
export interface Plan {
  kind: Result["kind"];
  settings: Settings;
  arms: ArmPlan[];
  out: string;
  /** Value of --out that repeats it. */
  outArgument: string;
}

export interface Outcome {
  result: Result;
  /** Path of the HTML report. */
  report: string;
  /** Folder of result.json; models' paths in the result are relative to it. */
  folder: string;
}

interface Measured {
  state: TrainingState;
  predictions: Record<Subset, Prediction[] | null>;
}

/** One training's answer key: starts are seeds, arms are with and without. */
const keyOf = (seed: number, arm: ArmName) => `${seed}/${arm}`;

/** Runs the trainings of an experiment one after the other and measures each kept model. */
class Experiment {
  readonly #plan: Plan;
  readonly #options: ExperimentOptions;
  readonly #data: Dataset;
  readonly #store: Store;
  readonly #measured = new Map<string, Measured>();
  readonly #seen = new Map<ArmName, Seen[]>();
  readonly #networks = new Map<ArmPlan["network"], Network>();

  constructor(plan: Plan, options: ExperimentOptions, data: Dataset, store: Store) {
    this.#plan = plan;
    this.#options = options;
    this.#data = data;
    this.#store = store;
  }

  get seeds(): number[] {
    const { seed, seeds } = this.#plan.settings;
    return Array.from({ length: seeds }, (_, index) => seed + index);
  }

  title(arm: ArmPlan): string {
    return armTitle(arm, this.#plan.arms, pipelineTitle(this.#pipelineOf(arm)));
  }

  #pipelineOf({ augment }: ArmPlan): Settings["pipeline"] {
    return augment ? this.#plan.settings.pipeline : null;
  }

  #create(seed: number): nn.Model {
    const { network, imageSize } = this.#plan.settings;
    return findNetwork(network).create(imageSize, this.#data.facts.classNames.length, seed);
  }

  describeNetwork({ network }: ArmPlan): Network {
    const known = this.#networks.get(network);
    if (known) return known;
    const model = this.#create(this.#plan.settings.seed);
    const described: Network = {
      name: this.#plan.settings.network,
      kind: network,
      parameters: model.countParams(),
      layers: model.layers.map(({ name, outputShape }) => `${name} ${outputShape.join("×")}`),
    };
    this.#networks.set(network, described);
    return described;
  }

  /** Trains and measures everything that is not finished yet, until the signal stops it. */
  async run(): Promise<void> {
    const { arms } = this.#plan;
    const total = arms.length * this.seeds.length;
    let number = 0;
    for (const seed of this.seeds) {
      for (const arm of arms) {
        number++;
        const name = `training ${number} of ${total}: ${this.title(arm)}${this.seeds.length > 1 ? `, start ${seed}` : ""}`;
        await this.#trainAndMeasure(seed, arm, name);
      }
    }
  }

  async #trainAndMeasure(seed: number, arm: ArmPlan, name: string): Promise<void> {
    const { settings } = this.#plan;
    const { signal, log, progress } = this.#options;
    const before = await this.#store.readState(seed, arm.id);
    if (signal?.aborted && before.epochs.length === 0) return;
    const flow = await this.#data.openTraining(seed, this.#pipelineOf(arm)?.definition);
    try {
      if (!this.#seen.has(arm.id)) {
        this.#seen.set(arm.id, await writeSeen(flow, this.#store.folder, arm.id));
      }
      let state = before;
      if (!before.finished && !signal?.aborted) {
        log?.(before.epochs.length > 0 ? `${name}, going on after epoch ${before.epochs.length}` : name);
        state = await trainRun({
          store: this.#store,
          settings,
          arm: arm.id,
          seed,
          training: flow,
          validation: this.#data.validation,
          create: () => this.#create(seed),
          metadata: this.#metadata(arm, seed),
          signal,
          progress,
        });
      } else if (before.finished) log?.(`${name}: finished before, ${before.epochs.length} epochs`);
      if (state.epochs.length === 0) return;
      const measured = { state, predictions: await this.#measure(seed, arm.id) };
      this.#measured.set(keyOf(seed, arm.id), measured);
      const ended = state.stoppedEarly || state.epochs.length >= settings.epochs;
      if (ended && !state.finished) await this.#store.finishTraining(seed, arm.id, state);
    } finally {
      await flow.close();
    }
  }

  /** What every saved model tells about itself. */
  #metadata(arm: ArmPlan, seed: number): nn.SaveMetadata {
    const { settings } = this.#plan;
    const { imageSize } = settings;
    return {
      classNames: this.#data.facts.classNames,
      preprocessing: describePreprocessing({ targetSize: [imageSize, imageSize] }),
      training: {
        network: settings.network,
        augmentation: this.#pipelineOf(arm)?.name ?? null,
        seed,
        pictures: this.#data.facts.pictures.training,
        dataFingerprint: this.#data.facts.fingerprint,
      },
    };
  }

  async #measure(seed: number, arm: ArmName): Promise<Measured["predictions"]> {
    const path = join(this.#store.folder, this.#store.trainingPath(seed, arm), bestModelFile);
    const model = await nn.loadModel(path, { compile: false, optimizerState: false });
    const { validation, test, relativePath } = this.#data;
    try {
      return {
        validation: await predictFlow(model, validation, relativePath),
        test: test ? await predictFlow(model, test, relativePath) : null,
      };
    } finally {
      await model.close();
    }
  }

  #runResult(seed: number, arm: ArmName): Run {
    const measured = this.#measured.get(keyOf(seed, arm));
    if (!measured) {
      return {
        seed,
        status: "not started",
        stoppedEarly: false,
        epochs: [],
        bestEpoch: null,
        model: null,
        validation: null,
        test: null,
      };
    }
    const { state, predictions } = measured;
    const { groups, facts } = this.#data;
    const evaluate = (subset: Subset) => {
      const made = predictions[subset];
      return made ? summarise(made, facts.classNames, groups, subset) : null;
    };
    return {
      seed,
      status: state.finished ? "finished" : "stopped",
      stoppedEarly: state.stoppedEarly,
      epochs: state.epochs,
      bestEpoch: bestEpoch(state.epochs)?.epoch ?? null,
      model: `${this.#store.trainingPath(seed, arm)}/${bestModelFile}`,
      validation: evaluate("validation"),
      test: evaluate("test"),
    };
  }

  /** The arms of each start that came to their end. */
  #measuredStarts(): MeasuredStart[] {
    return this.seeds.map((seed) => ({
      seed,
      arms: new Map(
        this.#plan.arms.flatMap(({ id }): [ArmName, Measured["predictions"]][] => {
          const measured = this.#measured.get(keyOf(seed, id));
          return measured?.state.finished ? [[id, measured.predictions]] : [];
        }),
      ),
    }));
  }

  result(): Result {
    const { kind, settings, outArgument } = this.#plan;
    const arms: Arm[] = this.#plan.arms.map((arm) => ({
      name: arm.id,
      title: this.title(arm),
      network: this.describeNetwork(arm),
      pipeline: this.#pipelineOf(arm)?.name ?? null,
      synthetic: null,
      epochs: settings.epochs,
      runs: this.seeds.map((seed) => this.#runResult(seed, arm.id)),
      seen: this.#seen.get(arm.id) ?? [],
    }));
    const names = arms.map(({ name }) => name);
    const finished = arms.every((arm) => arm.runs.every((run) => run.status === "finished"));
    const described: Omit<Result, "answer"> = {
      format: resultFormat,
      version: resultVersion,
      kind,
      status: finished ? "finished" : "stopped",
      startedAt: this.#store.startedAt,
      updatedAt: new Date().toISOString(),
      environment: {
        aumento: packageVersion(),
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        processors: availableParallelism(),
      },
      command: repeatArguments(kind, settings, outArgument),
      settings,
      data: { ...this.#data.facts, broken: this.#data.broken() },
      arms,
      comparisons: kind === "compare" ? compareStarts(names, this.#measuredStarts(), this.#data.groups) : [],
    };
    return { ...described, answer: describeAnswer(described) };
  }
}

/** Runs an experiment from its plan to its report; an aborted one ends in the report of what there is. */
export async function runExperiment(plan: Plan, options: ExperimentOptions): Promise<Outcome> {
  const { settings, out } = plan;
  const { signal, log, resume = false, overwrite = false, workers = 2 } = options;
  throwIfInterrupted(signal);
  const warn = options.warn ?? log ?? (() => {});
  const data = await openDataset(settings, { workers, warn });
  try {
    const identity = { kind: plan.kind, settings, fingerprint: data.facts.fingerprint };
    const store = await Store.open(out, identity, { resume, overwrite });
    if (options.pipeline !== undefined && typeof options.pipeline !== "string") {
      const text = `${JSON.stringify(settings.pipeline?.definition, undefined, 1)}\n`;
      await writeFileAtomic(join(out, pipelineFile), text);
    }
    const experiment = new Experiment(plan, options, data, store);
    const { pictures, classNames } = data.facts;
    log?.(
      `${classNames.length} classes (${classNames.join(", ")}); ${pictures.training} training, ${pictures.validation} validation` +
        `${pictures.test > 0 ? `, ${pictures.test} test` : ""} pictures at ${settings.imageSize}×${settings.imageSize}`,
    );
    for (const arm of plan.arms.filter(
      ({ network }, place) => plan.arms.findIndex((one) => one.network === network) === place,
    )) {
      const { name, parameters } = experiment.describeNetwork(arm);
      log?.(`network ${name}: ${parameters.toLocaleString("en-US")} weights`);
    }
    await experiment.run();
    const result = experiment.result();
    const report = await writeReport(result, out);
    if (result.status === "finished") await store.finish();
    return { result, report, folder: out };
  } finally {
    await data.close();
  }
}
