import type { Direction } from "../callbacks/callback.ts";
import { badArgument } from "../check.ts";
import { sizeOf, type Tensor } from "../tensor.ts";

/** A measure of predictions, averaged over samples. */
export interface Metric {
  /** Its name in logs. */
  readonly name: string;
  readonly direction?: Direction;
  /** Sum over the samples of a batch: targets as the loss takes them, predictions [n, …]. */
  sum(target: Tensor, prediction: Tensor): number;
}

/** Metrics that need no parameter; "accuracy" is the one that fits the loss and the output. */
export type MetricName =
  | "accuracy"
  | "acc"
  | "sparse_categorical_accuracy"
  | "categorical_accuracy"
  | "binary_accuracy"
  | "top_k_categorical_accuracy"
  | "sparse_top_k_categorical_accuracy"
  | "mse"
  | "mae"
  | "mean_squared_error"
  | "mean_absolute_error";

/** Index of the greatest of `width` numbers from `start`; the first of equals. */
function argmax(data: ArrayLike<number>, start: number, width: number): number {
  let best = 0;
  for (let i = 1; i < width; i++) if (data[start + i] > data[start + best]) best = i;
  return best;
}

/** Calls `visit` for each row of predictions with the index of its class, from labels or one-hot rows. */
function sumOverRows(
  target: Tensor,
  prediction: Tensor,
  sparse: boolean,
  score: (start: number, width: number, label: number) => number,
): number {
  const width = prediction.shape[prediction.shape.length - 1];
  const count = sizeOf(prediction.shape) / width;
  let sum = 0;
  for (let row = 0; row < count; row++)
    sum += score(row * width, width, sparse ? target.data[row] : argmax(target.data, row * width, width));
  // Rows within one sample (as of an image of labels) are averaged.
  return (sum * prediction.shape[0]) / count;
}

const classAccuracy = (name: string, sparse: boolean): Metric => ({
  name,
  direction: "max",
  sum: (target, prediction) =>
    sumOverRows(target, prediction, sparse, (start, width, label) =>
      argmax(prediction.data, start, width) === label ? 1 : 0,
    ),
});

/** Fraction of samples whose greatest output is the labelled class; labels are class numbers. */
export const sparseCategoricalAccuracy = (name = "sparse_categorical_accuracy"): Metric =>
  classAccuracy(name, true);

/** Fraction of samples whose greatest output is the labelled class; labels are one-hot. */
export const categoricalAccuracy = (name = "categorical_accuracy"): Metric => classAccuracy(name, false);

/** Fraction of outputs on the right side of `threshold`. */
export const binaryAccuracy = (name = "binary_accuracy", { threshold = 0.5 } = {}): Metric => ({
  name,
  direction: "max",
  sum(target, prediction) {
    let right = 0;
    for (let i = 0; i < prediction.data.length; i++)
      if (prediction.data[i] > threshold === target.data[i] > threshold) right++;
    return (right * prediction.shape[0]) / prediction.data.length;
  },
});

const topK = (name: string, k: number, sparse: boolean): Metric => {
  if (!Number.isInteger(k) || k < 1) badArgument(`${name}: k`, "a positive integer", k);
  return {
    name,
    direction: "max",
    sum: (target, prediction) =>
      sumOverRows(target, prediction, sparse, (start, width, label) => {
        let greater = 0;
        for (let i = 0; i < width; i++)
          if (prediction.data[start + i] > prediction.data[start + label]) greater++;
        return greater < k ? 1 : 0;
      }),
  };
};

/** Fraction of samples whose class (one-hot) is among the `k` greatest outputs. */
export const topKCategoricalAccuracy = ({ k = 5, name = "top_k_categorical_accuracy" } = {}): Metric =>
  topK(name, k, false);

/** Fraction of samples whose class (a number) is among the `k` greatest outputs. */
export const sparseTopKCategoricalAccuracy = ({
  k = 5,
  name = "sparse_top_k_categorical_accuracy",
} = {}): Metric => topK(name, k, true);

const meanError = (name: string, measure: (difference: number) => number): Metric => ({
  name,
  direction: "min",
  sum(target, prediction) {
    let sum = 0;
    for (let i = 0; i < prediction.data.length; i++) sum += measure(prediction.data[i] - target.data[i]);
    return (sum * prediction.shape[0]) / prediction.data.length;
  },
});

/** Mean of squared differences. */
export const meanSquaredError = (name = "mean_squared_error"): Metric => meanError(name, (d) => d * d);

/** Mean of absolute differences. */
export const meanAbsoluteError = (name = "mean_absolute_error"): Metric => meanError(name, Math.abs);

const factories: Record<Exclude<MetricName, "accuracy" | "acc">, () => Metric> = {
  sparse_categorical_accuracy: sparseCategoricalAccuracy,
  categorical_accuracy: categoricalAccuracy,
  binary_accuracy: binaryAccuracy,
  top_k_categorical_accuracy: topKCategoricalAccuracy,
  sparse_top_k_categorical_accuracy: sparseTopKCategoricalAccuracy,
  mse: () => meanSquaredError("mse"),
  mae: () => meanAbsoluteError("mae"),
  mean_squared_error: meanSquaredError,
  mean_absolute_error: meanAbsoluteError,
};

/** Metrics that read class numbers, or rows of one number per output: which of them a loss' targets can feed. */
const readsLabels = new Set(["sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy"]);

/**
 * The metric of a name or a record. "accuracy" is resolved as Keras does it: one output is binary, class numbers
 * are sparse, anything else is categorical. A named metric that cannot read the loss' targets is an error.
 */
export function resolveMetric(given: MetricName | Metric, outputs: number, sparseTargets: boolean): Metric {
  if (typeof given !== "string") {
    if (typeof given?.name !== "string" || typeof given.sum !== "function")
      badArgument("compile: metrics", "names or metrics { name, sum(target, prediction) }", given);
    return given;
  }
  if (given === "accuracy" || given === "acc") {
    if (outputs === 1) return binaryAccuracy(given);
    return sparseTargets ? sparseCategoricalAccuracy(given) : categoricalAccuracy(given);
  }
  if (!Object.hasOwn(factories, given))
    badArgument(
      "compile: metrics",
      `one of accuracy, ${Object.keys(factories).join(", ")}, or a metric`,
      given,
    );
  if (readsLabels.has(given) !== sparseTargets)
    badArgument(
      "compile: metrics",
      sparseTargets
        ? "a metric of class numbers, as the loss has them (accuracy, sparse_…)"
        : "a metric of one value per output, as the loss has them (not sparse_…)",
      given,
    );
  return factories[given]();
}
