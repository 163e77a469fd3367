export type {
  Callback,
  FeatureProgress,
  Logs,
  SaveMetadata,
  SaveOptions,
  TrainingRun,
} from "./callbacks/callback.ts";
export { type EarlyStoppingOptions, earlyStopping } from "./callbacks/early-stopping.ts";
export {
  learningRateScheduler,
  type ReduceLROnPlateauOptions,
  reduceLROnPlateau,
} from "./callbacks/learning-rate.ts";
export { type CsvLoggerOptions, csvLogger, historyLogger } from "./callbacks/loggers.ts";
export { type ModelCheckpointOptions, modelCheckpoint } from "./callbacks/model-checkpoint.ts";
export { type ProgressStream, progressLine } from "./callbacks/progress-line.ts";
export { AumentoError, type ErrorCode } from "./errors.ts";
export type { CheckpointOptions } from "./gan/checkpoint.ts";
export { type DcganOptions, dcgan } from "./gan/dcgan.ts";
export { type DiffAugment, diffAugment } from "./gan/diff-augment.ts";
export {
  fewestPictures,
  type GanCallback,
  type GanFitOptions,
  type GanGrid,
  type GanHistory,
  type GanRun,
} from "./gan/fit.ts";
export { type Gan, type GanLogs, gan } from "./gan/gan.ts";
export {
  type Generator,
  type GeneratorFacts,
  loadGenerator,
  type SampleOptions,
} from "./gan/generator-file.ts";
export { loadGan } from "./gan/load.ts";
export type { GanLossName } from "./gan/objective.ts";
export { dcganAdam, type GanOptions } from "./gan/options.ts";
export { ganProgressLine } from "./gan/progress.ts";
export type { GanEvent, GanTrouble } from "./gan/watch.ts";
export type { ImportOptions } from "./import/index.ts";
export { checkPreprocessing, type ModelPreprocessing } from "./import/preprocessing.ts";
export {
  constant,
  type Initializer,
  type InitializerName,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
} from "./initializers/initializer.ts";
export { type ActivationName, activation, leakyReLU } from "./layers/activation.ts";
export { type BatchNormalizationOptions, batchNormalization } from "./layers/batch-normalization.ts";
export { type Conv2dOptions, conv2d } from "./layers/conv2d.ts";
export { type Conv2dTransposeOptions, conv2dTranspose } from "./layers/conv2d-transpose.ts";
export { type DenseOptions, dense } from "./layers/dense.ts";
export { dropout } from "./layers/dropout.ts";
export { flatten } from "./layers/flatten.ts";
export type { FeatureShape, Layer, LayerOptions } from "./layers/layer.ts";
export {
  averagePooling2d,
  globalAveragePooling2d,
  maxPooling2d,
  type Pooling2dOptions,
} from "./layers/pooling2d.ts";
export { reorderChannels } from "./layers/reorder-channels.ts";
export { type RescalingOptions, rescaling } from "./layers/rescaling.ts";
export { reshape } from "./layers/reshape.ts";
export {
  type SpectralNormalizationOptions,
  spectralNormalization,
} from "./layers/spectral-normalization.ts";
export { type UpSampling2dOptions, upSampling2d } from "./layers/up-sampling2d.ts";
export { zeroPadding2d } from "./layers/zero-padding2d.ts";
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  type Loss,
  type LossName,
  meanSquaredErrorLoss,
  sparseCategoricalCrossentropy,
} from "./losses/loss.ts";
export {
  binaryAccuracy,
  categoricalAccuracy,
  type Metric,
  type MetricName,
  meanAbsoluteError,
  meanSquaredError,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from "./metrics/metric.ts";
export type { Model } from "./model.ts";
export { type LoadOptions, loadModel } from "./model-load.ts";
export type { ModelLayer, Network, Weight } from "./network.ts";
export {
  type Adam,
  type AdamW,
  adam,
  adamW,
  type Optimizer,
  type OptimizerName,
  type Sgd,
  sgd,
} from "./optimizers/optimizer.ts";
export { hasPlace, shortPlace } from "./places.ts";
export { useRuntime } from "./runtime/index.ts";
export {
  type CosineDecay,
  cosineDecay,
  type ExponentialDecay,
  exponentialDecay,
  type LearningRateSchedule,
} from "./schedules/schedule.ts";
export { type SequentialOptions, sequential } from "./sequential.ts";
export type { Batch, BatchSource, Tensor } from "./tensor.ts";
export type { CompileOptions } from "./train/compiled.ts";
export type { FeatureCacheOptions } from "./train/features/feature-cache.ts";
export type { FitOptions } from "./train/fit.ts";
export type { TensorFitOptions } from "./train/fit-data.ts";
export type { History } from "./train/history.ts";
export type { TensorData } from "./train/tensor-source.ts";
export type { UnfreezeOptions } from "./transfer.ts";
