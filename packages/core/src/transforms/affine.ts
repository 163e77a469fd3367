import { AumentoError, show } from "../errors.ts";
import { affineMatrix, cornerCentre, fitMatrix, pixelCentre } from "../geometry/affine.ts";
import type { Matrix } from "../geometry/matrix.ts";
import { affineFields, affineWarp } from "../ops/affine-warp.ts";
import { axisRanges } from "../params/axes.ts";
import { boolean, nullable, type Range, range } from "../params.ts";
import type { Rng } from "../random.ts";
import { defineTransform } from "../transform.ts";

/** A factor from the range; `balanced` draws from the part below 1 and the part above 1 with equal probability. */
function drawScale(limits: Range, balanced: boolean, rng: Rng): number {
  if (!balanced) return rng.uniform(limits);
  const parts: Range[] = [];
  if (limits[0] < 1) parts.push([limits[0], 1]);
  if (limits[1] > 1) parts.push([1, limits[1]]);
  return parts.length > 0 ? rng.uniform(rng.choice(parts)) : 1;
}

/** Scales, rotates, shears and shifts. */
export const affine = defineTransform({
  name: "Affine",
  doc: "Scales, rotates, shears and shifts by random amounts.",
  targets: "all",
  params: {
    scale: axisRanges({ default: [1, 1], missing: 1, above: 0, doc: "Factor, for both axes or for each." }),
    translatePercent: nullable(axisRanges({ missing: 0 }), {
      default: null,
      doc: "Shift as a fraction of the width and height. Not together with translatePx.",
    }),
    translatePx: nullable(axisRanges({ missing: 0 }), {
      default: null,
      doc: "Shift in whole pixels. Not together with translatePercent.",
    }),
    rotate: range({
      default: 0,
      scalar: "same",
      sort: true,
      doc: "Range of the angle in degrees, counter-clockwise; a number v means exactly v.",
    }),
    shear: axisRanges({
      default: [0, 0],
      missing: 1,
      doc: "Degrees. An object with one axis shears the other by 1 degree, as Albumentations 2.0.8 does.",
    }),
    ...affineFields,
    fitOutput: boolean({
      default: false,
      doc: "Whether the result grows or shrinks to hold all of the picture.",
    }),
    keepRatio: boolean({ default: false, doc: "Whether both axes take the same factor." }),
    balancedScale: boolean({
      default: false,
      doc: "Whether shrinking and enlarging are equally probable, whatever the range.",
    }),
  },
  validate({ scale, keepRatio, translatePercent, translatePx }) {
    if (translatePercent !== null && translatePx !== null) {
      throw new AumentoError(
        "invalid-parameter",
        "Affine: expected translatePercent or translatePx, got both",
      );
    }
    if (keepRatio && (scale.x[0] !== scale.y[0] || scale.x[1] !== scale.y[1])) {
      throw new AumentoError(
        "invalid-parameter",
        `Affine.scale: expected the same range for x and y because keepRatio is set, got ${show(scale)}`,
      );
    }
  },
  sample(params, rng, { shape }) {
    const { translatePx, translatePercent } = params;
    const shift = (axis: "x" | "y", extent: number) => {
      if (translatePx) return rng.integer(Math.trunc(translatePx[axis][0]), Math.trunc(translatePx[axis][1]));
      return translatePercent ? Math.trunc(rng.uniform(translatePercent[axis]) * extent) : 0;
    };
    const translate = { x: shift("x", shape.width), y: shift("y", shape.height) };
    const shear = { x: -rng.uniform(params.shear.x), y: -rng.uniform(params.shear.y) };
    const scaleX = drawScale(params.scale.x, params.balancedScale, rng);
    const scaleY = drawScale(params.scale.y, params.balancedScale, rng);
    const scale = { x: scaleX, y: params.keepRatio ? scaleX : scaleY };
    const steps = { translate, shear, scale, rotate: rng.uniform(params.rotate) };
    const matrix = affineMatrix(steps, pixelCentre(shape));
    const boxMatrix = affineMatrix(steps, cornerCentre(shape));
    const fit = (m: Matrix) => (params.fitOutput ? fitMatrix(m, shape) : { matrix: m, ...shape });
    const fitted = fit(matrix);
    return affineWarp(params, {
      matrix: fitted.matrix,
      boxMatrix: fit(boxMatrix).matrix,
      scale: Math.max(scale.x, scale.y),
      width: fitted.width,
      height: fitted.height,
    });
  },
});
