import { separableConvolution } from "../ops/separable-convolution.ts";
import { windowRange } from "../params/window.ts";
import { oddSize, oddSizes } from "../pixels/odd.ts";
import { defineTransform } from "../transform.ts";

/** Blurs with a box of a random size. */
export const blur = defineTransform({
  name: "Blur",
  doc: "Blurs with a box of a random size.",
  targets: "image",
  params: { blurLimit: windowRange({ default: [3, 7], doc: "Side of the box in pixels." }) },
  outcomes: ({ blurLimit }) => oddSizes(blurLimit),
  sample(params, rng) {
    const size = oddSize(rng, params.blurLimit);
    // Ones and one division at the end: the sums are whole numbers, so that only the last step rounds.
    const weights = new Array<number>((size + 1) / 2).fill(1);
    return [separableConvolution({ weights, scale: 1 / size ** 2 })];
  },
});
