import type { Emitter } from "../ir/emitter.ts";
import type { Shape } from "../ir/value.ts";
import { blockedDomain } from "./blocked-conv.ts";
import type { ConvAttributes } from "./conv2d.ts";
import { leftOver } from "./window.ts";

/** True where each channel has a filter of its own. */
export const isDepthwise = ([, channels]: Shape, groups: number): boolean => channels === 1 && groups > 1;

/**
 * The weight gradient of a depthwise convolution is one, too: x of one picture and channel slides under the gradient dy
 * of the same, stride and dilation exchanged; pictures and channels together are its channels. Then the pictures are
 * summed. In blocks neither x nor dy has to be laid anew for that: dy lies as such a convolution's weights do.
 */
export function emitDepthwise(
  emitter: Emitter,
  [x, dy]: readonly string[],
  { inputShape, outputShape, weightShape }: Record<"inputShape" | "outputShape" | "weightShape", Shape>,
  { strides, pads, dilations }: ConvAttributes,
  block?: number,
): string {
  const [batch, channels, height, width] = inputShape;
  const [filters, , kernelHeight, kernelWidth] = weightShape;
  const [, , rows, columns] = outputShape;
  const left = leftOver(inputShape, outputShape, [kernelHeight, kernelWidth], { strides, pads, dilations });
  // What the strides never reached is not to be met: fewer pads, and where these do not suffice, less of x.
  const excess = left.map((rest, axis) => Math.max(0, rest - pads[2 + axis]));
  const attributes = {
    kernel_shape: [rows, columns],
    strides: dilations,
    pads: [pads[0], pads[1], pads[2] - (left[0] - excess[0]), pads[3] - (left[1] - excess[1])],
    dilations: strides,
    group: batch * channels,
  };
  const slides = emitter.node(
    "Conv",
    [
      emitter.reshape(x, [1, batch * channels, height, width]),
      emitter.reshape(dy, [batch * channels, 1, rows, columns]),
    ],
    attributes,
    block === undefined ? "" : blockedDomain,
  );
  const made = [kernelHeight, kernelWidth].map(
    (size, axis) => size + Math.floor(excess[axis] / dilations[axis]),
  );
  const view = block === undefined ? [batch, channels, ...made] : [batch, channels / block, ...made, block];
  const sum = emitter.node("ReduceSum", [emitter.reshape(slides, view), emitter.integers([0])], {
    keepdims: 0,
  });
  const whole = block === undefined ? sum : emitter.transpose(sum, [0, 3, 1, 2]);
  const placed = emitter.reshape(whole, [filters, 1, ...made]);
  if (made[0] === kernelHeight && made[1] === kernelWidth) return placed;
  return emitter.node("Slice", [
    placed,
    emitter.integers([0, 0]),
    emitter.integers([kernelHeight, kernelWidth]),
    emitter.integers([2, 3]),
  ]);
}
