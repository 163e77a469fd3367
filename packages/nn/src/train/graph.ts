import { gradients } from "../grad.ts";
import { ordered } from "../ir/graph.ts";
import type { DataType, Value } from "../ir/value.ts";
import type { Loss } from "../losses/loss.ts";
import { forward, type Network, pathsInTraining, type Weight } from "../network.ts";
import { cast, concat, input, reduceMean, reshape, slice, transpose } from "../ops/index.ts";
import { simplify } from "../simplify.ts";
import type { FrozenPrefix } from "./features/prefix.ts";

/** Pictures from [n, height, width, channels] into the order the engine computes in, and back. */
export const channelsFirst = (x: Value): Value => (x.shape.length === 4 ? transpose(x, [0, 3, 1, 2]) : x);
export const channelsLast = (x: Value): Value => (x.shape.length === 4 ? transpose(x, [0, 2, 3, 1]) : x);

/** The name of the model's input and output in graphs and files. */
export const INPUT = "input";
export const OUTPUT = "output";
export const TARGET = "target";
export const LOSS = "loss";

/** A weight with its value in a graph. */
export interface StoredWeight {
  readonly weight: Weight;
  readonly value: Value;
}

/** Where a graph's tensors come from and go to, by name. */
export interface StepGraph {
  readonly outputs: Readonly<Record<string, Value>>;
  /** Weights that the graph is fed with. */
  readonly reads: readonly Weight[];
  /** Weights whose numbers are part of the graph, so that the runtime prepares them once. */
  readonly stored: readonly StoredWeight[];
  /** Trained weights, with the outputs that hold their gradients. */
  readonly gradients: readonly { weight: Weight; output: string }[];
  /** Untrained weights, with the outputs that hold what they become. */
  readonly updates: readonly { weight: Weight; output: string }[];
  readonly masks: readonly DropoutMask[];
}

/** A graph input that is filled with a dropout mask before each run. */
export interface DropoutMask {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rate: number;
}

export interface GraphOptions {
  network: Network;
  /** Samples in the batch. */
  n: number;
  /** Type of the pictures that are fed. */
  dtype: "uint8" | "float32";
  /** Instead of pictures, what these layers made of them is fed. */
  prefix?: FrozenPrefix;
}

/** Where the forward pass begins: pictures, or the outputs of layers that ran before. */
function beginning({ network, n, dtype, prefix }: GraphOptions): {
  x: Value;
  given?: Map<number, Value | undefined>;
} {
  if (!prefix) return { x: channelsFirst(cast(input(INPUT, [n, ...network.inputShape], dtype), "float32")) };
  const x = input(INPUT, [n, prefix.size]);
  const given = new Map<number, Value | undefined>([...prefix.layers].map((index) => [index, undefined]));
  let place = 0;
  for (const { index, shape, size } of prefix.frontier) {
    const part = size === prefix.size ? x : slice(x, [0, place], [n, place + size]);
    given.set(index, reshape(part, [n, ...shape]));
    place += size;
  }
  return { x, given };
}

/** What the layers of a frozen part make of pictures: for each the outputs that the others need, as one row. */
export function featureGraph(options: Omit<GraphOptions, "prefix">, prefix: FrozenPrefix): StepGraph {
  const { network, n } = options;
  const weights = new Map<string, Value>();
  const outputs: Value[] = [];
  const { x } = beginning(options);
  forward(network, x, { training: false, weights, outputs });
  const rows = prefix.frontier.map(({ index, size }) => reshape(outputs[index], [n, size]));
  const [features] = simplify([rows.length === 1 ? rows[0] : concat(rows, 1)]);
  const reached = new Set(ordered([features]));
  const stored = network.weights.flatMap((weight) => {
    const value = weights.get(weight.path);
    return value && reached.has(value) ? [{ weight, value }] : [];
  });
  return { outputs: { [OUTPUT]: features }, reads: [], stored, gradients: [], updates: [], masks: [] };
}

/** The weights that a graph uses, divided into those that change and those that may be stored in it. */
function divide(
  network: Network,
  weights: ReadonlyMap<string, Value>,
  changes: (weight: Weight) => boolean,
): Pick<StepGraph, "reads" | "stored"> {
  const used = network.weights.filter(({ path }) => weights.has(path));
  return {
    reads: used.filter(changes),
    stored: used
      .filter((weight) => !changes(weight))
      .map((weight) => ({ weight, value: weights.get(weight.path)! })),
  };
}

function target(loss: Loss, output: Value): { fed: Value; used: Value } {
  const dtype: DataType = loss.target === "labels" ? "int32" : "float32";
  const last = channelsLast(output);
  const fed = input(TARGET, loss.target === "labels" ? [output.shape[0]] : last.shape, dtype);
  return { fed, used: loss.target === "labels" ? fed : channelsFirst(fed) };
}

/** Forward, loss and the gradient of every trained weight, as one graph. */
export function trainingGraph(options: GraphOptions, loss: Loss): StepGraph {
  const { network } = options;
  const weights = new Map<string, Value>();
  const updates = new Map<string, Value>();
  const masks: DropoutMask[] = [];
  const { x, given } = beginning(options);
  const written = forward(network, x, {
    training: true,
    given,
    weights,
    updates,
    dropoutMask(layer, shape, rate) {
      const name = `${layer}/mask`;
      masks.push({ name, shape, rate });
      return input(name, shape);
    },
  });
  // Simplified as one graph, before gradients are taken: they are then those of the cheaper form.
  const [mean, output, ...changed] = simplify([
    reduceMean(loss.apply(target(loss, written).used, written)),
    written,
    ...updates.values(),
  ]);
  [...updates.keys()].forEach((path, i) => {
    updates.set(path, changed[i]);
  });
  const training = pathsInTraining(network);
  const trained = network.weights.filter(
    ({ path, trainable }) => trainable && training.has(path) && weights.has(path),
  );
  const flows = gradients(
    mean,
    trained.map(({ path }) => weights.get(path)!),
  );
  const moved = network.weights.filter(({ path }) => updates.has(path));
  const changing = new Set([...trained, ...moved]);
  return {
    outputs: {
      [LOSS]: mean,
      [OUTPUT]: channelsLast(output),
      ...Object.fromEntries(trained.map(({ path }, i) => [`${path}:gradient`, flows[i]])),
      ...Object.fromEntries(moved.map(({ path }) => [`${path}:next`, updates.get(path)!])),
    },
    ...divide(network, weights, (weight) => changing.has(weight)),
    gradients: trained.map((weight) => ({ weight, output: `${weight.path}:gradient` })),
    updates: moved.map((weight) => ({ weight, output: `${weight.path}:next` })),
    masks,
  };
}

/**
 * The network as it predicts; with a loss also that of the batch. `changes` tells which weights other steps change, so
 * that they are fed.
 */
export function inferenceGraph(
  options: GraphOptions,
  changes: (weight: Weight) => boolean,
  loss?: Loss,
): StepGraph {
  const weights = new Map<string, Value>();
  const { x, given } = beginning(options);
  const output = forward(options.network, x, { training: false, weights, given });
  const outputs: Record<string, Value> = { [OUTPUT]: channelsLast(output) };
  if (loss) outputs[LOSS] = reduceMean(loss.apply(target(loss, output).used, output));
  const cheaper = simplify(Object.values(outputs));
  Object.keys(outputs).forEach((name, i) => {
    outputs[name] = cheaper[i];
  });
  return { outputs, ...divide(options.network, weights, changes), gradients: [], updates: [], masks: [] };
}
