import { convolution } from "../ops/convolution.ts";
import { unsharp } from "../ops/unsharp.ts";
import { windowSize } from "../params/window.ts";
import { choice, number, range } from "../params.ts";
import { gaussianWeights, gaussianWeights256 } from "../pixels/convolve.ts";
import { defineTransform } from "../transform.ts";

/** Sharpens by a random amount, by a kernel or by the difference to a blurred picture. */
export const sharpen = defineTransform({
  name: "Sharpen",
  doc: "Sharpens by a random amount.",
  targets: "image",
  params: {
    alpha: range({ default: [0.2, 0.5], min: 0, max: 1, doc: "Share of the sharpened picture." }),
    lightness: range({ default: [0.5, 1], min: 0, doc: "Added to the kernel's centre; for kernel." }),
    method: choice(["kernel", "gaussian"], {
      default: "kernel",
      doc:
        "A 3 x 3 kernel, or the difference to a Gaussian blur. For gaussian Albumentations 2.0.8 lets the difference " +
        "wrap round in uint8 pictures, so that edges come out white; here it does not, and results differ on purpose.",
    }),
    kernelSize: windowSize({ default: 5, doc: "Size of the blur; for gaussian." }),
    sigma: number({ default: 1, above: 0, doc: "Standard deviation of the blur; for gaussian." }),
  },
  sample(params, rng, { shape }) {
    const alpha = rng.uniform(params.alpha);
    if (params.method === "gaussian") {
      const { sigma, kernelSize } = params;
      // OpenCV blurs whole numbers with weights of whole 1/256, in both directions.
      if (shape.dtype === "float32") {
        return [unsharp({ weights: gaussianWeights(sigma, kernelSize), scale: 1, amount: alpha })];
      }
      return [unsharp({ weights: gaussianWeights256(sigma, kernelSize), scale: 2 ** -16, amount: alpha })];
    }
    const centre = 1 - alpha + alpha * (8 + rng.uniform(params.lightness));
    return [convolution({ kernel: Array.from({ length: 9 }, (_, k) => (k === 4 ? centre : -alpha)) })];
  },
});
