import { separableConvolution } from "../ops/separable-convolution.ts";
import { range } from "../params.ts";
import { gaussianWeights } from "../pixels/convolve.ts";
import { defineTransform } from "../transform.ts";

/** Blurs with a Gaussian of random width. */
export const gaussianBlur = defineTransform({
  name: "GaussianBlur",
  doc: "Blurs with a Gaussian of random width.",
  targets: "image",
  params: {
    blurLimit: range({
      default: 0,
      scalar: 0,
      min: 0,
      integer: true,
      doc: "Size of the kernel; 0: seven standard deviations. Even sizes become the next odd one.",
    }),
    sigmaLimit: range({
      default: [0.5, 3],
      scalar: 0,
      min: 0,
      doc: "Standard deviation in pixels; 0 does nothing.",
    }),
  },
  sample(params, rng) {
    const sigma = rng.uniform(params.sigmaLimit);
    const drawn = rng.integer(params.blurLimit);
    const size = drawn === 0 ? Math.trunc(sigma * 3.5) * 2 + 1 : drawn;
    if (sigma === 0) return [];
    return [
      separableConvolution({ weights: gaussianWeights(sigma, size % 2 === 0 ? size + 1 : size), scale: 1 }),
    ];
  },
});
