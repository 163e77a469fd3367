import type { Callback, Direction, Logs, TrainedModel, TrainingRun } from "../callbacks/callback.ts";
import { progressLine } from "../callbacks/progress-line.ts";
import { checkChoice, checkNumber } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { type BatchSource, comesAgain, type Tensor } from "../tensor.ts";
import type { Compiled } from "./compiled.ts";
import { checkFeatureCache, type FeatureCacheOptions } from "./features/feature-cache.ts";
import { type History, recordEpoch } from "./history.ts";
import { Meter } from "./meter.ts";
import { stagedBatches } from "./staging.ts";
import type { Steps } from "./steps.ts";

export interface FitOptions {
  /** Epoch (counted from 1) at which training is over. Default 1. */
  epochs?: number;
  /** Epochs already done, on resuming. Default 0. */
  initialEpoch?: number;
  validationData?: BatchSource | { x: Tensor; y: Tensor };
  callbacks?: readonly Callback[];
  /** Ends training after the running step. */
  signal?: AbortSignal;
  /** 0 says nothing, 1 (default) shows a progress line, 2 prints a line an epoch. */
  verbose?: 0 | 1 | 2;
  /** What a loss that is no number does: an error (default), or an end with `stopped: "nan"`. The weights stay as before that step. */
  onNaN?: "error" | "stop";
  /**
   * Layers at the beginning that nothing trains see each picture only once, where a source's pictures come again; what
   * they make of it is kept in memory (default, where it is no larger than the picture), also in files of a folder, or
   * with false not at all.
   */
  featureCache?: boolean | FeatureCacheOptions;
}

/** Loss and metrics over all samples of a source. */
export async function evaluateSource(
  steps: Steps,
  source: BatchSource,
  where: string,
  signal?: AbortSignal,
): Promise<Meter> {
  const meter = new Meter(steps.compiled.metrics);
  for await (const { x, y } of stagedBatches(source, 0, signal)) {
    const target = steps.prepare(where, x, y);
    await steps.test(x, target, meter, comesAgain(source, x.shape[0]));
    if (signal?.aborted) break;
  }
  if (meter.samples === 0 && !signal?.aborted)
    throw new AumentoError("training", `${where}: the source gave no batch`);
  return meter;
}

function quantities({ metrics }: Compiled, validated: boolean): Map<string, Direction | undefined> {
  const own: [string, Direction | undefined][] = [
    ["loss", "min"],
    ...metrics.map(({ name, direction }): [string, Direction | undefined] => [name, direction]),
  ];
  return new Map(
    validated
      ? [...own, ...own.map(([name, d]): [string, Direction | undefined] => [`val_${name}`, d])]
      : own,
  );
}

/** Trains a model on a source; see `Model.fit`. */
export async function fitSource(
  model: TrainedModel,
  steps: Steps,
  source: BatchSource,
  validation: BatchSource | undefined,
  options: FitOptions,
): Promise<History> {
  const { signal, verbose = 1, onNaN = "error" } = options;
  const epochs = checkNumber("fit: epochs", options.epochs ?? 1, { min: 1, integer: true });
  const initialEpoch = checkNumber("fit: initialEpoch", options.initialEpoch ?? 0, { min: 0, integer: true });
  checkChoice("fit: onNaN", onNaN, ["error", "stop"]);
  const cache = checkFeatureCache("fit: featureCache", options.featureCache);
  const callbacks = [...(options.callbacks ?? [])];
  if (verbose === 1) callbacks.push(progressLine());
  else if (verbose === 2) callbacks.push(progressLine({ write: (text) => console.log(text.trimEnd()) }));
  const history: History = { epoch: [], history: {} };
  const run: TrainingRun = {
    model,
    initialEpoch,
    epochs,
    steps: source.length,
    samples: source.n,
    quantities: quantities(steps.compiled, validation !== undefined),
    stop(reason) {
      history.stopped = reason;
    },
  };

  const said = new Set<string>();
  const notice = (text: string) => {
    if (said.has(text)) return;
    said.add(text);
    const listeners = callbacks.filter(({ onNotice }) => onNotice);
    for (const callback of listeners) callback.onNotice?.(text, run);
    if (listeners.length === 0) console.warn(text);
  };
  const featuresOf = (
    subset: "training" | "validation",
    data: BatchSource,
    epoch: number,
  ): Promise<BatchSource> =>
    steps.features(data, {
      where: subset,
      epoch,
      // Those of a whole training, so that one that is resumed computes as it would have.
      epochs: subset === "training" ? epochs : 1,
      cache,
      signal,
      notice,
      check: ({ x, y }) => void steps.prepare(subset === "training" ? "fit" : "fit: validationData", x, y),
      onProgress(done, total, computed) {
        for (const callback of callbacks) callback.onFeatures?.({ subset, done, total, computed }, run);
      },
    });

  /** The steps of an epoch; undefined where it was cut short. */
  const trainEpoch = async (epoch: number, source: BatchSource): Promise<Logs | undefined> => {
    const meter = new Meter(steps.compiled.metrics);
    let step = 0;
    for await (const { x, y } of stagedBatches(source, epoch, signal)) {
      if (signal?.aborted) return undefined;
      const target = steps.prepare(`Epoch ${epoch + 1}, step ${step + 1}`, x, y);
      const loss = await steps.train(x, target, meter, comesAgain(source, x.shape[0]));
      if (!Number.isFinite(loss)) {
        if (onNaN === "stop") {
          history.stopped = "nan";
          return undefined;
        }
        throw new AumentoError(
          "training",
          `Epoch ${epoch + 1}, step ${step + 1}: the loss is ${loss}. The weights are as they were before this step; a smaller learning rate or scaled inputs usually help`,
        );
      }
      const logs = meter.logs();
      for (const callback of callbacks) await callback.onBatchEnd?.(step, logs, run);
      step++;
      if (signal?.aborted) return undefined;
    }
    if (step === 0 && !signal?.aborted)
      throw new AumentoError("training", `Epoch ${epoch + 1}: the source gave no batch`);
    return signal?.aborted ? undefined : meter.logs();
  };

  const begun: Callback[] = [];
  let failed = true;
  try {
    for (const callback of callbacks) {
      begun.push(callback);
      await callback.onTrainBegin?.(run);
    }
    for (let epoch = initialEpoch; epoch < epochs && !history.stopped && !signal?.aborted; epoch++) {
      for (const callback of callbacks) await callback.onEpochBegin?.(epoch, run);
      // Asked for in each epoch, because pictures may vary and a callback may unfreeze layers; what is known is kept.
      const training = await featuresOf("training", source, epoch);
      const validating = validation && (await featuresOf("validation", validation, 0));
      if (signal?.aborted) break;
      const logs = await trainEpoch(epoch, training);
      if (!logs) break;
      if (validating && !signal?.aborted) {
        const measured = await evaluateSource(steps, validating, `Validation of epoch ${epoch + 1}`, signal);
        if (!signal?.aborted) Object.assign(logs, measured.logs("val_"));
      }
      if (signal?.aborted) break;
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, run);
      recordEpoch(history, epoch, logs);
    }
    if (signal?.aborted) history.stopped = "aborted";
    failed = false;
  } finally {
    await endAll(begun, run, failed);
  }
  return history;
}

/** Tells every callback that training is over, also where one of them fails; its error counts unless there is one already. */
async function endAll(callbacks: readonly Callback[], run: TrainingRun, failed: boolean): Promise<void> {
  const errors: unknown[] = [];
  for (const callback of callbacks) {
    try {
      await callback.onTrainEnd?.(run);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0 && !failed) throw errors[0];
}
