import { AumentoError } from "../errors.ts";
import { fillHoles, type Hole } from "../ops/fill-holes.ts";
import { dropFill } from "../params/drop-fill.ts";
import { fill, nullable, range } from "../params.ts";
import { checkFill } from "../pixels/hole-checks.ts";
import type { Rng } from "../random.ts";
import { defineTransform } from "../transform.ts";

/** A hole's extent along one side of the picture: pixels, or a share of it. */
function extent(
  rng: Rng,
  [low, high]: readonly [number, number],
  side: number,
  inPixels: boolean,
  where: string,
) {
  if (!inPixels) return Math.trunc(side * rng.uniform(low, high));
  const smallest = Math.trunc(low);
  const largest = Math.trunc(Math.min(high, side));
  if (smallest > largest) {
    throw new AumentoError(
      "invalid-parameter",
      `CoarseDropout.${where}: expected at most the picture's extent, ${side}, got [${low}, ${high}]`,
    );
  }
  return rng.integer(smallest, largest);
}

/** Fills random rectangles. */
export const coarseDropout = defineTransform({
  name: "CoarseDropout",
  doc: "Fills random rectangles.",
  targets: "all",
  params: {
    numHolesRange: range({ default: [1, 2], min: 1, integer: true, doc: "Number of rectangles." }),
    holeHeightRange: range({
      default: [0.1, 0.2],
      min: 0,
      doc: "Height in pixels, or, where both numbers are below 1, as a share of the picture's.",
    }),
    holeWidthRange: range({
      default: [0.1, 0.2],
      min: 0,
      doc: "Width, in pixels or as a share of the picture's: whichever the height is in.",
    }),
    fill: dropFill({
      default: 0,
      doc: 'A number, one a channel, "random" (every value), "random_uniform" (a colour a hole), or painted over from the surroundings.',
    }),
    fillMask: nullable(fill({ default: 0 }), { default: null, doc: "For masks; null leaves them alone." }),
  },
  sample(params, rng, { shape }) {
    checkFill("CoarseDropout", params.fill, shape);
    const inPixels = params.holeHeightRange[1] >= 1;
    const holes = Array.from({ length: rng.integer(params.numHolesRange) }, (): Hole => {
      const height = extent(rng, params.holeHeightRange, shape.height, inPixels, "holeHeightRange");
      const width = extent(rng, params.holeWidthRange, shape.width, inPixels, "holeWidthRange");
      const top = rng.integer(0, shape.height - height);
      const left = rng.integer(0, shape.width - width);
      return [left, top, left + width, top + height];
    });
    return [fillHoles({ holes, fill: params.fill, fillMask: params.fillMask, key: rng.noiseKey() })];
  },
});
