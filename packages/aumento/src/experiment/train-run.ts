import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as nn from "@aumento/nn";
import { AumentoError } from "../errors.ts";
import { makeFolder, writeFileAtomic } from "../files.ts";
import { count } from "../format.ts";
import { jsonText } from "../run-files.ts";
import type { Phase } from "./backbone.ts";
import type { ArmName, Epoch, Settings } from "./result.ts";
import { featureFolder, type Store, type TrainingState } from "./store.ts";
import type { TrainedNetwork } from "./trained-network.ts";

export interface Training {
  store: Store;
  settings: Settings;
  arm: ArmName;
  seed: number;
  training: nn.BatchSource;
  validation: nn.BatchSource;
  network: TrainedNetwork;
  phases: readonly Phase[];
  /** Written into every saved model. */
  metadata: nn.SaveMetadata;
  signal?: AbortSignal;
  progress?: nn.ProgressStream;
  log?: (line: string) => void;
}

export const bestModelFile = "best.onnx";

/** The epoch of the highest validation accuracy, the first of equals: the one whose model is kept. */
export function bestEpoch(epochs: readonly Epoch[]): Epoch | null {
  return epochs.reduce<Epoch | null>(
    (best, epoch) => (best === null || epoch.valAccuracy > best.valAccuracy ? epoch : best),
    null,
  );
}

const logsOf = (epoch: Epoch): nn.Logs => ({
  accuracy: epoch.accuracy,
  loss: epoch.loss,
  val_accuracy: epoch.valAccuracy,
  val_loss: epoch.valLoss,
});

/** Lets a callback live through epochs of an earlier process, so that it goes on as if it had been there. */
function resumed(callback: nn.Callback, past: readonly Epoch[]): nn.Callback {
  return {
    ...callback,
    async onTrainBegin(run) {
      await callback.onTrainBegin?.(run);
      for (const epoch of past) await callback.onEpochEnd?.(epoch.epoch - 1, logsOf(epoch), run);
    },
  };
}

/** The epochs as Keras' CSVLogger and History would have them, written whole: a killed run leaves no half line. */
async function writeLogs(folder: string, epochs: readonly Epoch[]): Promise<void> {
  const names = Object.keys(logsOf(epochs[0]));
  const rows = epochs.map((epoch) => [epoch.epoch - 1, ...Object.values(logsOf(epoch))].join(","));
  await writeFileAtomic(join(folder, "log.csv"), `${["epoch", ...names].join(",")}\n${rows.join("\n")}\n`);
  const history = Object.fromEntries(names.map((name) => [name, epochs.map((epoch) => logsOf(epoch)[name])]));
  const file = { epoch: epochs.map((epoch) => epoch.epoch - 1), history };
  await writeFileAtomic(join(folder, "history.json"), jsonText(file));
}

/**
 * Saves the model with its optimizer's state after every epoch and then, in one step, the state that names that
 * checkpoint: whenever the process dies, the folder holds an epoch from which the same numbers follow.
 */
function checkpointEveryEpoch(run: Training, folder: string, state: TrainingState): nn.Callback {
  let start = 0;
  return {
    onTrainBegin() {
      start = performance.now(); // the first epoch's time includes that of the features it learns from
    },
    async onEpochEnd(epoch, logs, { model }) {
      const checkpoint = `checkpoint-${epoch + 1}`;
      await makeFolder(join(folder, checkpoint));
      await model.save(join(folder, checkpoint, "model.onnx"), run.metadata);
      state.epochs.push({
        epoch: epoch + 1,
        loss: logs.loss,
        accuracy: logs.accuracy,
        valLoss: logs.val_loss,
        valAccuracy: logs.val_accuracy,
        seconds: (performance.now() - start) / 1000,
      });
      start = performance.now();
      const before = state.checkpoint;
      state.checkpoint = checkpoint;
      await writeLogs(folder, state.epochs);
      await run.store.writeState(run.seed, run.arm, state);
      if (before) await rm(join(folder, before), { recursive: true, force: true });
    },
  };
}

/** The number of the first epoch in which part of the backbone was trained too, if there was one. */
export function unfrozenFrom({ phaseStart, phase, epochs }: TrainingState): number | null {
  return phase > 0 && epochs.length > phaseStart ? phaseStart + 1 : null;
}

/** The checkpoint's model; an error where that is another network than this training's. */
async function loadCheckpoint(path: string, network: TrainedNetwork): Promise<nn.Model> {
  const model = await nn.loadModel(path);
  const shown = ({ layers }: nn.Model) =>
    layers.map(({ name, outputShape }) => `${name} ${outputShape.join("×")}`);
  const found = shown(model);
  const { layers, name } = network.facts;
  if (found.length === layers.length && found.every((layer, place) => layer === layers[place])) return model;
  const place = layers.findIndex((layer, index) => layer !== found[index]);
  throw new AumentoError(
    "invalid_input",
    `${path}: the checkpoint is of another network than ${name}: ` +
      (place < 0 || found[place] === undefined
        ? `it has ${found.length} layers, expected ${layers.length}`
        : `layer ${place + 1} is ${found[place]}, expected ${layers[place]}`) +
      "; --overwrite starts afresh",
  );
}

/** The model as a phase begins: fresh in the first, then the best of the phase before. */
async function beginPhase(run: Training, folder: string, index: number): Promise<nn.Model> {
  const { learningRate, decay, unfreeze, epochs } = run.phases[index];
  const model =
    index === 0
      ? run.network.create(run.seed)
      : await nn.loadModel(join(folder, bestModelFile), { compile: false, optimizerState: false });
  if (unfreeze !== null) model.unfreeze(unfreeze);
  await model.compile({
    optimizer: nn.adam({
      learningRate: decay
        ? nn.cosineDecay({ initialLearningRate: learningRate, decaySteps: epochs * run.training.length })
        : learningRate,
    }),
    loss: "sparse_categorical_crossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** Whether a phase is over: its epochs are done, or early stopping ended it. */
const phaseIsOver = ({ epochs, phaseStart, stoppedEarly }: TrainingState, phase: Phase): boolean =>
  stoppedEarly || epochs.length - phaseStart >= phase.epochs;

/** Whether a training has come to its end: its last phase is over. */
export const isOver = (state: TrainingState, phases: readonly Phase[]): boolean =>
  state.phase === phases.length - 1 && phaseIsOver(state, phases[state.phase]);

/**
 * Whether epochs can be added to a training that is over: not where early stopping ended it, nor where its learning
 * rate has fallen to zero over the epochs that were asked for.
 */
export const isExtendable = ({ stoppedEarly }: TrainingState, phases: readonly Phase[]): boolean =>
  !stoppedEarly && phases.every(({ decay }) => !decay);

/** The model of the last epoch. */
async function lastModel({ network }: Training, folder: string, state: TrainingState): Promise<nn.Model> {
  if (state.checkpoint) return loadCheckpoint(join(folder, state.checkpoint, "model.onnx"), network);
  throw new AumentoError(
    "not_found",
    `${folder}: there is no checkpoint after epoch ${state.epochs.length} to go on from; --overwrite starts afresh`,
  );
}

/** One phase, from its last epoch where there is one. */
async function trainPhase(run: Training, folder: string, state: TrainingState): Promise<void> {
  const { store, settings, seed, arm, signal, phases } = run;
  const limit = state.phaseStart + phases[state.phase].epochs;
  const past = [...state.epochs];
  const own = past.slice(state.phaseStart);
  const model =
    own.length > 0 ? await lastModel(run, folder, state) : await beginPhase(run, folder, state.phase);
  try {
    const history = await model.fit(run.training, {
      epochs: limit,
      initialEpoch: past.length,
      validationData: run.validation,
      verbose: 0,
      signal,
      // What a frozen backbone makes of pictures that nothing varies is the same in every start.
      featureCache: { folder: join(store.folder, featureFolder) },
      callbacks: [
        nn.modelCheckpoint(join(folder, bestModelFile), {
          monitor: "val_accuracy",
          mode: "max",
          saveBestOnly: true,
          initialValueThreshold: bestEpoch(past)?.valAccuracy,
          metadata: run.metadata,
        }),
        ...(run.progress ? [nn.progressLine(run.progress)] : []),
        resumed(nn.earlyStopping({ monitor: "val_loss", mode: "min", patience: settings.patience }), own),
        checkpointEveryEpoch(run, folder, state),
      ],
    });
    if (history.stopped === "early" && state.epochs.length < limit) state.stoppedEarly = true;
  } finally {
    await model.close();
    await store.writeState(seed, arm, state);
  }
}

/**
 * Trains one network phase after phase, from where an earlier process left it, and keeps the model of the best epoch
 * of all as best.onnx. Gives back how far it came.
 */
export async function trainRun(run: Training): Promise<TrainingState> {
  const { store, seed, arm, signal, phases, log } = run;
  const folder = join(store.folder, store.trainingPath(seed, arm));
  await makeFolder(folder);
  const state = await store.readState(seed, arm);
  while (!isOver(state, phases) && !signal?.aborted) {
    if (phaseIsOver(state, phases[state.phase])) {
      state.phase++;
      state.phaseStart = state.epochs.length;
      state.stoppedEarly = false;
    }
    const { unfreeze } = phases[state.phase];
    if (unfreeze !== null) {
      log?.(
        `  the backbone from ${unfreeze} on is trained too, after ${count(state.epochs.length, "epoch")}`,
      );
    }
    await trainPhase(run, folder, state);
  }
  return state;
}
