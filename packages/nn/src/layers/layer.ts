import { AumentoError } from "../errors.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { Value } from "../ir/value.ts";
import { showShape } from "../tensor.ts";

/** Shape of one sample, without the batch: [height, width, channels] of pictures, [features] of vectors. */
export type FeatureShape = readonly number[];

/** A sample's shape in the order of axes that graphs and ONNX files have, channels first, and back. */
export const toSample = (shape: FeatureShape): readonly number[] =>
  shape.length === 3 ? [shape[2], shape[0], shape[1]] : shape;
export const toFeatures = (sample: readonly number[]): FeatureShape =>
  sample.length === 3 ? [sample[1], sample[2], sample[0]] : sample;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A weight a layer asks for. */
export interface WeightSpec {
  readonly name: string;
  /** In Keras' layout: [height, width, in, out] of convolutions, [in, out] of dense layers. */
  readonly shape: readonly number[];
  /** A kernel of a convolution, which the engine and ONNX files have as [out, in, height, width]. */
  readonly isKernel?: boolean;
  readonly initializer: Initializer;
  /** Whether gradients move it; batch normalization's running statistics are not. */
  readonly trainable: boolean;
  /** Its name in files where that is not the layer's name and its own. */
  readonly path?: string;
}

/** What a layer writes its part of a graph with. */
export interface LayerScope {
  /** True in the graph of a training step, false where the model predicts. */
  readonly training: boolean;
  /** Whether this layer is trained. */
  readonly trainable: boolean;
  /** Whether batch normalization that is trained uses the batch's statistics. */
  readonly batchStatistics: boolean;
  /** A weight of this layer. Convolution kernels come as [out, in, height, width]. */
  weight(name: string): Value;
  /** What an untrained weight becomes after a training step. */
  update(name: string, value: Value): void;
  /** Random numbers for dropout, fresh in every step: 0 with probability `rate`, else 1 / (1 - rate). */
  dropoutMask(shape: readonly number[], rate: number): Value;
}

/** A step of a model, with its parameters. Made by functions such as `conv2d`; immutable. */
export interface Layer {
  /** Keras' class name; with `config` it makes the layer again. */
  readonly className: string;
  readonly name?: string;
  /** Whether its trainable weights are trained at first; `model.layers` can change that. */
  readonly trainable: boolean;
  readonly config: Readonly<Record<string, Json>>;
  /** What `batchStatistics` of its place in a model begins with. Default true. */
  readonly batchStatistics?: boolean;
  /** More names by which a place in a model can be called: of its node and output in the file it came from, and of its weights without their last part. */
  readonly places?: readonly string[];
  /** Shape of its output; throws where the inputs do not fit. */
  outputShape(inputs: readonly FeatureShape[]): FeatureShape;
  weights(inputs: readonly FeatureShape[]): readonly WeightSpec[];
  /** Its part of a graph. Values with pictures are [n, channels, height, width] there. */
  apply(inputs: readonly Value[], scope: LayerScope): Value;
}

/** What every layer can be told. */
export interface LayerOptions {
  /** Its name in the model; by default the class name and a number, as in Keras. */
  name?: string;
  /** False: its weights stay as they are in training. Default true. */
  trainable?: boolean;
}

export const LAYER_OPTIONS = ["name", "trainable"];

/** A layer without weights that keeps shapes, unless told otherwise. */
export function makeLayer(
  className: string,
  options: LayerOptions,
  config: Readonly<Record<string, Json>>,
  behaviour: Pick<Layer, "apply"> &
    Partial<Pick<Layer, "outputShape" | "weights" | "batchStatistics" | "places">>,
): Layer {
  const { name, trainable = true } = options;
  if (name !== undefined && (typeof name !== "string" || !/^[\w.-]+$/.test(name)))
    throw new AumentoError(
      "argument",
      `${className}: a name consists of letters, digits, _, . and -, got "${name}"`,
    );
  return {
    className,
    name,
    trainable,
    config,
    outputShape: ([input]) => input,
    weights: () => [],
    ...behaviour,
  };
}

/** Height, width and channels of an input that must be a picture. */
export function pictureShape(layer: string, input: FeatureShape): readonly [number, number, number] {
  if (input.length !== 3)
    throw new AumentoError(
      "shape",
      `${layer}: the input must be pictures [height, width, channels], got ${showShape(input)}`,
    );
  return [input[0], input[1], input[2]];
}

/** Extent of a sliding window's output; Keras' meaning of the two paddings. */
export function slidExtent(
  layer: string,
  extent: number,
  kernel: number,
  stride: number,
  padding: Padding,
  dilation = 1,
): number {
  if (padding === "same") return Math.ceil(extent / stride);
  const reach = dilation * (kernel - 1) + 1;
  if (reach > extent)
    throw new AumentoError(
      "shape",
      `${layer}: a window of ${reach} does not fit into an extent of ${extent}; use larger pictures, fewer layers or padding "same"`,
    );
  return Math.floor((extent - reach) / stride) + 1;
}

/** "valid": windows stay inside. "same": zeros around, so that stride 1 keeps the size. */
export type Padding = "valid" | "same";

export const PADDINGS: readonly Padding[] = ["valid", "same"];
