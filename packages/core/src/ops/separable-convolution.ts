import { defineOp, type OpFactory } from "../op.ts";
import { convolveSeparable } from "../pixels/convolve.ts";
import { runSeparable } from "../pixels/surround.ts";

/** A symmetric kernel, its weights from the centre outwards, and a factor for the result. */
export interface SeparableConvolutionParams {
  readonly weights: readonly number[];
  readonly scale: number;
}

/** Convolution with the same symmetric kernel along rows and along columns: box and Gaussian blurs. */
export const separableConvolution: OpFactory<SeparableConvolutionParams> = defineOp({
  name: "separableConvolution",
  masks: false,
  identity: ({ weights, scale }) => weights.length === 1 && weights[0] ** 2 * scale === 1,
  reference: ({ weights, scale }, image) => convolveSeparable(image, weights, scale),
  kernel: {
    run: ({ weights, scale }, call) => runSeparable(call, weights, scale, call.output.pointer),
  },
});
