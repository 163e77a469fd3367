import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as nn from "@aumento/nn";
import { makeFolder, writeFileAtomic } from "../files.ts";
import type { ArmName, Epoch, Settings } from "./result.ts";
import type { Store, TrainingState } from "./store.ts";

export interface Training {
  store: Store;
  settings: Settings;
  arm: ArmName;
  seed: number;
  training: nn.BatchSource;
  validation: nn.BatchSource;
  /** A fresh, uncompiled network of this start. */
  create: () => nn.Model;
  /** Written into every saved model. */
  metadata: nn.SaveMetadata;
  signal?: AbortSignal;
  progress?: nn.ProgressStream;
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
  await writeFileAtomic(join(folder, "history.json"), `${JSON.stringify(file, undefined, 1)}\n`);
}

/**
 * Saves the model with its optimizer's state after every epoch and then, in one step, the state that names that
 * checkpoint: whenever the process dies, the folder holds an epoch from which the same numbers follow.
 */
function checkpointEveryEpoch(run: Training, folder: string, state: TrainingState): nn.Callback {
  let start = 0;
  return {
    onEpochBegin() {
      start = performance.now();
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
      const before = state.checkpoint;
      state.checkpoint = checkpoint;
      await writeLogs(folder, state.epochs);
      await run.store.writeState(run.seed, run.arm, state);
      if (before) await rm(join(folder, before), { recursive: true, force: true });
    },
  };
}

/**
 * Trains one network, from its last checkpoint where there is one, and keeps the model of the best epoch as
 * best.onnx. Gives back how far it came; `finished` is set by the caller once the model has been measured.
 */
export async function trainRun(run: Training): Promise<TrainingState> {
  const { store, settings, seed, arm, signal } = run;
  const folder = join(store.folder, store.trainingPath(seed, arm));
  await makeFolder(folder);
  const state = await store.readState(seed, arm);
  if (state.stoppedEarly || state.epochs.length >= settings.epochs) return state;
  const past = [...state.epochs];
  const model = state.checkpoint
    ? await nn.loadModel(join(folder, state.checkpoint, "model.onnx"))
    : run.create();
  if (!state.checkpoint) {
    await model.compile({
      optimizer: "adam",
      loss: "sparse_categorical_crossentropy",
      metrics: ["accuracy"],
    });
  }
  try {
    const history = await model.fit(run.training, {
      epochs: settings.epochs,
      initialEpoch: past.length,
      validationData: run.validation,
      verbose: 0,
      signal,
      callbacks: [
        nn.modelCheckpoint(join(folder, bestModelFile), {
          monitor: "val_accuracy",
          mode: "max",
          saveBestOnly: true,
          initialValueThreshold: bestEpoch(past)?.valAccuracy,
          metadata: run.metadata,
        }),
        ...(run.progress ? [nn.progressLine(run.progress)] : []),
        resumed(nn.earlyStopping({ monitor: "val_loss", mode: "min", patience: settings.patience }), past),
        checkpointEveryEpoch(run, folder, state),
      ],
    });
    if (history.stopped === "early" && state.epochs.length < settings.epochs) {
      state.stoppedEarly = true;
      await store.writeState(seed, arm, state);
    }
  } finally {
    await model.close();
  }
  return state;
}
