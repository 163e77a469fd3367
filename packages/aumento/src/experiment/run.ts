import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describePreprocessing } from "@aumento/data";
import * as nn from "@aumento/nn";
import { count } from "../format.ts";
import { assertCanGenerate, prepareSynthetic, type Synthetic } from "../gan/compare-arms.ts";
import { GanProgress } from "../gan/progress.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { resultFile, writeReport } from "../report/write.ts";
import { readOwnJson } from "../run-files.ts";
import { chooseRun } from "../run-folder.ts";
import { keepPipeline } from "../run-pipeline.ts";
import type { ArmPlan } from "./arms.ts";
import { assembleResult, type Measured, pipelineOf, titleOf } from "./assemble-result.ts";
import { type Dataset, openDataset } from "./dataset.ts";
import type { ExperimentOptions } from "./options.ts";
import type { Plan } from "./plan.ts";
import { predictFlow } from "./predictions.ts";
import type { ArmName, Result, Seen } from "./result.ts";
import { writeSeen } from "./seen.ts";
import { featureFolder, Store } from "./store.ts";
import { bestModelFile, isExtendable, isOver, trainRun } from "./train-run.ts";
import { plainNetwork, type TrainedNetwork, transferNetwork } from "./trained-network.ts";

export interface Outcome {
  result: Result;
  /** Path of the HTML report. */
  report: string;
  /** Folder of result.json; models' paths in the result are relative to it. */
  folder: string;
}

/** One training's answer key: starts are seeds. */
const keyOf = (seed: number, arm: ArmName) => `${seed}/${arm}`;

/** Runs the trainings of an experiment one after the other and measures each kept model. */
class Experiment {
  readonly #plan: Plan;
  readonly #options: ExperimentOptions;
  readonly #data: Dataset;
  readonly #store: Store;
  readonly #measured = new Map<string, Measured>();
  readonly #seen = new Map<ArmName, Seen[]>();
  readonly #networks = new Map<ArmPlan["network"], TrainedNetwork>();
  /** Generated pictures, once they are there. */
  #synthetic: Synthetic | undefined;

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

  network({ network: kind }: ArmPlan): TrainedNetwork {
    const known = this.#networks.get(kind);
    if (known) return known;
    const { settings, backbone } = this.#plan;
    const classes = this.#data.facts.classNames.length;
    const made =
      kind === "backbone" && backbone
        ? transferNetwork(settings, backbone, classes)
        : plainNetwork(settings, classes);
    this.#networks.set(kind, made);
    return made;
  }

  /** The networks of the arms, each once. */
  networks(): TrainedNetwork[] {
    return [...new Set(this.#plan.arms.map((arm) => this.network(arm)))];
  }

  /** Generates the pictures that some arms train on, where they are not there yet. */
  async #generate(): Promise<void> {
    const { settings, out } = this.#plan;
    if (!settings.gan) return;
    const { workers, signal, log, warn = log ?? (() => {}), progress } = this.#options;
    const { classNames } = this.#data.facts;
    const shown = progress && new GanProgress(progress, { steps: settings.gan.steps, minutes: null });
    try {
      this.#synthetic = await prepareSynthetic({
        settings,
        gan: settings.gan,
        classNames,
        out,
        workers,
        signal,
        log,
        warn,
        onStep: (step) => shown?.step(step),
      });
    } finally {
      shown?.clear();
    }
  }

  /** Trains and measures everything that is not finished yet, until the signal stops it. */
  async run(): Promise<void> {
    const { arms } = this.#plan;
    await this.#generate();
    const total = arms.length * this.seeds.length;
    let number = 0;
    for (const seed of this.seeds) {
      for (const arm of arms) {
        number++;
        const start = this.seeds.length > 1 ? `, start ${seed}` : "";
        await this.#trainAndMeasure(
          seed,
          arm,
          `training ${number} of ${total}: ${titleOf(arm, this.#plan)}${start}`,
        );
      }
    }
  }

  async #trainAndMeasure(seed: number, arm: ArmPlan, name: string): Promise<void> {
    const { settings } = this.#plan;
    const { signal, log, progress } = this.#options;
    const before = await this.#store.readState(seed, arm.id);
    if (signal?.aborted && before.epochs.length === 0) return;
    const network = this.network(arm);
    const { phases } = network;
    const wasOver = isOver(before, phases);
    const flow = await this.#data.openTraining(
      seed,
      pipelineOf(arm, settings)?.definition ?? null,
      network.size,
      arm.synthetic ? this.#synthetic : undefined,
    );
    try {
      if (!this.#seen.has(arm.id)) {
        this.#seen.set(arm.id, await writeSeen(flow, this.#store.folder, arm.id));
      }
      let state = before;
      if (wasOver) log?.(`${name}: finished before, ${count(before.epochs.length, "epoch")}`);
      else if (!signal?.aborted) {
        log?.(before.epochs.length > 0 ? `${name}, going on after epoch ${before.epochs.length}` : name);
        state = await trainRun({
          store: this.#store,
          settings,
          arm: arm.id,
          seed,
          training: flow,
          validation: (await this.#data.held(network.size)).validation,
          network,
          phases,
          metadata: this.#metadata(arm, seed),
          signal,
          progress,
          log,
        });
      }
      if (state.epochs.length === 0) return;
      const finished = isOver(state, phases);
      const predictions = await this.#measure(seed, arm);
      this.#measured.set(keyOf(seed, arm.id), { state, finished, predictions });
      if (finished && !isExtendable(state, phases)) await this.#store.removeCheckpoint(seed, arm.id, state);
    } finally {
      await flow.close();
    }
  }

  /** What every saved model tells about itself. */
  #metadata(arm: ArmPlan, seed: number): nn.SaveMetadata {
    const { settings } = this.#plan;
    const { size, facts, backbone } = this.network(arm);
    const prepared = describePreprocessing({ targetSize: [...size] });
    return {
      classNames: this.#data.facts.classNames,
      preprocessing: backbone === undefined ? prepared : { ...prepared, backbone },
      training: {
        network: facts.name,
        augmentation: pipelineOf(arm, settings)?.name ?? null,
        seed,
        pictures: this.#data.facts.pictures.training,
        dataFingerprint: this.#data.facts.fingerprint,
      },
    };
  }

  async #measure(seed: number, arm: ArmPlan): Promise<Measured["predictions"]> {
    const path = join(this.#store.folder, this.#store.trainingPath(seed, arm.id), bestModelFile);
    const model = await nn.loadModel(path, { compile: false, optimizerState: false });
    const { validation, test } = await this.#data.held(this.network(arm).size);
    const { relativePath } = this.#data;
    try {
      return {
        validation: await predictFlow(model, validation, relativePath),
        test: test ? await predictFlow(model, test, relativePath) : null,
      };
    } finally {
      await model.close();
    }
  }

  /** What it has come to; `earlier` is the result of an earlier process that began it. */
  result(earlier: Result | null): Result {
    return assembleResult({
      plan: this.#plan,
      seeds: this.seeds,
      data: this.#data,
      store: this.#store,
      network: (arm) => this.network(arm),
      measured: (seed, arm) => this.#measured.get(keyOf(seed, arm)),
      seen: (arm) => this.#seen.get(arm) ?? [],
      synthetic: this.#synthetic?.counts ?? null,
      // Finished trainings do not read their pictures again.
      broken: earlier?.data.broken ?? [],
    });
  }
}

/** What the networks are, before anything is trained. */
function announce(experiment: Experiment, data: Dataset, log: (line: string) => void): void {
  const { pictures, classNames } = data.facts;
  const networks = experiment.networks();
  const sizes = [...new Set(networks.map(({ size }) => size.toReversed().join("×")))];
  log(
    `${classNames.length} classes (${classNames.join(", ")}); ${pictures.training} training, ${pictures.validation} validation` +
      `${pictures.test > 0 ? `, ${pictures.test} test` : ""} pictures at ${sizes.join(" and ")}`,
  );
  for (const { facts } of networks) {
    const { name, parameters, trained, kind } = facts;
    const part = kind === "plain" ? "" : `, of which ${trained.toLocaleString("en-US")} are trained`;
    log(
      `${kind === "plain" ? "network" : "backbone"} ${name}: ${parameters.toLocaleString("en-US")} weights${part}`,
    );
  }
}

/** Runs an experiment from its plan to its report; an aborted one ends in the report of what there is. */
export async function runExperiment(plan: Plan, options: ExperimentOptions): Promise<Outcome> {
  const { settings, out } = plan;
  const { signal, log, workers = 2 } = options;
  throwIfInterrupted(signal);
  const choice = await chooseRun({ folder: settings.folder, out }, options);
  const warn = options.warn ?? log ?? (() => {});
  const data = await openDataset(settings, { workers, warn });
  try {
    const identity = {
      kind: plan.kind,
      settings,
      arms: plan.arms.map(({ id }) => id),
      fingerprint: data.facts.fingerprint,
    };
    if (settings.gan) await assertCanGenerate(settings, settings.gan);
    const store = await Store.open(out, identity, choice);
    await keepPipeline(options.pipeline, out);
    const experiment = new Experiment(plan, options, data, store);
    if (log) announce(experiment, data, log);
    const earlier = await readOwnJson<Result>(join(out, resultFile), "result");
    await experiment.run();
    const result = experiment.result(earlier);
    const report = await writeReport(result, out);
    if (result.status === "finished") {
      await store.finish();
      await rm(join(out, featureFolder), { recursive: true, force: true });
    }
    return { result, report, folder: out };
  } finally {
    await data.close();
  }
}
