import { AumentoError } from "../errors.ts";
import { normalizeValues } from "../ops/normalize-values.ts";
import { choice, fill, nullable, number } from "../params.ts";
import { defineTransform } from "../transform.ts";

const asList = (value: number | readonly number[]) => (typeof value === "number" ? [value] : value);

/** Makes float32 numbers of the picture's values: (x / max - mean) / std, or by the picture's own statistics. */
export const normalize = defineTransform({
  name: "Normalize",
  doc: "Makes float32 numbers of the picture's values: (x / max - mean) / std, or by the picture's own statistics.",
  targets: "image",
  p: 1,
  params: {
    mean: nullable(fill({}), {
      default: [0.485, 0.456, 0.406],
      doc: "As a share of the largest value; for standard.",
    }),
    std: nullable(fill({}), {
      default: [0.229, 0.224, 0.225],
      doc: "As a share of the largest value; for standard.",
    }),
    maxPixelValue: nullable(number({ above: 0 }), { default: 255, doc: "The largest value; for standard." }),
    normalization: choice(["standard", "image", "image_per_channel", "min_max", "min_max_per_channel"], {
      default: "standard",
      doc: "By constants; by mean and deviation of the picture or of each channel; by smallest and largest value of either.",
    }),
  },
  validate({ mean, std, maxPixelValue, normalization }) {
    if (mean === null || std === null || (maxPixelValue === null && normalization === "standard")) {
      throw new AumentoError(
        "invalid-parameter",
        "Normalize: expected mean, std and (for standard) maxPixelValue, got null",
      );
    }
    if (asList(std).includes(0)) {
      throw new AumentoError("invalid-parameter", "Normalize.std: expected numbers other than 0, got 0");
    }
  },
  outcomes: 1,
  sample({ mean, std, maxPixelValue, normalization }) {
    if (normalization !== "standard") return [normalizeValues({ kind: normalization })];
    return [
      normalizeValues({
        kind: "standard",
        mean: asList(mean!), // validate has seen to it that there are all three
        std: asList(std!),
        maxPixelValue: maxPixelValue!,
      }),
    ];
  },
});
