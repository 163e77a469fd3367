import { ordered } from "../../ir/graph.ts";
import type { Value } from "../../ir/value.ts";
import { type FeatureShape, toSample } from "../../layers/layer.ts";
import { type ModelLayer, type Network, pathsInTraining } from "../../network.ts";
import { input, parameter } from "../../ops/index.ts";
import { sizeOf, type Tensor } from "../../tensor.ts";

/** An output of the frozen part that other layers need. */
export interface Frontier {
  /** The layer it is the output of. */
  readonly index: number;
  /** Its shape for one picture, channels first. */
  readonly shape: readonly number[];
  readonly size: number;
}

/** The layers of a network that make the same of a picture whatever training does. */
export interface FrozenPrefix {
  /** By index. */
  readonly layers: ReadonlySet<number>;
  readonly frontier: readonly Frontier[];
  /** Numbers that stand for one picture: all of the frontier. */
  readonly size: number;
}

/** Rows [n, size] that a frozen part made of pictures, in their place. */
export interface Features extends Tensor {
  readonly prefix: FrozenPrefix;
}

/** Tells features from pictures. */
export const isFeatures = (x: Tensor): x is Features => "prefix" in x;

/** Whether a layer does in training what it does in predicting: nothing random, nothing that depends on the batch. */
function isSteady(node: ModelLayer, inputShapes: readonly FeatureShape[]): boolean {
  let steady = true;
  const inputs = inputShapes.map((shape, i) => input(`x${i}`, [2, ...toSample(shape)]));
  const written = (training: boolean): Value =>
    node.layer.apply(inputs, {
      training,
      trainable: node.trainable,
      batchStatistics: node.batchStatistics,
      weight: (name) => parameter(name, node.weights.find((weight) => weight.name === name)!.storedShape),
      update() {
        steady = false;
      },
      dropoutMask(shape) {
        steady = false;
        return input("mask", shape);
      },
    });
  const ops = (value: Value) => ordered([value]).map(({ op }) => op.name);
  return ops(written(true)).join() === ops(written(false)).join() && steady;
}

/**
 * The largest set of layers, closed under inputs, with nothing trained, random or dependent on the batch. Undefined
 * where it has no weights, so that little would be saved, or where a layer after it needs the picture itself, too.
 */
export function frozenPrefix(network: Network): FrozenPrefix | undefined {
  const { layers, inputShape } = network;
  const training = pathsInTraining(network);
  const frozen = new Set<number>();
  for (const [index, node] of layers.entries()) {
    if (!node.inputs.every((from) => from < 0 || frozen.has(from))) continue;
    if (node.weights.some(({ path, trainable }) => trainable && training.has(path))) continue;
    const shapes = node.inputs.map((from) => (from < 0 ? inputShape : layers[from].outputShape));
    if (isSteady(node, shapes)) frozen.add(index);
  }
  if (![...frozen].some((index) => layers[index].weights.length > 0)) return undefined;
  const needed = new Set<number>();
  for (const [index, node] of layers.entries())
    if (!frozen.has(index))
      for (const from of node.inputs) if (from < 0 || frozen.has(from)) needed.add(from);
  if (needed.has(-1)) return undefined;
  if (frozen.has(layers.length - 1)) needed.add(layers.length - 1);
  const frontier = [...needed]
    .sort((a, b) => a - b)
    .map((index) => {
      const shape = toSample(layers[index].outputShape);
      return { index, shape, size: sizeOf(shape) };
    });
  return { layers: frozen, frontier, size: frontier.reduce((sum, { size }) => sum + size, 0) };
}
