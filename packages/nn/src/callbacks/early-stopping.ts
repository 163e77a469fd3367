import { checkBoolean, checkNumber, checkOptions } from "../check.ts";
import type { Tensor } from "../tensor.ts";
import { type Callback, createMonitor, type MonitorOptions, printLine } from "./callback.ts";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Least change that counts as better. Default 0. */
  minDelta?: number;
  /** Epochs without improvement after which training ends. Default 0. */
  patience?: number;
  /** A value that must be beaten within `patience` epochs. */
  baseline?: number;
  /** Leave the model with its weights of the best epoch. Default false. */
  restoreBestWeights?: boolean;
  /** First epoch (from 0) that counts. Default 0. */
  startFromEpoch?: number;
  /** 1: say when it stops. Default 0. */
  verbose?: 0 | 1;
}

/** Ends training when a monitored quantity no longer improves (Keras' EarlyStopping). */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const where = "earlyStopping";
  checkOptions(where, options, [
    "monitor",
    "mode",
    "minDelta",
    "patience",
    "baseline",
    "restoreBestWeights",
    "startFromEpoch",
    "verbose",
  ]);
  const { baseline, verbose = 0 } = options;
  const patience = checkNumber(`${where}: patience`, options.patience ?? 0, { min: 0, integer: true });
  const startFromEpoch = checkNumber(`${where}: startFromEpoch`, options.startFromEpoch ?? 0, {
    min: 0,
    integer: true,
  });
  const restore = checkBoolean(`${where}: restoreBestWeights`, options.restoreBestWeights ?? false);
  if (baseline !== undefined) checkNumber(`${where}: baseline`, baseline);
  const monitor = createMonitor(where, options, checkNumber(`${where}: minDelta`, options.minDelta ?? 0));

  let waited = 0;
  let best: number | undefined;
  let bestEpoch = 0;
  let bestWeights: Tensor[] | undefined;
  return {
    onTrainBegin(run) {
      monitor.begin(run);
      waited = 0;
      best = undefined;
      bestWeights = undefined;
    },
    onEpochEnd(epoch, logs, run) {
      if (epoch < startFromEpoch) return;
      const value = monitor.value(logs);
      if (restore && !bestWeights) {
        bestWeights = run.model.getWeights();
        bestEpoch = epoch;
      }
      waited++;
      if (monitor.improves(value, best)) {
        best = value;
        bestEpoch = epoch;
        if (restore) bestWeights = run.model.getWeights();
        if (baseline === undefined || monitor.improves(value, baseline)) waited = 0;
        return;
      }
      if (waited >= patience && epoch > 0) {
        if (verbose) printLine(`Epoch ${epoch + 1}: early stopping`);
        run.stop("early");
      }
    },
    onTrainEnd(run) {
      if (!bestWeights) return;
      if (verbose) printLine(`Restoring the weights of the best epoch, ${bestEpoch + 1}`);
      run.model.setWeights(bestWeights);
      bestWeights = undefined;
    },
  };
}
