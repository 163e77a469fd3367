import { checkChoice } from "../check.ts";
import { AumentoError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";

/** Whether less or more of a quantity is better. */
export type Direction = "min" | "max";

/** Loss, metrics and what callbacks add, by name. */
export type Logs = Record<string, number>;

/** What a callback may do with the model that is trained. */
export interface TrainedModel {
  getWeights(): Tensor[];
  setWeights(weights: readonly Tensor[]): void;
  readonly optimizer: { learningRate: number };
  save(path: string, options?: SaveOptions): Promise<void>;
}

/** What a saved model tells of itself beside its graph; JSON values, taken as given. */
export interface SaveMetadata {
  classNames?: readonly string[];
  preprocessing?: unknown;
  training?: unknown;
}

export interface SaveOptions extends SaveMetadata {
  /** Write the optimizer's state beside the model, so that training can go on from the file. Default true. */
  saveOptimizer?: boolean;
}

/** One call of `fit`, as callbacks see it. */
export interface TrainingRun {
  readonly model: TrainedModel;
  readonly initialEpoch: number;
  readonly epochs: number;
  /** Batches and samples of an epoch. */
  readonly steps: number;
  readonly samples: number;
  /** Names that epochs' logs will have, with the direction that is better where it is known. */
  readonly quantities: ReadonlyMap<string, Direction | undefined>;
  /** Ends training after the running epoch's callbacks. */
  stop(reason: "early"): void;
}

/** How far frozen layers are with the pictures that they see only once. */
export interface FeatureProgress {
  readonly subset: "training" | "validation";
  /** Pictures that are done, of how many, and how many of them had to be computed. */
  readonly done: number;
  readonly total: number;
  readonly computed: number;
}

/** What happens during training; epochs and steps count from 0. Logs may be added to in `onEpochEnd`. */
export interface Callback {
  onTrainBegin?(run: TrainingRun): void | Promise<void>;
  /** While the features of pictures are looked up or computed: once, or at the beginning of epochs that vary them. */
  onFeatures?(progress: FeatureProgress, run: TrainingRun): void;
  /** What people should know; without any callback that takes it, it goes to the console. */
  onNotice?(text: string, run: TrainingRun): void;
  onEpochBegin?(epoch: number, run: TrainingRun): void | Promise<void>;
  /** After each step, with the means of the epoch so far. */
  onBatchEnd?(step: number, logs: Readonly<Logs>, run: TrainingRun): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs, run: TrainingRun): void | Promise<void>;
  /** Also when training ended early, was aborted or failed. */
  onTrainEnd?(run: TrainingRun): void | Promise<void>;
}

/** Where callbacks say what they do. */
export type Print = (line: string) => void;

/** The default: one line to the console. */
export const printLine: Print = (line) => console.log(line);

export interface MonitorOptions {
  /** Name of a quantity in the epochs' logs. Default "val_loss". */
  monitor?: string;
  /** Whether less or more is better; "auto" (default) knows it from the name. */
  mode?: "auto" | Direction;
}

/** Decides whether a monitored quantity improved. */
export interface Monitor {
  readonly name: string;
  /** Checks the name against a run and fixes the direction. */
  begin(run: TrainingRun): void;
  improves(value: number, reference: number | undefined): boolean;
  value(logs: Readonly<Logs>): number;
}

/** The monitor of a callback. An improvement is one of more than `minDelta`. */
export function createMonitor(
  callback: string,
  { monitor = "val_loss", mode = "auto" }: MonitorOptions,
  minDelta = 0,
): Monitor {
  checkChoice(`${callback}: mode`, mode, ["auto", "min", "max"]);
  let direction: Direction | undefined;
  return {
    name: monitor,
    begin(run) {
      if (!run.quantities.has(monitor)) {
        const hint =
          monitor.startsWith("val_") && run.quantities.has(monitor.slice(4))
            ? " (val_… needs validationData)"
            : "";
        throw new AumentoError(
          "argument",
          `${callback}: monitor "${monitor}" is not measured in this training; there are ${[...run.quantities.keys()].join(", ")}${hint}`,
        );
      }
      direction = mode === "auto" ? run.quantities.get(monitor) : mode;
      if (!direction)
        throw new AumentoError(
          "argument",
          `${callback}: whether less or more ${monitor} is better is not known: give mode "min" or "max"`,
        );
    },
    improves(value, reference) {
      if (Number.isNaN(value)) return false;
      if (reference === undefined) return true;
      return direction === "min"
        ? value + Math.abs(minDelta) < reference
        : value - Math.abs(minDelta) > reference;
    },
    value(logs) {
      const value = logs[monitor];
      if (value === undefined)
        throw new AumentoError(
          "training",
          `${callback}: this epoch has no "${monitor}"; it has ${Object.keys(logs).join(", ")}`,
        );
      return value;
    },
  };
}
