import { addGaussNoise } from "../ops/add-gauss-noise.ts";
import { boolean, number, range } from "../params.ts";
import { defineTransform } from "../transform.ts";

/** Adds normally distributed noise of random strength. */
export const gaussNoise = defineTransform({
  name: "GaussNoise",
  doc: "Adds normally distributed noise of random strength.",
  targets: "image",
  params: {
    stdRange: range({
      default: [0.2, 0.44],
      min: 0,
      max: 1,
      doc: "Standard deviation as a share of the full range.",
    }),
    meanRange: range({ default: [0, 0], min: -1, max: 1, doc: "Mean as a share of the full range." }),
    perChannel: boolean({ default: true, doc: "Whether each channel has its own noise." }),
    noiseScaleFactor: number({
      default: 1,
      above: 0,
      max: 1,
      doc: "Below 1 the noise is made for a smaller picture and enlarged: coarser and faster.",
    }),
  },
  sample(params, rng) {
    const deviation = rng.uniform(params.stdRange);
    const mean = rng.uniform(params.meanRange);
    const { perChannel, noiseScaleFactor: scale } = params;
    return [addGaussNoise({ mean, deviation, perChannel, scale, key: rng.noiseKey() })];
  },
});
