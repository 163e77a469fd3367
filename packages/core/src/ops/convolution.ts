import { defineOp, type OpFactory } from "../op.ts";
import { convolve } from "../pixels/convolve.ts";
import { REFLECT_101, surround } from "../pixels/surround.ts";

/** A square kernel of odd size, row by row from the top. */
export interface ConvolutionParams {
  readonly kernel: readonly number[];
}

/** Every value becomes a weighted sum of its neighbourhood (a correlation: the kernel is not turned round). */
export const convolution: OpFactory<ConvolutionParams> = defineOp({
  name: "convolution",
  masks: false,
  reference: ({ kernel }, image) => convolve(image, kernel),
  kernel: {
    run({ kernel }, call) {
      const { output, kernels } = call;
      const size = Math.sqrt(kernel.length);
      const source = surround(call, (size - 1) / 2, REFLECT_101);
      const weights = call.write(Float32Array.from(kernel));
      kernels.convolve(source, output.pointer, output.width, output.height, output.channels, weights, size);
    },
  },
});
