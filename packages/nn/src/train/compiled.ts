import { badArgument, checkOptions } from "../check.ts";
import type { FeatureShape } from "../layers/layer.ts";
import { type Loss, type LossName, lossFromConfig, resolveLoss } from "../losses/loss.ts";
import { type Metric, type MetricName, resolveMetric } from "../metrics/metric.ts";
import { type Optimizer, type OptimizerName, resolveOptimizer } from "../optimizers/optimizer.ts";

export interface CompileOptions {
  /** A name, which takes Keras' defaults, or what `sgd`, `adam` or `adamW` gives. Default "adam". */
  optimizer?: OptimizerName | Optimizer;
  loss: LossName | "mse" | Loss;
  /** What is measured beside the loss. */
  metrics?: readonly (MetricName | Metric)[];
}

/** How a model is trained. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** Names of the loss and metrics that were made by the caller: a file cannot bring them back. */
  readonly custom: readonly string[];
}

/** Checks how a model with this output shall be trained. */
export function resolveCompile(options: CompileOptions, output: FeatureShape): Compiled {
  checkOptions("compile", options, ["optimizer", "loss", "metrics"]);
  const { metrics = [] } = options;
  const loss = resolveLoss(options.loss);
  loss.check(output);
  if (!Array.isArray(metrics)) badArgument("compile: metrics", "a list", metrics);
  const resolved = metrics.map((metric: MetricName | Metric) =>
    resolveMetric(metric, output[output.length - 1], loss.target === "labels"),
  );
  const names = resolved.map(({ name }) => name);
  const twice = names.find((name, i) => name === "loss" || names.indexOf(name) < i);
  if (twice) badArgument("compile: metrics", "metrics of different names, none called loss", twice);
  const custom = resolved.filter((_, i) => typeof metrics[i] !== "string").map(({ name }) => name);
  if (!lossFromConfig(loss)) custom.push(loss.className);
  return { optimizer: resolveOptimizer(options.optimizer ?? "adam"), loss, metrics: resolved, custom };
}
