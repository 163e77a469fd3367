import { badArgument, checkNumber, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { type Callback, createMonitor, type MonitorOptions, printLine } from "./callback.ts";

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, below 1. Default 0.1. */
  factor?: number;
  /** Epochs without improvement before it is reduced. Default 10. */
  patience?: number;
  /** Least change that counts as better. Default 1e-4. */
  minDelta?: number;
  /** Epochs after a reduction that do not count. Default 0. */
  cooldown?: number;
  /** The learning rate never goes below it. Default 0. */
  minLr?: number;
  /** 1: say when it reduces. Default 0. */
  verbose?: 0 | 1;
}

/** Lowers the learning rate when a monitored quantity no longer improves (Keras' ReduceLROnPlateau). Adds `learning_rate` to the logs. */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const where = "reduceLROnPlateau";
  checkOptions(where, options, [
    "monitor",
    "mode",
    "factor",
    "patience",
    "minDelta",
    "cooldown",
    "minLr",
    "verbose",
  ]);
  const { verbose = 0 } = options;
  const factor = checkNumber(`${where}: factor`, options.factor ?? 0.1, { above: 0, below: 1 });
  const patience = checkNumber(`${where}: patience`, options.patience ?? 10, { min: 0, integer: true });
  const cooldown = checkNumber(`${where}: cooldown`, options.cooldown ?? 0, { min: 0, integer: true });
  const minimum = checkNumber(`${where}: minLr`, options.minLr ?? 0, { min: 0 });
  const monitor = createMonitor(where, options, checkNumber(`${where}: minDelta`, options.minDelta ?? 1e-4));
  let best: number | undefined;
  let waited = 0;
  let cooling = 0;
  return {
    onTrainBegin(run) {
      monitor.begin(run);
      best = undefined;
      waited = 0;
      cooling = 0;
    },
    onEpochEnd(epoch, logs, run) {
      const { optimizer } = run.model;
      logs.learning_rate = optimizer.learningRate;
      const value = monitor.value(logs);
      if (cooling > 0) {
        cooling--;
        waited = 0;
      }
      if (monitor.improves(value, best)) {
        best = value;
        waited = 0;
        return;
      }
      if (cooling > 0) return;
      waited++;
      if (waited < patience || optimizer.learningRate <= minimum) return;
      optimizer.learningRate = Math.max(optimizer.learningRate * factor, minimum);
      cooling = cooldown;
      waited = 0;
      if (verbose) printLine(`Epoch ${epoch + 1}: learning rate reduced to ${optimizer.learningRate}`);
    },
  };
}

/**
 * Sets the learning rate before each epoch to `schedule(epoch, learningRate)`, epochs counting from 0 (Keras'
 * LearningRateScheduler). Adds `learning_rate` to the logs.
 */
export function learningRateScheduler(
  schedule: (epoch: number, learningRate: number) => number,
  options: { verbose?: 0 | 1 } = {},
): Callback {
  if (typeof schedule !== "function")
    badArgument("learningRateScheduler: schedule", "a function of (epoch, learningRate)", schedule);
  return {
    onEpochBegin(epoch, run) {
      const rate = schedule(epoch, run.model.optimizer.learningRate);
      if (typeof rate !== "number" || !Number.isFinite(rate) || rate < 0)
        throw new AumentoError(
          "argument",
          `learningRateScheduler: schedule(${epoch}) must give a number of at least 0, it gave ${String(rate)}`,
        );
      run.model.optimizer.learningRate = rate;
      if (options.verbose) printLine(`Epoch ${epoch + 1}: learning rate ${rate}`);
    },
    onEpochEnd(_, logs, run) {
      logs.learning_rate = run.model.optimizer.learningRate;
    },
  };
}
