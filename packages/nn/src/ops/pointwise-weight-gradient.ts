import type { Emitter } from "../ir/emitter.ts";
import type { Shape } from "../ir/value.ts";
import { blockedDomain } from "./blocked-conv.ts";
import type { ConvAttributes } from "./conv2d.ts";

/**
 * True where the weight gradient of a 1 × 1 convolution is better one product over all pictures than one for each and
 * their sum: with many channels and few places the products are larger than what they are made of.
 */
export function isOneProduct(
  weightShape: Shape,
  outputShape: Shape,
  { groups, strides, pads }: ConvAttributes,
): boolean {
  const [filters, channels, kernelHeight, kernelWidth] = weightShape;
  const [, , height, width] = outputShape;
  const pointwise = kernelHeight * kernelWidth * strides[0] * strides[1] === 1 && !pads.some(Boolean);
  return groups === 1 && pointwise && 2 * filters * channels > height * width * (filters + channels);
}

/** dyᵀ · x, each a matrix of places of all pictures and channels; in blocks that is one reordering of each. */
export function emitOneProduct(
  emitter: Emitter,
  [x, dy]: readonly string[],
  weightShape: Shape,
  [batch, , height, width]: Shape,
  block?: number,
): string {
  const [filters, channels] = weightShape;
  const places = batch * height * width;
  const matrix = (name: string, count: number) => {
    const last =
      block === undefined
        ? emitter.transpose(name, [0, 2, 3, 1])
        : emitter.node("ReorderOutput", [name], { channels: count, channels_last: 1 }, blockedDomain);
    return emitter.reshape(last, [places, count]);
  };
  const [left, right] = [matrix(dy, filters), matrix(x, channels)];
  const product = emitter.contributed
    ? emitter.node("FusedMatMul", [left, right], { transA: 1 }, "com.microsoft")
    : emitter.node("MatMul", [emitter.transpose(left, [1, 0]), right]);
  return emitter.reshape(product, weightShape);
}
