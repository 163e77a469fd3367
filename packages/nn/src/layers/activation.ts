import { badArgument, checkNumber, checkOptions } from "../check.ts";
import type { Value } from "../ir/value.ts";
import { leakyRelu } from "../ops/leaky-relu.ts";
import { relu } from "../ops/relu.ts";
import { sigmoid } from "../ops/sigmoid.ts";
import { softmax } from "../ops/softmax.ts";
import { tanh } from "../ops/tanh.ts";
import { LAYER_OPTIONS, type Layer, type LayerOptions, makeLayer } from "./layer.ts";

/** Axis of the channels, or of the features of vectors. */
const channels = (x: Value): number => (x.shape.length === 4 ? 1 : x.shape.length - 1);

const activations = {
  linear: (x: Value) => x,
  relu,
  sigmoid,
  tanh,
  softmax: (x: Value) => softmax(x, channels(x)),
  /** Slope 0.2 of the negative side, as Keras 3's activation of this name. */
  leaky_relu: (x: Value) => leakyRelu(x, 0.2),
};

/** Keras' names of activations. */
export type ActivationName = keyof typeof activations;

/** A name that exists, or an error that lists those. */
export function checkActivation(where: string, name: ActivationName): ActivationName {
  if (!Object.hasOwn(activations, name))
    badArgument(where, `one of ${Object.keys(activations).join(", ")}`, name);
  return name;
}

export const activate = (name: ActivationName, x: Value): Value => activations[name](x);

/** An activation as a layer of its own. */
export function activation(name: ActivationName, options: LayerOptions = {}): Layer {
  checkActivation("activation", name);
  checkOptions("activation", options, LAYER_OPTIONS);
  return makeLayer("Activation", options, { activation: name }, { apply: ([x]) => activate(name, x) });
}

/** Leaky ReLU as a layer; its slope defaults to 0.3 as Keras' layer does (the activation's name has 0.2). */
export function leakyReLU(options: LayerOptions & { negativeSlope?: number } = {}): Layer {
  checkOptions("leakyReLU", options, [...LAYER_OPTIONS, "negativeSlope"]);
  const negativeSlope = checkNumber("leakyReLU: negativeSlope", options.negativeSlope ?? 0.3, { min: 0 });
  return makeLayer("LeakyReLU", options, { negativeSlope }, { apply: ([x]) => leakyRelu(x, negativeSlope) });
}
