import { badArgument, checkBoolean, checkNumber, checkOptions } from "../check.ts";
import type { Value } from "../ir/value.ts";
import type { FeatureShape } from "../layers/layer.ts";
import {
  add,
  clip,
  div,
  log,
  mul,
  neg,
  oneHot,
  reduceMean,
  reduceSum,
  scalar,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sub,
} from "../ops/index.ts";
import { sigmoidOp } from "../ops/sigmoid.ts";
import { softmaxOp } from "../ops/softmax.ts";

/** What a loss compares outputs with. */
export type TargetKind =
  | "labels" // one class number a sample, int32 [n]
  | "probabilities" // one number in 0..1 an output
  | "numbers"; // one number an output

/** What training makes small: a function on values. */
export interface Loss {
  /** Its name in Keras; with the two options below it makes the loss again. */
  readonly className: string;
  /** Whether outputs are logits, to which the loss itself applies softmax or sigmoid. */
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly target: TargetKind;
  /** Fails where an output of this shape cannot be compared. */
  check(output: FeatureShape): void;
  /** The loss of each sample [n]. An output that is a softmax or sigmoid is taken before it, so that nothing overflows. */
  apply(target: Value, output: Value): Value;
}

/** Keras' names of the losses. */
export type LossName =
  | "sparse_categorical_crossentropy"
  | "categorical_crossentropy"
  | "binary_crossentropy"
  | "mean_squared_error";

/** Keras' epsilon: probabilities that are given as such are kept this far from 0 and 1. */
const EPSILON = 1e-7;

const withoutBatch = (x: Value): number[] => x.shape.slice(1).map((_, i) => i + 1);

function classOutput(where: string): (output: FeatureShape) => void {
  return (output) => {
    if (output.length !== 1 || output[0] < 2)
      badArgument(`${where}: output of the model`, "one number for each of at least two classes", output);
  };
}

function softmaxLoss(target: Value, output: Value, fromLogits: boolean): Value {
  if (fromLogits) return softmaxCrossEntropy(output, target);
  if (output.op.name === softmaxOp.name) return softmaxCrossEntropy(output.inputs[0], target);
  const probabilities = div(output, reduceSum(output, [1], true));
  const rows = target.shape.length === 1 ? oneHot(target, output.shape[1]) : target;
  return neg(reduceSum(mul(rows, log(clip(probabilities, EPSILON, 1 - EPSILON))), [1]));
}

function sigmoidLoss(target: Value, output: Value, fromLogits: boolean): Value {
  if (fromLogits) return sigmoidCrossEntropy(output, target);
  if (output.op.name === sigmoidOp.name) return sigmoidCrossEntropy(output.inputs[0], target);
  const p = clip(output, EPSILON, 1 - EPSILON);
  const not = (x: Value) => sub(scalar(1), x);
  return neg(add(mul(target, log(p)), mul(not(target), log(not(p)))));
}

export interface CrossentropyOptions {
  /** The model's output has no softmax or sigmoid. Default false. */
  fromLogits?: boolean;
}

export interface SmoothedCrossentropyOptions extends CrossentropyOptions {
  /** Share of each target that is spread over all classes. Default 0. */
  labelSmoothing?: number;
}

/** Cross-entropy of softmax outputs with class numbers. */
export function sparseCategoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const where = "sparse_categorical_crossentropy";
  checkOptions(where, options, ["fromLogits"]);
  const fromLogits = checkBoolean(`${where}: fromLogits`, options.fromLogits ?? false);
  return {
    className: where,
    fromLogits,
    labelSmoothing: 0,
    target: "labels",
    check: classOutput(where),
    apply: (target, output) => softmaxLoss(target, output, fromLogits),
  };
}

function smoothing(where: string, options: SmoothedCrossentropyOptions) {
  checkOptions(where, options, ["fromLogits", "labelSmoothing"]);
  return {
    fromLogits: checkBoolean(`${where}: fromLogits`, options.fromLogits ?? false),
    labelSmoothing: checkNumber(`${where}: labelSmoothing`, options.labelSmoothing ?? 0, { min: 0, max: 1 }),
  };
}

/** t · (1 - s) + s / classes */
const smooth = (target: Value, share: number, classes: number): Value =>
  share === 0 ? target : add(mul(target, scalar(1 - share)), scalar(share / classes));

/** Cross-entropy of softmax outputs with one-hot (or other) probabilities. */
export function categoricalCrossentropy(options: SmoothedCrossentropyOptions = {}): Loss {
  const where = "categorical_crossentropy";
  const { fromLogits, labelSmoothing } = smoothing(where, options);
  return {
    className: where,
    fromLogits,
    labelSmoothing,
    target: "probabilities",
    check: classOutput(where),
    apply: (target, output) =>
      softmaxLoss(smooth(target, labelSmoothing, output.shape[1]), output, fromLogits),
  };
}

/** Cross-entropy of sigmoid outputs with numbers in 0..1, averaged over a sample's outputs. */
export function binaryCrossentropy(options: SmoothedCrossentropyOptions = {}): Loss {
  const where = "binary_crossentropy";
  const { fromLogits, labelSmoothing } = smoothing(where, options);
  return {
    className: where,
    fromLogits,
    labelSmoothing,
    target: "probabilities",
    check() {},
    apply: (target, output) =>
      reduceMean(sigmoidLoss(smooth(target, labelSmoothing, 2), output, fromLogits), withoutBatch(output)),
  };
}

/** Mean of squared differences over a sample's outputs. */
export function meanSquaredErrorLoss(): Loss {
  return {
    className: "mean_squared_error",
    fromLogits: false,
    labelSmoothing: 0,
    target: "numbers",
    check() {},
    apply(target, output) {
      const difference = sub(output, target);
      return reduceMean(mul(difference, difference), withoutBatch(output));
    },
  };
}

const factories: Record<LossName | "mse", (options?: SmoothedCrossentropyOptions) => Loss> = {
  sparse_categorical_crossentropy: sparseCategoricalCrossentropy,
  categorical_crossentropy: categoricalCrossentropy,
  binary_crossentropy: binaryCrossentropy,
  mean_squared_error: meanSquaredErrorLoss,
  mse: meanSquaredErrorLoss,
};

/** The loss that a name or a record stands for. */
export function resolveLoss(given: LossName | "mse" | Loss): Loss {
  if (typeof given === "object" && typeof given?.apply === "function") return given;
  if (typeof given !== "string" || !Object.hasOwn(factories, given))
    badArgument("compile: loss", `one of ${Object.keys(factories).join(", ")}, or a loss`, given);
  return factories[given]();
}

/** What makes a loss again, in a file. */
export type LossConfig = Pick<Loss, "className" | "fromLogits" | "labelSmoothing">;

export const lossConfig = ({ className, fromLogits, labelSmoothing }: Loss): LossConfig => ({
  className,
  fromLogits,
  labelSmoothing,
});

/** A loss of a saved configuration, or undefined where it is none of this package's. */
export function lossFromConfig({ className, fromLogits, labelSmoothing }: LossConfig): Loss | undefined {
  if (className === "sparse_categorical_crossentropy") return sparseCategoricalCrossentropy({ fromLogits });
  if (className === "categorical_crossentropy")
    return categoricalCrossentropy({ fromLogits, labelSmoothing });
  if (className === "binary_crossentropy") return binaryCrossentropy({ fromLogits, labelSmoothing });
  return className === "mean_squared_error" ? meanSquaredErrorLoss() : undefined;
}
