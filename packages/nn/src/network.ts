import { AumentoError } from "./errors.ts";
import type { Value } from "./ir/value.ts";
import type { FeatureShape, Layer, WeightSpec } from "./layers/layer.ts";
import { parameter } from "./ops/index.ts";
import { showShape, sizeOf } from "./tensor.ts";
import { storedShape } from "./weight-layout.ts";

/** A weight of a model. */
export interface Weight extends WeightSpec {
  /** "conv2d/kernel", or the name it has in the file it was imported from: its name in files and messages. */
  readonly path: string;
  readonly layer: ModelLayer;
  /** Shape in the engine and in ONNX files: kernels are [out, in, height, width]. */
  readonly storedShape: readonly number[];
  readonly size: number;
}

/** A layer in its place in a model. */
export interface ModelLayer {
  readonly name: string;
  readonly layer: Layer;
  /** Where its inputs come from: layers before it by index, -1 is the model's input. */
  readonly inputs: readonly number[];
  readonly outputShape: FeatureShape;
  readonly weights: readonly Weight[];
  /** False: training leaves its weights alone. Can be set at any time. */
  trainable: boolean;
  /**
   * Whether batch normalization that is trained normalizes by the batch it sees, or stays on its running statistics,
   * which is where imported layers begin. Can be set at any time; of no meaning to other layers.
   */
  batchStatistics: boolean;
}

/** Layers in an order in which each comes after its inputs; the last one's output is the model's. */
export interface Network {
  readonly inputShape: FeatureShape;
  readonly outputShape: FeatureShape;
  readonly layers: readonly ModelLayer[];
  /** Each once, though layers of an imported model may share one. */
  readonly weights: readonly Weight[];
}

/** A layer to be put into a network. What is left out follows from the layer. */
export interface NetworkPart {
  layer: Layer;
  inputs: readonly number[];
  name?: string;
  trainable?: boolean;
  batchStatistics?: boolean;
}

/** Keras' way from a class name to the name of an instance: MaxPooling2D → max_pooling2d. */
function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The next name of this kind: dense, dense_1, dense_2. */
function numbered(base: string, counts: Map<string, number>): string {
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

/** Whether one of the paths is where a layer of this name has its weights and masks. */
export const holdsNames = (paths: Iterable<string>, name: string): boolean =>
  [...paths].some((path) => path.startsWith(`${name}/`));

/** Layers with where their inputs come from, as a network whose shapes all fit. */
export function buildNetwork(inputShape: FeatureShape, parts: readonly NetworkPart[]): Network {
  const layers: ModelLayer[] = [];
  const counts = new Map<string, number>();
  const names = new Set<string>();
  const given = new Set(parts.map(({ layer, name = layer.name }) => name));
  const weights = new Map<string, Weight>();
  for (const [index, part] of parts.entries()) {
    const { layer, inputs } = part;
    let name = part.name ?? layer.name;
    if (name === undefined)
      // Weights of imported layers have their file's names: "dense/kernel" may be one of these.
      do name = numbered(snakeCase(layer.className), counts);
      while (given.has(name) || holdsNames(weights.keys(), name));
    if (names.has(name))
      throw new AumentoError("argument", `Two layers of the model are called "${name}"; names must differ`);
    names.add(name);
    const inputShapes = inputs.map((from) => (from < 0 ? inputShape : layers[from].outputShape));
    const node: ModelLayer & { weights: Weight[] } = {
      name,
      layer,
      inputs,
      outputShape: within(index, name, () => layer.outputShape(inputShapes)),
      weights: [],
      trainable: part.trainable ?? layer.trainable,
      batchStatistics: part.batchStatistics ?? layer.batchStatistics ?? true,
    };
    for (const spec of layer.weights(inputShapes)) {
      const path = spec.path ?? `${name}/${spec.name}`;
      const weight = { ...spec, path, layer: node, storedShape: storedShape(spec), size: sizeOf(spec.shape) };
      node.weights.push(weight);
      if (!weights.has(path)) weights.set(path, weight);
    }
    layers.push(node);
  }
  const outputShape = layers.at(-1)?.outputShape ?? inputShape;
  return { inputShape, outputShape, layers, weights: [...weights.values()] };
}

/** Adds the layer's place to a shape error. */
function within<T>(index: number, name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof AumentoError)
      throw new AumentoError(error.code, `Layer ${index + 1} (${name}): ${error.message}`, { cause: error });
    throw error;
  }
}

/** What makes a network again. */
export interface NetworkConfig {
  inputShape: FeatureShape;
  layers: {
    className: string;
    name: string;
    trainable: boolean;
    config: Layer["config"];
    inputs: readonly number[];
    /** Where it is not what the layer begins with. */
    batchStatistics?: boolean;
  }[];
}

export const networkConfig = ({ inputShape, layers }: Network): NetworkConfig => ({
  inputShape,
  layers: layers.map(({ layer, name, trainable, inputs, batchStatistics }) => ({
    className: layer.className,
    name,
    trainable,
    config: layer.config,
    inputs,
    ...(batchStatistics === (layer.batchStatistics ?? true) ? {} : { batchStatistics }),
  })),
});

/** How a forward pass is written. */
export interface ForwardOptions {
  training: boolean;
  /** Value of each weight, by path; made here as a parameter where it is missing. */
  weights: Map<string, Value>;
  /** Collects what untrained weights become, by path. */
  updates?: Map<string, Value>;
  dropoutMask?(layer: string, shape: readonly number[], rate: number): Value;
  /** Outputs that are known, by the index of their layer: these layers are not written. Undefined: nobody needs it. */
  given?: ReadonlyMap<number, Value | undefined>;
  /** Takes the output of each layer that is written. */
  outputs?: Value[];
}

/** The output of a network for a batch x; pictures are [n, channels, height, width] in both. */
export function forward(network: Network, x: Value, options: ForwardOptions): Value {
  const { training, weights, updates, dropoutMask, given, outputs = [] } = options;
  for (const [index, node] of network.layers.entries()) {
    if (given?.has(index)) {
      outputs.push(given.get(index)!);
      continue;
    }
    const declared = (name: string): Weight => {
      const weight = node.weights.find((candidate) => candidate.name === name);
      if (weight) return weight;
      throw new Error(`${node.layer.className} asks for a weight "${name}" that it did not declare`);
    };
    const weightOf = (name: string): Value => {
      const weight = declared(name);
      let value = weights.get(weight.path);
      if (!value) {
        value = parameter(weight.path, weight.storedShape);
        weights.set(weight.path, value);
      }
      return value;
    };
    const output = node.layer.apply(
      node.inputs.map((from) => (from < 0 ? x : outputs[from])),
      {
        training,
        trainable: node.trainable,
        batchStatistics: node.batchStatistics,
        weight: weightOf,
        update: (name, value) => updates?.set(declared(name).path, value),
        dropoutMask(shape, rate) {
          if (!dropoutMask) throw new Error("This graph has no random numbers");
          return dropoutMask(node.name, shape, rate);
        },
      },
    );
    outputs.push(output);
  }
  return outputs.at(-1) ?? x;
}

/** Paths of the weights of layers that are trained. */
export function pathsInTraining(network: Network): Set<string> {
  const layers = network.layers.filter(({ trainable }) => trainable);
  return new Set(layers.flatMap(({ weights }) => weights.map(({ path }) => path)));
}

/** Fails unless an input shape is a list of positive integers. */
export function checkInputShape(shape: unknown): FeatureShape {
  if (
    !Array.isArray(shape) ||
    shape.length === 0 ||
    !shape.every((side) => Number.isInteger(side) && side > 0)
  )
    throw new AumentoError(
      "argument",
      `inputShape: expected the shape of one sample, as [224, 224, 3], got ${Array.isArray(shape) ? showShape(shape) : String(shape)}`,
    );
  if (shape.length !== 1 && shape.length !== 3)
    throw new AumentoError(
      "argument",
      `inputShape: expected [height, width, channels] of pictures or [features] of vectors, got ${showShape(shape)}`,
    );
  return shape;
}
