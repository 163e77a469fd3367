import type { Emitter } from "../ir/emitter.ts";
import { apply, describe, type Op, type Shape, shapeError, sizeOf, type Value } from "../ir/value.ts";
import { blockedConv, blockedDomain, emitBlockedConv, emitLaidConv, inputLayout } from "./blocked-conv.ts";
import { type ConvAttributes, onnxWindow } from "./conv2d.ts";
import { interleave, type Phases, phasesOf, placesFirst } from "./phases.ts";
import { leftOver, meetsAll, type Pair } from "./window.ts";

type InputGradientAttributes = ConvAttributes & { readonly inputShape: Shape };

/** Weights turned by 180°. */
function turned(emitter: Emitter, weights: string, [, , height, width]: Shape): string {
  if (height === 1 && width === 1) return weights;
  return emitter.node("Slice", [
    weights,
    emitter.integers([height - 1, width - 1]),
    emitter.integers([-height - 1, -width - 1]),
    emitter.integers([2, 3]),
    emitter.integers([-1, -1]),
  ]);
}

/** Weights [out, in / g, kh, kw] turned by 180° with inputs and outputs exchanged: [in, out / g, kh, kw]. */
export function flippedWeights(emitter: Emitter, weights: string, shape: Shape, groups: number): string {
  const [filters, channels, height, width] = shape;
  const flipped = turned(emitter, weights, shape);
  if (groups === 1) return emitter.transpose(flipped, [1, 0, 2, 3]);
  const grouped = emitter.reshape(flipped, [groups, filters / groups, channels, height, width]);
  const exchanged = emitter.transpose(grouped, [0, 2, 1, 3, 4]);
  return emitter.reshape(exchanged, [groups * channels, filters / groups, height, width]);
}

/** Shape of the flipped weights. */
function flippedShape([filters, channels, height, width]: Shape, groups: number): Shape {
  return [channels * groups, filters / groups, height, width];
}

/** Pads of the convolution with flipped weights, or undefined where it is not one of stride 1. */
export function flippedPads(value: Value<InputGradientAttributes>): readonly number[] | undefined {
  const { strides, pads, dilations } = value.attributes;
  if (strides[0] !== 1 || strides[1] !== 1) return undefined;
  const flipped = pads.map((width, i) => dilations[i % 2] * (value.inputs[1].shape[2 + (i % 2)] - 1) - width);
  return flipped.every((width) => width >= 0) ? flipped : undefined;
}

function phases({
  shape,
  inputs: [dy, weights],
  attributes,
}: Value<InputGradientAttributes>): Phases | undefined {
  return phasesOf(shape, dy.shape, [weights.shape[2], weights.shape[3]], attributes);
}

/** A convolution of stride 1 for each phase of the output. */
function emitPhases(
  emitter: Emitter,
  [dy, weights]: readonly string[],
  value: Value<InputGradientAttributes>,
  { rows, columns }: Phases,
  block: number,
): string {
  const [filters, channels, height, width] = value.inputs[1].shape;
  const places = placesFirst(emitter, weights, value.inputs[1].shape);
  const parts = rows.map((row) =>
    columns.map((column) => {
      const taps = row.taps.flatMap((y) => column.taps.map((x) => y * width + x));
      const inOrder = taps.length === height * width && taps.every((tap, i) => tap === i);
      const picked = inOrder ? places : emitter.node("Gather", [places, emitter.integers(taps)], { axis: 0 });
      const cut = emitter.reshape(picked, [taps.length, filters / block, block, channels / block, block]);
      const kernel = [row.taps.length, column.taps.length];
      const laid = emitter.reshape(emitter.transpose(cut, [3, 1, 0, 2, 4]), [channels, filters, ...kernel]);
      const pads = [row.before, column.before, row.after, column.after];
      const window = { strides: [1, 1], pads, dilations: [1, 1], groups: 1 };
      return emitLaidConv(
        emitter,
        [dy, laid],
        [channels, filters, ...kernel],
        window,
        block,
        value.inputs[0].shape,
      );
    }),
  );
  return interleave(emitter, parts, value, block);
}

/** Few channels for each place of the output: all phases together do not make more than two blocks. */
function paysMerged({ shape, inputs: [dy] }: Value, { rows, columns }: Phases, block: number): boolean {
  const alike = [rows, columns].every((phases) =>
    phases.every(({ taps }) => taps.length === phases[0].taps.length),
  );
  const count = rows.length * columns.length;
  return (
    alike && count > 1 && dy.shape[1] % block === 0 && shape[1] % block !== 0 && shape[1] * count <= 2 * block
  );
}

/** All phases as channels of one convolution of stride 1, sorted into the picture afterwards. */
function emitMerged(
  emitter: Emitter,
  [dy, weights]: readonly string[],
  value: Value<InputGradientAttributes>,
  { rows, columns }: Phases,
  block: number,
): string {
  const [filters, channels, , width] = value.inputs[1].shape;
  const taps = rows.flatMap((row) =>
    columns.flatMap((column) => row.taps.flatMap((y) => column.taps.map((x) => y * width + x))),
  );
  const phaseCount = rows.length * columns.length;
  const kernel = [rows[0].taps.length, columns[0].taps.length];
  const tapCount = kernel[0] * kernel[1];
  const places = placesFirst(emitter, weights, value.inputs[1].shape);
  const picked = emitter.node("Gather", [places, emitter.integers(taps)], { axis: 0 });
  const cut = emitter.reshape(picked, [phaseCount, tapCount, filters / block, block, channels]);
  const wanted = phaseCount * channels;
  const blocks = Math.ceil(wanted / block);
  const together = emitter.reshape(emitter.transpose(cut, [2, 1, 3, 0, 4]), [filters * tapCount, wanted]);
  const full = emitter.node("Pad", [together, emitter.integers([0, 0, 0, blocks * block - wanted])]);
  const lined = emitter.reshape(full, [filters * tapCount, blocks, block]);
  const laid = emitter.reshape(emitter.transpose(lined, [1, 0, 2]), [blocks * block, filters, ...kernel]);
  const [before, after] = (["before", "after"] as const).map((side) =>
    [rows, columns].map((phases) => Math.max(...phases.map((phase) => phase[side]))),
  );
  const pads = [...before, ...after];
  const window = { strides: [1, 1], pads, dilations: [1, 1], group: 1, kernel_shape: kernel };
  const convolved = emitter.node("Conv", [dy, laid], window, blockedDomain);
  const whole = emitter.node("ReorderOutput", [convolved], { channels: wanted }, blockedDomain);
  const [batch, , height, breadth] = value.shape;
  const extents = [height / rows.length, breadth / columns.length];
  const parts = rows.flatMap((row, i) =>
    columns.map((column, j) => {
      const channel = (i * columns.length + j) * channels;
      const [top, left] = [before[0] - row.before, before[1] - column.before];
      return emitter.node("Slice", [
        whole,
        emitter.integers([channel, top, left]),
        emitter.integers([channel + channels, top + extents[0], left + extents[1]]),
        emitter.integers([1, 2, 3]),
      ]);
    }),
  );
  const joined = emitter.node("Concat", parts, { axis: 1 });
  // The columns of a line first, then whole lines: in one go the runtime moves element by element.
  const size = channels * sizeOf(extents);
  const columnsApart = emitter.reshape(joined, [batch * rows.length, columns.length, size]);
  const lines = emitter.reshape(emitter.transpose(columnsApart, [0, 2, 1]), [
    batch,
    rows.length,
    channels * extents[0],
    breadth,
  ]);
  return emitter.reshape(emitter.transpose(lines, [0, 2, 1, 3]), value.shape);
}

/** True where the kernel met the whole picture, once. */
function isDense({
  shape,
  inputs: [dy, weights],
  attributes: { groups, pads },
}: Value<InputGradientAttributes>): boolean {
  return groups === 1 && meetsAll(shape, dy.shape, weights.shape, pads);
}

export const conv2dInputGradientOp: Op<InputGradientAttributes> = {
  name: "conv2dInputGradient",
  infer([dy, weights], { inputShape, groups, ...window }) {
    const [filters, channels] = weights.shape;
    const kernel: Pair = [weights.shape[2], weights.shape[3]];
    const rest = leftOver(inputShape, dy.shape, kernel, window);
    const fits = rest.every((left, axis) => left >= 0 && left < window.strides[axis]);
    if (
      dy.shape[1] !== filters ||
      inputShape[1] !== channels * groups ||
      inputShape[0] !== dy.shape[0] ||
      !fits
    ) {
      throw shapeError(
        "conv2dInputGradient",
        `a gradient that belongs to an input [${inputShape.join(", ")}]`,
        `${describe(dy)} with weights ${describe(weights)}`,
      );
    }
    return { shape: inputShape, dtype: "float32" };
  },
  emit(emitter, [dy, weights], value) {
    const { attributes } = value;
    const { shape } = value.inputs[1];
    if (emitter.contributed && isDense(value)) {
      const [filters, ...seen] = shape;
      const [rows, matrix] = [
        emitter.reshape(dy, [value.shape[0], filters]),
        emitter.reshape(weights, [filters, sizeOf(seen)]),
      ];
      return emitter.reshape(emitter.node("MatMul", [rows, matrix]), value.shape);
    }
    const pads = flippedPads(value);
    // A file for other runtimes says what it is: a transposed convolution.
    if (pads && emitter.contributed) {
      const flipped = flippedWeights(emitter, weights, shape, attributes.groups);
      return emitter.node("Conv", [dy, flipped], {
        ...onnxWindow(attributes),
        pads,
        kernel_shape: shape.slice(2),
      });
    }
    return emitter.node("ConvTranspose", [dy, weights], {
      ...onnxWindow(attributes),
      kernel_shape: shape.slice(2),
      output_padding: leftOver(value.shape, value.inputs[0].shape, [shape[2], shape[3]], attributes),
    });
  },
  gradient({ inputs: [dy, weights], attributes }, flow, { conv2d, conv2dWeightGradient }) {
    return [
      conv2d(flow, weights, undefined, attributes),
      conv2dWeightGradient(flow, dy, weights.shape, attributes),
    ];
  },
  blocked: {
    layouts(value, block) {
      if (isDense(value)) return undefined;
      const { groups } = value.attributes;
      const form = blockedConv(flippedShape(value.inputs[1].shape, groups), groups, block);
      const parts = phases(value);
      if (parts && form === "blocked") return { inputs: ["blocked", "plain"], output: "blocked" };
      if (parts && paysMerged(value, parts, block)) return { inputs: ["blocked", "plain"], output: "plain" };
      if (!form || !flippedPads(value)) return undefined;
      return { inputs: [inputLayout(form), "plain"], output: "blocked" };
    },
    emit(emitter, [dy, weights], value, block) {
      const { shape } = value.inputs[1];
      const { groups } = value.attributes;
      const parts = phases(value);
      if (parts && blockedConv(flippedShape(shape, groups), groups, block) === "blocked")
        return emitPhases(emitter, [dy, weights], value, parts, block);
      if (parts && paysMerged(value, parts, block))
        return emitMerged(emitter, [dy, weights], value, parts, block);
      const flipped = flippedWeights(emitter, weights, shape, groups);
      const window = { ...value.attributes, pads: flippedPads(value)! };
      return emitBlockedConv(emitter, [dy, flipped], flippedShape(shape, groups), window, block, value.shape);
    },
  },
};

/**
 * Gradient of a convolution with respect to its input: what `dy`, the gradient of its output, sends back through
 * `weights`. It is also the transposed convolution of `dy`.
 */
export function conv2dInputGradient(
  dy: Value,
  weights: Value,
  inputShape: Shape,
  { strides, pads, dilations, groups }: ConvAttributes,
): Value {
  return apply(conv2dInputGradientOp, [dy, weights], { strides, pads, dilations, groups, inputShape });
}
