import { affineMatrix, cornerCentre, pixelCentre, rectangleInside } from "../geometry/affine.ts";
import { multiply, translation } from "../geometry/matrix.ts";
import { affineFields, affineWarp } from "../ops/affine-warp.ts";
import { crop } from "../ops/crop.ts";
import { boolean, range } from "../params.ts";
import { defineTransform } from "../transform.ts";

/** Rotates about the centre by a random angle. */
export const rotate = defineTransform({
  name: "Rotate",
  doc: "Rotates about the centre by a random angle.",
  targets: "all",
  params: {
    limit: range({
      default: [-90, 90],
      scalar: "symmetric",
      sort: true,
      doc: "Range of the angle in degrees, counter-clockwise; a number v means [-v, v].",
    }),
    ...affineFields,
    cropBorder: boolean({
      default: false,
      doc: "Whether to keep only the largest rectangle that shows nothing from outside.",
    }),
  },
  sample(params, rng, { shape }) {
    const angle = rng.uniform(params.limit);
    const none = { x: 0, y: 0 };
    const steps = { translate: none, shear: none, scale: { x: 1, y: 1 }, rotate: angle };
    const window = params.cropBorder ? rectangleInside(shape, angle) : { ...none, ...shape };
    const { x, y, width, height } = window;
    const rotation = affineMatrix(steps, pixelCentre(shape));
    const boxRotation = affineMatrix(steps, cornerCentre(shape));
    const shift = translation(-x, -y);
    const isWhole = width === shape.width && height === shape.height;
    const ops = affineWarp(params, { matrix: rotation, boxMatrix: boxRotation, scale: 1, ...shape });
    if (isWhole) return ops;
    if (ops.length === 0) return [crop({ x, y, width, height })];
    return affineWarp(params, {
      matrix: multiply(shift, rotation),
      boxMatrix: multiply(shift, boxRotation),
      scale: 1,
      width,
      height,
    });
  },
});
