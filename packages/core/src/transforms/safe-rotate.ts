import { type Axes, cornerCentre, pixelCentre } from "../geometry/affine.ts";
import { type Matrix, multiplyAll, scaling, translation } from "../geometry/matrix.ts";
import type { Size } from "../image.ts";
import { affineFields, affineWarp } from "../ops/affine-warp.ts";
import { range } from "../params.ts";
import { defineTransform } from "../transform.ts";

/** Rotation about the centre onto a canvas that holds all of it, in whole pixels, scaled back to the picture's size. */
function safeRotation(degrees: number, centre: Axes, size: Size): { matrix: Matrix; scale: Axes } {
  const angle = degrees * (Math.PI / 180);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const { width, height } = size;
  const canvas = {
    width: Math.trunc(height * Math.abs(sine) + width * Math.abs(cosine)),
    height: Math.trunc(height * Math.abs(cosine) + width * Math.abs(sine)),
  };
  const scale = { x: width / canvas.width, y: height / canvas.height };
  const matrix = multiplyAll(
    scaling(scale.x, scale.y),
    translation(canvas.width / 2, canvas.height / 2),
    [cosine, sine, 0, -sine, cosine, 0, 0, 0, 1],
    translation(-centre.x, -centre.y),
  );
  return { matrix, scale };
}

/** Rotates by a random angle and scales so that all of the picture stays inside. */
export const safeRotate = defineTransform({
  name: "SafeRotate",
  doc: "Rotates by a random angle and scales so that all of the picture stays inside.",
  targets: "all",
  params: {
    limit: range({
      default: [-90, 90],
      scalar: "symmetric",
      sort: true,
      doc: "Range of the angle in degrees, counter-clockwise; a number v means [-v, v].",
    }),
    ...affineFields,
  },
  // Albumentations' class is a kind of Affine and writes what that one has.
  alsoWritten: {
    balanced_scale: () => false,
    fit_output: () => true,
    keep_ratio: () => false,
    rotate: (params) => params.limit,
    scale: () => ({ x: [1, 1], y: [1, 1] }),
    shear: () => ({ x: [0, 0], y: [0, 0] }),
    translate_percent: () => null,
    translate_px: () => ({ x: [0, 0], y: [0, 0] }),
  },
  sample(params, rng, { shape }) {
    const angle = rng.uniform(params.limit);
    const { matrix, scale } = safeRotation(angle, pixelCentre(shape), shape);
    const boxMatrix = safeRotation(angle, cornerCentre(shape), shape).matrix;
    return affineWarp(params, { matrix, boxMatrix, scale: Math.max(scale.x, scale.y), ...shape });
  },
});
