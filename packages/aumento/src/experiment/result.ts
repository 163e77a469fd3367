/**
 * The result of an experiment as plain data: what `result.json` holds and what the report is drawn from.
 * Documented field by field in docs/result.md; a change that breaks a reader raises `resultVersion`.
 */

export const resultFormat = "aumento-result";
export const resultVersion = 2;

/**
 * What sets the trainings of an experiment apart; each factor is told by the arm's name. `backbone`: a pretrained
 * network with a new head. `synthetic`: generated pictures among the training pictures.
 */
export interface ArmFactors {
  network: "plain" | "backbone";
  augment: boolean;
  synthetic: boolean;
}
export type ArmName = `${"" | "transfer-"}${"" | "gan-"}${"without" | "with"}`;
export type Subset = "validation" | "test";

export interface Result {
  format: typeof resultFormat;
  version: typeof resultVersion;
  kind: "compare" | "train";
  /** `stopped`: interrupted; what is there is what had been trained by then. */
  status: "finished" | "stopped";
  /** Plain words, one paragraph an entry; the first is the headline. */
  answer: string[];
  /** ISO 8601, of the first start of this experiment and of this file. */
  startedAt: string;
  updatedAt: string;
  environment: { aumento: string; node: string; platform: string; processors: number };
  /** The command that repeats the experiment, as argument vector. */
  command: string[];
  settings: Settings;
  data: DataFacts;
  arms: Arm[];
  /**
   * Every two arms that differ in one factor. Empty unless `kind` is `compare` and at least one start of two such
   * arms was evaluated.
   */
  comparisons: Comparison[];
}

/** Everything that decides the numbers; a run may only be resumed with the same settings. */
export interface Settings {
  folder: string;
  pipeline: { name: string; definition: unknown } | null;
  network: string;
  epochs: number;
  batchSize: number;
  imageSize: number;
  validationSplit: number;
  seed: number;
  /** Number of starts: start k uses seed + k for the weights, the order and the augmentation. */
  seeds: number;
  /** Epochs without a lower validation loss after which training stops. */
  patience: number;
  optimizer: string;
  loss: string;
  /** The pretrained network, where there is one. */
  transfer: TransferSettings | null;
  /** Where the generated pictures come from, where there are arms with such. */
  gan: GanArmSettings | null;
}

/** How pictures are generated for the arms that train on such beside the real ones. */
export interface GanArmSettings {
  /** A generator or a folder of generators, as given; null: one is trained first, on the training pictures. */
  model: string | null;
  /** Of that training; null where there is none. */
  steps: number | null;
  size: 32 | 64 | 128 | null;
  /** Pictures generated for each class; null: as many as it has training pictures. */
  count: number | null;
}

/** How a pretrained network with a new head is trained: the head first, the backbone as it is. */
export interface TransferSettings {
  /** As given: a file or a name. */
  backbone: string;
  sha256: string;
  /** The place it is cut at: the head stands on what comes out there. */
  cut: string;
  /** Height and width of its pictures. */
  size: [number, number];
  /** Epochs of the head at most. */
  epochs: number;
  learningRate: number;
  /** From this place on the backbone is trained too, after the head; null: not at all. */
  unfreeze: string | null;
  unfrozenEpochs: number;
  unfrozenLearningRate: number;
}

export interface DataFacts {
  /** `split`: one tree, split by us; `folders`: train/, validation/ (and test/) as found. */
  layout: "split" | "folders";
  classNames: string[];
  pictures: { training: number; validation: number; test: number };
  /** Pictures of each class, in the order of `classNames`. */
  perClass: { training: number[]; validation: number[]; test: number[] };
  /** Files that could not be decoded and were left out. */
  broken: { file: string; reason: string }[];
  /** SHA-256 over names and sizes of all pictures: tells whether the folder is the one trained on. */
  fingerprint: string;
  /** Facts of a drawn sample, when the folder is one. */
  sample: { name: string; groups: { name: string; subset: Subset; pictures: number }[] } | null;
}

export interface Network {
  name: string;
  kind: ArmFactors["network"];
  /** Number of weights, and how many of them are trained. */
  parameters: number;
  trained: number;
  /** Name and output shape of each. */
  layers: string[];
}

export interface Arm {
  name: ArmName;
  /** In words, for people: "no augmentation", "horizontal flip". */
  title: string;
  network: Network;
  /** Name of the augmentation, as in the settings. */
  pipeline: string | null;
  /** Generated pictures among the training pictures, of each class. */
  synthetic: number[] | null;
  /** Epochs after which training ends at the latest. */
  epochs: number;
  /** One entry a start, in the order of the seeds. */
  runs: Run[];
  /** Pictures as the network received them in the first epoch of the first start. */
  seen: Seen[];
}

export interface Seen {
  /** JPEG, relative to the result's folder. */
  path: string;
  className: string;
}

export interface Run {
  seed: number;
  status: "finished" | "stopped" | "not started";
  /** Early stopping ended it before the arm's `epochs`. */
  stoppedEarly: boolean;
  epochs: Epoch[];
  /** Number of the first epoch in which part of the backbone was trained too; null where there was none. */
  unfrozenFrom: number | null;
  /** Number of the epoch whose model was kept (highest validation accuracy); null before the first ended. */
  bestEpoch: number | null;
  /** The kept model, relative to the result's folder. */
  model: string | null;
  validation: Evaluation | null;
  test: Evaluation | null;
}

/** One epoch; accuracies in 0..1. */
export interface Epoch {
  /** Counted from 1. */
  epoch: number;
  loss: number;
  accuracy: number;
  valLoss: number;
  valAccuracy: number;
  seconds: number;
}

/** The kept model on one subset. */
export interface Evaluation {
  pictures: number;
  accuracy: number;
  loss: number;
  /** `confusion[actual][predicted]`, pictures. */
  confusion: number[][];
  /** Accuracy on named parts of the subset (a sample's facts); empty otherwise. */
  groups: { name: string; pictures: number; accuracy: number }[];
  /** The wrong answers with the least probability for the true class first; at most 24. */
  mistakes: Mistake[];
}

export interface Mistake {
  /** Relative to the data folder. */
  file: string;
  actual: string;
  predicted: string;
  /** Probability the network gave its answer, and the true class. */
  confidence: number;
  actualProbability: number;
}

export interface Comparison {
  /** The names of the two arms; `arm` is the one that has what `baseline` lacks. */
  baseline: ArmName;
  arm: ArmName;
  /** The one factor in which they differ. */
  factor: keyof ArmFactors;
  /** "validation accuracy", "test accuracy", "test accuracy where the side disagrees". */
  measure: string;
  subset: Subset;
  /** The part of the subset, or null for all of it. */
  group: string | null;
  pictures: number;
  /** Mean accuracy over the starts. */
  baselineAccuracy: number;
  armAccuracy: number;
  perStart: { seed: number; baselineAccuracy: number; armAccuracy: number; difference: number }[];
  /** armAccuracy − baselineAccuracy. */
  difference: number;
  /** 95 % interval over the pictures, over the starts (null with fewer than two), and the hull of both. */
  intervals: { pictures: Interval; starts: Interval | null };
  interval: Interval;
  verdict: Verdict;
  /** The measure that the headline speaks of: test where there is one, otherwise validation. */
  decides: boolean;
}

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number];
export type Verdict = "better" | "worse" | "no clear difference";
