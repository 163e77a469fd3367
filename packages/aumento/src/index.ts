/**
 * Image augmentation and training: `A` says what may vary in pictures, `data` makes batches of them, `nn`
 * trains networks on them.
 */
export * as A from "@aumento/core";
export * as data from "@aumento/data";
export * as nn from "@aumento/nn";
export { type AugmentFolderResult, type AugmentFolderRun, augmentFolder } from "./augment/augment-folder.ts";
export type { AugmentEstimate } from "./augment/estimate.ts";
export { type RedoOptions, type RedoResult, redoFile } from "./augment/redo.ts";
export type { AugmentFolderOptions } from "./augment/settings.ts";
export { type CompareOptions, compare } from "./experiment/compare.ts";
export { type EvaluateOptions, type EvaluationOutcome, evaluate } from "./experiment/evaluate.ts";
export type { ExperimentOptions } from "./experiment/options.ts";
export { type FilePrediction, type PredictOptions, predict } from "./experiment/predict.ts";
export type {
  Arm,
  ArmName,
  Comparison,
  Epoch,
  Evaluation,
  Network as ResultNetwork,
  Result,
  Run,
  Settings as ResultSettings,
} from "./experiment/result.ts";
export type { Outcome } from "./experiment/run.ts";
export { type TrainOptions, type TrainOutcome, train } from "./experiment/train.ts";
export { type AugmentGanOptions, type AugmentGanOutcome, augmentGan } from "./gan/augment.ts";
export type { GanStep, TrainGanOptions } from "./gan/options.ts";
export type { GanPoint, GanResult, GanSettings } from "./gan/result.ts";
export { type SampleGanOptions, sampleGan } from "./gan/sample.ts";
export { type GanOutcome, trainGan } from "./gan/train.ts";
export { type SampleFacts, type WriteSampleOptions, writeSample } from "./samples/write.ts";
