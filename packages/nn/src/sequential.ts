import { badArgument, checkNumber, checkOptions } from "./check.ts";
import { AumentoError } from "./errors.ts";
import type { FeatureShape, Layer } from "./layers/layer.ts";
import { Model } from "./model.ts";
import { buildNetwork, checkInputShape, holdsNames } from "./network.ts";
import { showShape } from "./tensor.ts";
import { partOf } from "./transfer.ts";

export interface SequentialOptions {
  /** Shape of one sample: [height, width, channels] or [features]. Where a model comes first it is that model's. */
  inputShape?: FeatureShape;
  /** Decides the starting weights, dropout and the order of tensors in memory. Default 0. */
  seed?: number;
  /** Default "sequential". */
  name?: string;
}

/** The input's shape: as given, or that of the model that the others follow. */
function inputShapeOf(backbone: Model | undefined, given: FeatureShape | undefined): FeatureShape {
  if (!backbone) return checkInputShape(given);
  if (given !== undefined && showShape(checkInputShape(given)) !== showShape(backbone.inputShape))
    throw new AumentoError(
      "shape",
      `sequential: inputShape: the model that comes first takes ${showShape(backbone.inputShape)}, got ${showShape(given)}; leave it out`,
    );
  return backbone.inputShape;
}

/**
 * A model whose layers follow one another. A model may come first, as a backbone: its layers, copies of its weights,
 * what of it is frozen and how its pictures are prepared are taken over.
 */
export function sequential(
  layers: readonly [Model | Layer, ...Layer[]] | readonly Layer[],
  options: SequentialOptions = {},
): Model {
  const isLayer = (layer: unknown): layer is Layer =>
    typeof (layer as Partial<Layer> | undefined)?.apply === "function";
  const [first, ...others] = Array.isArray(layers) ? layers : [];
  const backbone = first instanceof Model ? first : undefined;
  const own: unknown[] = backbone ? others : [first, ...others];
  if (!own.every(isLayer))
    badArgument(
      "sequential: layers",
      "a list of layers, as [dense(10)], of which the first may be a model",
      layers,
    );
  checkOptions("sequential", options, ["inputShape", "seed", "name"]);
  const inputShape = inputShapeOf(backbone, options.inputShape);
  const seed = checkNumber("sequential: seed", options.seed ?? 0, {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    integer: true,
  });
  const taken = backbone?.layers.map((layer) => partOf(layer, layer.inputs)) ?? [];
  const paths = backbone?.network.weights.map(({ path }) => path) ?? [];
  for (const { name } of own)
    if (name !== undefined && holdsNames(paths, name) && !taken.some((part) => part.name === name))
      throw new AumentoError(
        "argument",
        `sequential: the model that comes first has weights called "${name}/…"; name the layer "${name}" otherwise, or leave its name out`,
      );
  const network = buildNetwork(inputShape, [
    ...taken,
    ...own.map((layer, i) => ({ layer, inputs: [taken.length + i - 1] })),
  ]);
  const { classNames: _, ...metadata } = backbone?.metadata ?? {};
  return new Model(network, {
    seed,
    name: options.name ?? "sequential",
    weights: backbone?.copyWeights(),
    metadata,
  });
}
