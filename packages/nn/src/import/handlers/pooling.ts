import { averagePool2d, maxPool2d, reduceMean } from "../../ops/index.ts";
import type { Handler } from "../handler.ts";
import type { NodeReader } from "../node.ts";
import { type ReadWindow, readWindow, windowFrom } from "./convolution.ts";

/**
 * The window with `ceil_mode` written as more pads at the end: a last window that begins in the picture or its first
 * pads counts, though it reaches beyond.
 */
function withCeil(node: NodeReader, { kernel, strides, pads, dilations }: ReadWindow): ReadWindow {
  const { sample } = node.picture(0);
  const more = ([0, 1] as const).map((axis) => {
    const [extent, stride] = [sample[axis + 1], strides[axis]];
    const reach = dilations[axis] * (kernel[axis] - 1) + 1;
    const room = extent + pads[axis] + pads[axis + 2] - reach;
    const last = Math.ceil(room / stride) * stride;
    return last >= extent + pads[axis] ? 0 : Math.max(0, last - room);
  });
  return {
    kernel,
    strides,
    dilations,
    pads: [pads[0], pads[1], pads[2] + more[0], pads[3] + more[1]],
  };
}

function poolWindow(node: NodeReader): { window: ReadWindow; grown: boolean } {
  if (!node.has("kernel_shape")) node.fail("it has no kernel_shape");
  const window = readWindow(node, node.pair("kernel_shape", [1, 1]));
  if (node.int("ceil_mode", 0) === 0) return { window, grown: false };
  const wider = withCeil(node, window);
  return { window: wider, grown: wider.pads.join() !== window.pads.join() };
}

/** Handlers of poolings, by their name in ONNX. */
export const poolings: Readonly<Record<string, Handler>> = {
  MaxPool: {
    read(node) {
      if (node.outputs[1]) node.fail("the places of its maxima (its second output) are not supported");
      if (node.int("storage_order", 0) !== 0) node.fail("storage_order 1 is not supported");
      return { inputs: [node.picture(0)], attributes: { ...poolWindow(node).window } };
    },
    apply([x], { attributes }) {
      const { kernel, ...window } = windowFrom(attributes);
      return maxPool2d(x, kernel, window);
    },
  },
  AveragePool: {
    read(node) {
      const { window, grown } = poolWindow(node);
      const countPads = node.int("count_include_pad", 0) === 1;
      if (grown && countPads)
        node.fail(
          "ceil_mode together with count_include_pad is not supported where windows reach beyond the pads",
        );
      return { inputs: [node.picture(0)], attributes: { ...window, countPads } };
    },
    apply([x], { attributes }) {
      const { kernel, ...window } = windowFrom(attributes);
      return averagePool2d(x, kernel, { ...window, countPads: attributes.countPads === true });
    },
  },
  GlobalAveragePool: {
    read: (node) => ({ inputs: [node.picture(0)] }),
    apply: ([x]) => reduceMean(x, [2, 3], true),
  },
  GlobalMaxPool: {
    read(node) {
      const x = node.picture(0);
      return { inputs: [x], attributes: { kernel: [x.sample[1], x.sample[2]] } };
    },
    apply: ([x]) => maxPool2d(x, [x.shape[2], x.shape[3]]),
  },
};
