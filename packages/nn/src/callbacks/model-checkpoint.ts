import { badArgument, checkBoolean, checkNumber, checkOptions } from "../check.ts";
import {
  type Callback,
  createMonitor,
  type MonitorOptions,
  printLine,
  type SaveMetadata,
} from "./callback.ts";
import { fillTemplate } from "./template.ts";

export interface ModelCheckpointOptions extends MonitorOptions {
  /** Save only when the monitored quantity improved. Default false: after every epoch. */
  saveBestOnly?: boolean;
  /** Value that must be beaten before anything is saved (the best of an earlier training, on resuming). */
  initialValueThreshold?: number;
  /** Written into the file: class names, preprocessing and training facts; the epoch and its logs are added to the last. */
  metadata?: SaveMetadata;
  /** Write the optimizer's state beside the model (twice its size with Adam). Default true. */
  saveOptimizer?: boolean;
  /** 1: say when it saves. Default 0. */
  verbose?: 0 | 1;
}

/**
 * Saves the model after epochs (Keras' ModelCheckpoint), with its optimizer's state beside it. `path` may hold
 * fields as in `weights-{epoch:02d}-{val_loss:.2f}.onnx`; epochs in names count from 1.
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions = {}): Callback {
  const where = "modelCheckpoint";
  if (typeof path !== "string" || !path.endsWith(".onnx"))
    badArgument(`${where}: path`, "a path that ends in .onnx", path);
  checkOptions(where, options, [
    "monitor",
    "mode",
    "saveBestOnly",
    "initialValueThreshold",
    "metadata",
    "saveOptimizer",
    "verbose",
  ]);
  const { metadata = {}, verbose = 0 } = options;
  const bestOnly = checkBoolean(`${where}: saveBestOnly`, options.saveBestOnly ?? false);
  const saveOptimizer = checkBoolean(`${where}: saveOptimizer`, options.saveOptimizer ?? true);
  let best = options.initialValueThreshold;
  if (best !== undefined) checkNumber(`${where}: initialValueThreshold`, best);
  const monitor = createMonitor(where, options);
  return {
    onTrainBegin(run) {
      if (bestOnly) monitor.begin(run);
      // A wrong field in the name fails now and not after the first epoch.
      fillTemplate(path, {
        epoch: 1,
        ...Object.fromEntries([...run.quantities.keys()].map((name) => [name, 0])),
      });
    },
    async onEpochEnd(epoch, logs, run) {
      const target = fillTemplate(path, { epoch: epoch + 1, ...logs });
      if (bestOnly) {
        const value = monitor.value(logs);
        const before = best === undefined ? "none" : best.toFixed(5);
        if (!monitor.improves(value, best)) {
          if (verbose) printLine(`Epoch ${epoch + 1}: ${monitor.name} did not improve from ${before}`);
          return;
        }
        best = value;
        if (verbose)
          printLine(
            `Epoch ${epoch + 1}: ${monitor.name} improved from ${before} to ${value.toFixed(5)}, saving ${target}`,
          );
      } else if (verbose) printLine(`Epoch ${epoch + 1}: saving ${target}`);
      const facts = metadata.training;
      const training = { ...(typeof facts === "object" ? facts : {}), epoch: epoch + 1, logs: { ...logs } };
      await run.model.save(target, { ...metadata, training, saveOptimizer });
    },
  };
}
