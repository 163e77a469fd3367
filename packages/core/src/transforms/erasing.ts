import { roundHalfEven } from "../image.ts";
import { fillHoles } from "../ops/fill-holes.ts";
import { dropFill } from "../params/drop-fill.ts";
import { fill, nullable, range } from "../params.ts";
import { checkFill } from "../pixels/hole-checks.ts";
import { defineTransform } from "../transform.ts";

/**
 * Fills one random rectangle (Zhong et al., "Random Erasing Data Augmentation", 2017). Does nothing where no
 * rectangle of the given areas and aspect ratios fits the picture.
 */
export const erasing = defineTransform({
  name: "Erasing",
  doc: "Fills one random rectangle.",
  targets: "all",
  params: {
    scale: range({ default: [0.02, 0.33], min: 0, doc: "Area as a share of the picture's." }),
    ratio: range({ default: [0.3, 3.3], min: 0, doc: "Width over height." }),
    fill: dropFill({
      default: 0,
      doc: 'A number, one a channel, "random" (every value), "random_uniform" (one colour), or painted over from the surroundings.',
    }),
    fillMask: nullable(fill({ default: 0 }), { default: null, doc: "For masks; null leaves them alone." }),
  },
  sample(params, rng, { shape }) {
    checkFill("Erasing", params.fill, shape);
    const { width, height } = shape;
    const [lowRatio, highRatio] = params.ratio;
    // h = sqrt(area / ratio) and w = sqrt(area ratio) must fit for either end of the range of ratios.
    const smallest = width * height * params.scale[0];
    const largest = Math.min(
      width * height * params.scale[1],
      lowRatio * height ** 2,
      width ** 2 / highRatio,
    );
    if (largest < smallest) return [];
    const area = rng.uniform(smallest, largest);
    const low = Math.max(lowRatio, area / height ** 2);
    const high = Math.min(highRatio, width ** 2 / area);
    if (low > high) return [];
    const ratio = rng.uniform(low, high);
    const holeHeight = roundHalfEven(Math.sqrt(area / ratio));
    const holeWidth = roundHalfEven(Math.sqrt(area * ratio));
    const top = rng.integer(0, height - holeHeight);
    const left = rng.integer(0, width - holeWidth);
    return [
      fillHoles({
        holes: [[left, top, left + holeWidth, top + holeHeight]],
        fill: params.fill,
        fillMask: params.fillMask,
        key: rng.noiseKey(),
      }),
    ];
  },
});
