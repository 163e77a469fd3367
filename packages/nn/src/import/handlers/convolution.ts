import { conv2d, type Pads, type Pair, samePads } from "../../ops/index.ts";
import { sizeOf } from "../../tensor.ts";
import type { Attributes, Handler } from "../handler.ts";
import type { NodeReader } from "../node.ts";

/** Attributes that a window of a convolution or pooling has in a layer's configuration. */
export type ReadWindow = {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly pads: Pads;
  readonly dilations: Pair;
};

/** The window of a Conv or pooling node, `auto_pad` written out. */
export function readWindow(node: NodeReader, kernel: Pair): ReadWindow {
  const { sample } = node.picture(0);
  const strides = node.pair("strides", [1, 1]);
  const dilations = node.pair("dilations", [1, 1]);
  const mode = node.text("auto_pad", "NOTSET");
  const pads = node.ints("pads") ?? [0, 0, 0, 0];
  if (pads.length !== 4 || pads.some((width) => width < 0))
    node.fail(`pads must be four widths of at least 0, got [${pads}]`);
  const [top, left, bottom, right] = pads;
  const window = { kernel, strides, dilations };
  if (mode === "NOTSET") return { ...window, pads: [top, left, bottom, right] };
  if (mode === "VALID") return { ...window, pads: [0, 0, 0, 0] };
  const [before, beforeX, after, afterX] = samePads([1, ...sample], kernel, strides, dilations);
  if (mode === "SAME_UPPER") return { ...window, pads: [before, beforeX, after, afterX] };
  if (mode === "SAME_LOWER") return { ...window, pads: [after, afterX, before, beforeX] };
  return node.fail(`unknown auto_pad "${mode}"`);
}

/** The window again, from a configuration that `readWindow` wrote. */
export function windowFrom(attributes: Attributes): ReadWindow {
  // The configuration is written by `readWindow` alone; the ops check what is in it.
  return attributes as ReadWindow;
}

/** Convolution of pictures. */
export const convolution: Handler = {
  read(node) {
    const x = node.picture(0);
    const kernel = node.needFloats(1, "its kernel");
    const bias = node.floats(2, "its bias");
    if (kernel.shape.length !== 4) node.fail(`expected a kernel of four axes, got ${kernel.shape.length}`);
    const groups = node.int("group", 1);
    const window = readWindow(node, [kernel.shape[2], kernel.shape[3]]);
    return {
      inputs: [x],
      attributes: { ...window, groups },
      weights: {
        kernel: { constant: kernel, isKernel: true },
        ...(bias && sizeOf(bias.shape) > 0 ? { bias: { constant: bias } } : {}),
      },
    };
  },
  apply([x], { attributes, weight }) {
    const { strides, pads, dilations } = windowFrom(attributes);
    const groups = Number(attributes.groups);
    return conv2d(x, weight("kernel")!, weight("bias"), { strides, pads, dilations, groups });
  },
};
