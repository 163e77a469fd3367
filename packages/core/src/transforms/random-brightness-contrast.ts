import { brightenByMean, withinRange } from "../ops/brighten-by-mean.ts";
import { pointwise } from "../ops/pointwise.ts";
import { boolean, range } from "../params.ts";
import { defineTransform } from "../transform.ts";

/** Changes brightness and contrast by random amounts. */
export const randomBrightnessContrast = defineTransform({
  name: "RandomBrightnessContrast",
  doc: "Changes brightness and contrast by random amounts.",
  targets: "image",
  params: {
    brightnessLimit: range({
      default: [-0.2, 0.2],
      scalar: "symmetric",
      doc: "Brightness is shifted by this share of the full range, or of the mean.",
    }),
    contrastLimit: range({
      default: [-0.2, 0.2],
      scalar: "symmetric",
      doc: "Values are multiplied by one and this.",
    }),
    brightnessByMax: boolean({
      default: true,
      doc: "Whether brightness is a share of the full range (true) or of the picture's mean (false).",
    }),
    ensureSafeRange: boolean({
      default: false,
      doc: "Whether both are reduced until no value leaves the range.",
    }),
  },
  sample(params, rng) {
    const factor = 1 + rng.uniform(params.contrastLimit);
    const share = rng.uniform(params.brightnessLimit);
    if (!params.brightnessByMax) {
      return [brightenByMean({ factor, share, safe: params.ensureSafeRange })];
    }
    const linear = params.ensureSafeRange ? withinRange(factor, share) : { factor, term: share };
    return [pointwise({ functions: [{ kind: "linear", ...linear }] })];
  },
});
