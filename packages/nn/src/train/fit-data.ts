import { checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { type BatchSource, checkSource, isSource } from "../tensor.ts";
import type { FitOptions } from "./fit.ts";
import { splitTensors, type TensorData, tensorSource } from "./tensor-source.ts";

/** Options of `fit` for tensors in memory. */
export interface TensorFitOptions extends FitOptions {
  /** Default 32. */
  batchSize?: number;
  /** Another order each epoch, by the model's seed. Default true. */
  shuffle?: boolean;
  /** Share of the samples, from the end, to validate with instead of training. */
  validationSplit?: number;
}

const FIT_OPTIONS = [
  "epochs",
  "initialEpoch",
  "validationData",
  "callbacks",
  "signal",
  "verbose",
  "onNaN",
  "batchSize",
  "shuffle",
  "validationSplit",
  "featureCache",
];

/** What `fit` trains on and validates with: sources as they are, tensors in memory as sources; options checked. */
export function fitData(
  data: BatchSource | TensorData,
  options: TensorFitOptions,
  seed: number,
): { source: BatchSource; validation: BatchSource | undefined } {
  checkOptions("fit", options, FIT_OPTIONS);
  const { validationData, batchSize = 32, shuffle = true, validationSplit } = options;
  const evenly = (tensors: TensorData) =>
    tensorSource("fit: validationData", tensors, { batchSize, shuffle: false, seed });
  const validation =
    validationData &&
    (isSource(validationData) ? checkSource("fit: validationData", validationData) : evenly(validationData));
  if (isSource(data)) return { source: checkSource("fit", data), validation };
  const shuffled = (tensors: TensorData) => tensorSource("fit", tensors, { batchSize, shuffle, seed });
  if (validationSplit === undefined) return { source: shuffled(data), validation };
  if (validation) throw new AumentoError("argument", "fit: give validationData or validationSplit, not both");
  const split = splitTensors(data, validationSplit);
  return { source: shuffled(split.train), validation: evenly(split.validation) };
}
