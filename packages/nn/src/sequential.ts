import { badArgument, checkNumber, checkOptions } from "./check.ts";
import type { FeatureShape, Layer } from "./layers/layer.ts";
import { Model } from "./model.ts";
import { buildNetwork, checkInputShape } from "./network.ts";

export interface SequentialOptions {
  /** Shape of one sample: [height, width, channels] or [features]. */
  inputShape: FeatureShape;
  /** Decides the starting weights, dropout and the order of tensors in memory. Default 0. */
  seed?: number;
  /** Default "sequential". */
  name?: string;
}

/** A model whose layers follow one another. */
export function sequential(layers: readonly Layer[], options: SequentialOptions): Model {
  if (
    !Array.isArray(layers) ||
    layers.length === 0 ||
    !layers.every((layer) => typeof layer?.apply === "function")
  )
    badArgument("sequential: layers", "a list of layers, as [dense(10)]", layers);
  checkOptions("sequential", options, ["inputShape", "seed", "name"]);
  const inputShape = checkInputShape(options.inputShape);
  const seed = checkNumber("sequential: seed", options.seed ?? 0, {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    integer: true,
  });
  const network = buildNetwork(
    inputShape,
    layers.map((layer: Layer, i) => ({ layer, inputs: [i - 1] })),
  );
  return new Model(network, { seed, name: options.name ?? "sequential" });
}
