import { ordered } from "./ir/graph.ts";
import { type Rule, rewrite } from "./ir/rewrite.ts";
import { type Attributes, apply, type Op, sizeOf, type Value } from "./ir/value.ts";
import { addOp } from "./ops/add.ts";
import { castOp } from "./ops/cast.ts";
import { clipOp } from "./ops/clip.ts";
import { type ConvAttributes, conv2dOp } from "./ops/conv2d.ts";
import { add, conv2d, div, mul, reshape, transpose } from "./ops/index.ts";
import { leakyReluOp } from "./ops/leaky-relu.ts";
import { type ConstantAttributes, constantOp, inputOp } from "./ops/leaves.ts";
import { maxPool2dOp } from "./ops/max-pool2d.ts";
import { mulOp } from "./ops/mul.ts";
import { reluOp } from "./ops/relu.ts";
import { scaleShiftOp } from "./ops/scale-shift.ts";
import { sigmoidOp } from "./ops/sigmoid.ts";
import { tanhOp } from "./ops/tanh.ts";
import { transposeOp } from "./ops/transpose.ts";

/** The value with its attributes known, where it is an application of this op. */
function isA<A extends Attributes>(op: Op<A>, value: Value): value is Value<A> {
  // Ops are compared by identity; that the attributes fit follows from it.
  return (value.op as unknown) === op;
}

/** Never falling functions commute with taking a maximum. */
function neverFalls(value: Value): boolean {
  const always: readonly unknown[] = [reluOp, sigmoidOp, tanhOp, clipOp];
  return always.includes(value.op) || (isA(leakyReluOp, value) && value.attributes.alpha >= 0);
}

/** Activations come after max pooling: there are fewer elements to work on and to keep for the gradient. */
const activatePooled: Rule = (value) => {
  if (!isA(maxPool2dOp, value)) return undefined;
  const [activation] = value.inputs;
  if (!neverFalls(activation)) return undefined;
  const pooled = apply(maxPool2dOp, activation.inputs, value.attributes);
  return apply(activation.op, [pooled], activation.attributes);
};

/** Bytes are put into another order before they become four times as large. */
const transposeBytes: Rule = (value) => {
  if (!isA(transposeOp, value)) return undefined;
  const [converted] = value.inputs;
  if (!isA(castOp, converted) || converted.inputs[0].dtype !== "uint8") return undefined;
  return apply(castOp, [transpose(converted.inputs[0], value.attributes.permutation)], converted.attributes);
};

/** Whether a value is known when the graph is built: one number, or one for each channel. */
function isFactor(value: Value, channels: number): value is Value<ConstantAttributes> {
  const { shape } = value;
  const perChannel = shape.length >= 3 && shape.at(-3) === channels && sizeOf(shape) === channels;
  return isA(constantOp, value) && (sizeOf(shape) === 1 || perChannel);
}

/** A factor of the picture goes into the first convolution's weights, which are few. */
const scaleWeights: Rule = (value) => {
  if (!isA(conv2dOp, value)) return undefined;
  const [scaled, weights, bias] = value.inputs;
  if (!isA(mulOp, scaled)) return undefined;
  const [, channels] = scaled.shape;
  const isKnown = (operand: Value) =>
    sizeOf(operand.shape) === 1 || (value.attributes.groups === 1 && isFactor(operand, channels));
  const factor = scaled.inputs.find(isKnown);
  const x = scaled.inputs.find((operand) => operand !== factor);
  if (!factor || !x || x.shape.length !== 4) return undefined;
  const along = sizeOf(factor.shape) === 1 ? [] : [1, channels, 1, 1];
  return conv2d(x, mul(weights, reshape(factor, along)), bias, value.attributes);
};

/** Pictures are shifted first and scaled then: a convolution's weights take the scale. */
const shiftFirst: Rule = (value) => {
  if (!isA(conv2dOp, value) || value.attributes.groups !== 1) return undefined;
  const [shifted, weights, bias] = value.inputs;
  if (!isA(addOp, shifted)) return undefined;
  const [, channels] = shifted.shape;
  const scaled = shifted.inputs.find((operand) => isA(mulOp, operand));
  const offset = shifted.inputs.find((operand) => isFactor(operand, channels));
  const factor = scaled?.inputs.find((operand) => isFactor(operand, channels));
  const x = scaled?.inputs.find((operand) => operand !== factor);
  if (!offset || !factor || !x || x.shape.length !== 4) return undefined;
  if (Array.from(factor.attributes.data, Number).includes(0)) return undefined;
  return conv2d(mul(add(x, div(offset, factor)), factor), weights, bias, value.attributes);
};

/** Whether a value is one number for each channel of `x` that is known before x is. */
function isChannelConstant(factor: Value, x: Value): boolean {
  const { shape } = factor;
  return (
    shape.length === 4 && shape[1] === x.shape[1] && sizeOf(shape) === shape[1] && !dependsOnInput(factor)
  );
}

const depending = new WeakMap<Value, boolean>();

/** Whether a value changes with what is fed, weights apart. */
function dependsOnInput(value: Value): boolean {
  for (const part of ordered([value]))
    if (!depending.has(part))
      depending.set(
        part,
        (part.op as unknown) === inputOp || part.inputs.some((from) => depending.get(from)),
      );
  return depending.get(value)!;
}

/** A convolution that nothing else needs, and the other operand. */
function convolutionAnd(value: Value, isShared: (value: Value) => boolean) {
  const [a, b] = value.inputs;
  for (const [x, other] of [
    [a, b],
    [b, a],
  ])
    if (isA(conv2dOp, x) && !isShared(x) && isChannelConstant(other, x)) return { x, other };
  return undefined;
}

/** A convolution with its filters scaled and shifted, each by one number. */
function scaledFilters(x: Value<ConvAttributes>, scale: Value | undefined, shift: Value | undefined): Value {
  const [input, weights, bias] = x.inputs;
  const filters = x.shape[1];
  const factor = scale && reshape(scale, [filters]);
  const scaledBias = bias && factor ? mul(bias, factor) : bias;
  const offset = shift && reshape(shift, [filters]);
  return conv2d(
    input,
    factor ? mul(weights, reshape(factor, [filters, 1, 1, 1])) : weights,
    scaledBias && offset ? add(scaledBias, offset) : (scaledBias ?? offset),
    x.attributes,
  );
}

/**
 * Batch normalization by running statistics goes into the weights and bias of the convolution before it: two passes
 * over the activations less, and as many of the gradient.
 */
const normalizeFilters: Rule = (value, isShared) => {
  if (!isA(scaleShiftOp, value)) return undefined;
  const [x, scale, shift, addend] = value.inputs;
  if (!isA(conv2dOp, x) || isShared(x) || addend || dependsOnInput(scale) || dependsOnInput(shift))
    return undefined;
  return scaledFilters(x, scale, shift);
};

/** The same where it was written as a product and a sum. */
const scaleFilters: Rule = (value, isShared) => {
  const found = isA(mulOp, value) && convolutionAnd(value, isShared);
  return found ? scaledFilters(found.x, found.other, undefined) : undefined;
};

const shiftBias: Rule = (value, isShared) => {
  const found = isA(addOp, value) && convolutionAnd(value, isShared);
  return found ? scaledFilters(found.x, undefined, found.other) : undefined;
};

const rules: readonly Rule[] = [
  activatePooled,
  transposeBytes,
  shiftFirst,
  scaleWeights,
  normalizeFilters,
  scaleFilters,
  shiftBias,
];

/**
 * The same outputs, computed more cheaply. To be called on the outputs of a forward pass before `gradients`, so that
 * the gradients are those of the cheaper form.
 */
export function simplify(outputs: readonly Value[]): Value[] {
  return rewrite(outputs, rules);
}
