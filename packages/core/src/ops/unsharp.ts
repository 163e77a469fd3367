import { createImage, dtypeOf, type Image, maxValue, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { convolveSeparable } from "../pixels/convolve.ts";
import { runSeparable } from "../pixels/surround.ts";

/** A blur (as for separableConvolution) and how much of the difference to it is added. */
export interface UnsharpParams {
  readonly weights: readonly number[];
  readonly scale: number;
  readonly amount: number;
}

const { fround } = Math;

function reference(params: UnsharpParams, image: Image): Image {
  const blurred = convolveSeparable(image, params.weights, params.scale);
  const result = createImage(shapeOf(image));
  const dtype = dtypeOf(image.data);
  const top = maxValue(dtype);
  const amount = fround(params.amount);
  for (let i = 0; i < image.data.length; i++) {
    const value = image.data[i];
    const sharp = fround(value + fround(amount * fround(value - blurred.data[i])));
    const clamped = Math.min(Math.max(sharp, 0), top);
    result.data[i] = dtype === "float32" ? clamped : Math.floor(clamped);
  }
  return result;
}

/** x + amount (x - blurred x), cut off to whole numbers. */
export const unsharp: OpFactory<UnsharpParams> = defineOp({
  name: "unsharp",
  masks: false,
  identity: (params) => params.amount === 0,
  reference,
  kernel: {
    run({ weights, scale, amount }, call) {
      const { input, output, kernels } = call;
      runSeparable(call, weights, scale, output.pointer);
      const count = input.width * input.height * input.channels;
      kernels.addDifference(input.pointer, output.pointer, output.pointer, count, amount);
    },
  },
});
