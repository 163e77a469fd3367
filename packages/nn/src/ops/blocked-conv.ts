import type { Emitter } from "../ir/emitter.ts";
import type { Layout, Shape } from "../ir/value.ts";

/** The runtime's domain of ops on tensors that lie in blocks of channels (NCHWc). */
export const blockedDomain = "com.microsoft.nchwc";

/** How weights [out, in / groups, kh, kw] can be used in blocks: input laid in blocks, as it is, or channel by channel. */
type BlockedConv = "blocked" | "few" | "depthwise";

/** The form of a blocked convolution for these channels, or undefined where there is none. */
export function blockedConv(weights: Shape, groups: number, block: number): BlockedConv | undefined {
  const [filters, channels] = weights;
  if (filters % block !== 0) return undefined;
  if (groups === 1) {
    if (channels < block) return "few";
    return channels % block === 0 ? "blocked" : undefined;
  }
  return channels === 1 && groups === filters ? "depthwise" : undefined;
}

/** Layout that the convolution wants its input in. */
export function inputLayout(form: BlockedConv): Layout {
  return form === "few" ? "plain" : "blocked";
}

/**
 * Lays weights as blocked convolutions read them. O, I are blocks, o, i places in them: OIHW becomes OI-HW-io, or
 * OI-HW-o where the input has fewer channels than a block or each channel its own filter.
 */
function layWeights(
  emitter: Emitter,
  weights: string,
  shape: Shape,
  form: BlockedConv,
  block: number,
): string {
  const [filters, channels, height, width] = shape;
  if (form === "blocked") {
    const cut = emitter.reshape(weights, [filters / block, block, channels / block, block, height, width]);
    return emitter.reshape(emitter.transpose(cut, [0, 2, 4, 5, 3, 1]), shape);
  }
  const cut = emitter.reshape(weights, [filters / block, block, channels, height, width]);
  return emitter.reshape(emitter.transpose(cut, [0, 2, 3, 4, 1]), shape);
}

/**
 * Lays weights as a blocked convolution reads them that has their inputs and outputs exchanged: at once, because each
 * transposition of many small pieces takes as long as a small convolution.
 */
export function layExchanged(emitter: Emitter, weights: string, shape: Shape, block: number): string {
  const [filters, channels, height, width] = shape;
  const cut = emitter.reshape(weights, [filters / block, block, channels / block, block, height, width]);
  return emitter.reshape(emitter.transpose(cut, [2, 0, 4, 5, 1, 3]), [channels, filters, height, width]);
}

export interface BlockedWindow {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

/** Writes a convolution in blocks; `inputs` are x in the layout of `inputLayout`, plain weights and maybe a bias. */
export function emitBlockedConv(
  emitter: Emitter,
  [x, weights, ...bias]: readonly string[],
  weightShape: Shape,
  { strides, pads, dilations, groups }: BlockedWindow,
  block: number,
): string {
  const form = blockedConv(weightShape, groups, block)!;
  const laid = layWeights(emitter, weights, weightShape, form, block);
  return emitLaidConv(emitter, [x, laid, ...bias], weightShape, { strides, pads, dilations, groups });
}

/** The same with weights that lie in blocks. */
export function emitLaidConv(
  emitter: Emitter,
  inputs: readonly string[],
  weightShape: Shape,
  { strides, pads, dilations, groups }: BlockedWindow,
): string {
  const attributes = { kernel_shape: weightShape.slice(2), strides, pads, dilations, group: groups };
  return emitter.node("Conv", inputs, attributes, blockedDomain);
}
