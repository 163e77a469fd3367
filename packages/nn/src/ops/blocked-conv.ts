import type { Emitter } from "../ir/emitter.ts";
import { type Layout, type Shape, sizeOf } from "../ir/value.ts";

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
    // The filters of a block as its channels, all else as places: a reordering that the runtime does several times as
    // fast as a transpose, and what is left to do stays within one pair of blocks, in the core's cache.
    const places = height * width;
    const pairs = (filters / block) * (channels / block);
    const seen = emitter.reshape(weights, [filters / block, block, channels, places]);
    const filtersLast = emitter.node("ReorderInput", [seen], {}, blockedDomain);
    if (places === 1) return emitter.reshape(filtersLast, shape);
    const cut = emitter.reshape(filtersLast, [pairs, block, places, block]);
    return emitter.reshape(emitter.transpose(cut, [0, 2, 1, 3]), shape);
  }
  const cut = emitter.reshape(weights, [filters / block, block, channels, height, width]);
  return emitter.reshape(emitter.transpose(cut, [0, 2, 3, 4, 1]), shape);
}

export interface BlockedWindow {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

/** Weights that stay in a core's cache while pictures pass, and pictures so small that it matters. */
const cachedWeights = 2 ** 19;
const fewPlaces = 64;

/** Into how many parts the filters of a convolution are cut, each with weights that fit into the cache. */
function partsOf([filters, ...kernel]: Shape, places: number, block: number): number {
  if (places > fewPlaces) return 1;
  let parts = 1;
  while (sizeOf([filters, ...kernel]) / parts > cachedWeights && (filters / block) % (4 * 2 * parts) === 0)
    parts *= 2;
  return parts;
}

/** Writes a convolution in blocks; `inputs` are x in the layout of `inputLayout`, plain weights and maybe a bias. */
export function emitBlockedConv(
  emitter: Emitter,
  [x, weights, ...bias]: readonly string[],
  weightShape: Shape,
  window: BlockedWindow,
  block: number,
  output: Shape,
): string {
  const form = blockedConv(weightShape, window.groups, block)!;
  const laid = layWeights(emitter, weights, weightShape, form, block);
  return emitLaidConv(emitter, [x, laid, ...bias], weightShape, window, block, output);
}

/** The same with weights that lie in blocks. */
export function emitLaidConv(
  emitter: Emitter,
  [x, ...weightAndBias]: readonly string[],
  weightShape: Shape,
  { strides, pads, dilations, groups }: BlockedWindow,
  block: number,
  output: Shape,
): string {
  const attributes = { kernel_shape: weightShape.slice(2), strides, pads, dilations, group: groups };
  const parts = groups === 1 ? partsOf(weightShape, output[2] * output[3], block) : 1;
  if (parts === 1) return emitter.node("Conv", [x, ...weightAndBias], attributes, blockedDomain);
  const filters = weightShape[0] / parts;
  const outputs = Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part * filters, (part + 1) * filters].map((at) => emitter.integers([at]));
    const own = weightAndBias.map((name) => emitter.node("Slice", [name, from, to, emitter.integers([0])]));
    return emitter.node("Conv", [x, ...own], attributes, blockedDomain);
  });
  return emitter.node("Concat", outputs, { axis: 1 });
}
