/**
 * The result of a GAN's training as plain data: what `gan.json` holds and what its report is drawn from. Documented in
 * docs/gan.md; a change that breaks a reader raises `ganResultVersion`.
 */

export const ganResultFormat = "aumento-gan";
export const ganResultVersion = 1;

/**
 * `stopped`: interrupted. `collapsed` (all samples alike), `diverged` (a loss is no number) and `saturated` (the
 * discriminator is never wrong any more): ended by itself, with the last good state kept.
 */
export type GanStatus = "finished" | "stopped" | "collapsed" | "diverged" | "saturated";

export interface GanResult {
  format: typeof ganResultFormat;
  version: typeof ganResultVersion;
  status: GanStatus;
  /** Plain words, one paragraph an entry; the first is the headline. */
  answer: string[];
  /** ISO 8601, of the first start of this training and of this file. */
  startedAt: string;
  updatedAt: string;
  environment: { aumento: string; node: string; platform: string; processors: number };
  /** The command that repeats the training, as argument vector. */
  command: string[];
  settings: GanSettings;
  /** `steps` or `minutes` at which the training was to end. */
  limit: GanLimit;
  data: GanDataFacts;
  networks: { generator: NetworkFacts; discriminator: NetworkFacts };
  /** Steps done, and the seconds that they took. */
  steps: number;
  seconds: number;
  history: GanPoint[];
  /** Samples of the same latent vectors at several steps, ascending. */
  grids: { step: number; path: string }[];
  /** What was noticed, in words; `kept`: the step of the good state that a training went back to. */
  events: { step: number; kind: string; message: string; kept?: number }[];
  /** The generator (moving average of its weights) as ONNX, relative to the result's folder. */
  generator: string | null;
}

/** Everything that decides the numbers; a training may only be gone on with under the same settings. */
export interface GanSettings {
  folder: string;
  /** Width and height of the pictures. */
  size: 32 | 64 | 128;
  /** The one class that is learned, or null: all of them. */
  className: string | null;
  /** Whether the networks are told the class. */
  conditional: boolean;
  batchSize: number;
  loss: "nonSaturating" | "minimax" | "hinge";
  /** Real pictures are to be called real with probability 1 minus this. */
  labelSmoothing: number;
  /** Steps of the discriminator for each of the generator. */
  discriminatorSteps: number;
  generatorLearningRate: number;
  discriminatorLearningRate: number;
  normalization: "batch" | "spectral";
  upsampling: "transposed" | "nearest";
  /** Kinds of differentiable augmentation; empty: none. */
  diffAugment: string[];
  /** What varies in the training pictures. */
  pipeline: { name: string; definition: unknown };
  /** Length of the latent vectors. */
  latent: number;
  /** Filters of the layer next to the pictures. */
  filters: number;
  validationSplit: number;
  seed: number;
  /** Steps between two grids, each with a checkpoint. */
  every: number;
}

export interface GanLimit {
  steps: number | null;
  minutes: number | null;
}

export interface GanDataFacts {
  layout: "folders" | "split" | "flat";
  /** The classes that the networks know, in their order; one name where only one was learned; empty for none. */
  classNames: string[];
  /** Pictures learned from, by class where there are any. */
  pictures: number;
  perClass: number[];
  /** Pictures held back: they were not learned from. */
  heldBack: number;
  /** SHA-256 over names and sizes of all pictures of the folder, and over the names of those learned from. */
  fingerprint: string;
  trainingFingerprint: string;
  broken: { file: string; reason: string }[];
}

export interface NetworkFacts {
  parameters: number;
  layers: string[];
}

/** Means over the steps since the point before. */
export interface GanPoint {
  step: number;
  discriminatorLoss: number;
  generatorLoss: number;
  /** What the discriminator says to real and to generated pictures: 1 real, 0 generated. */
  real: number;
  generated: number;
}
