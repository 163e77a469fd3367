import { affineMatrix, cornerCentre, pixelCentre } from "../geometry/affine.ts";
import { affineFields, affineWarp } from "../ops/affine-warp.ts";
import { nullable, range } from "../params.ts";
import { defineTransform } from "../transform.ts";

const shift = { scalar: "symmetric", sort: true, min: -1, max: 1 } as const;

/** Shifts, scales and rotates by random amounts. */
export const shiftScaleRotate = defineTransform({
  name: "ShiftScaleRotate",
  doc: "Shifts, scales and rotates by random amounts.",
  targets: "all",
  params: {
    shiftLimit: range({
      ...shift,
      default: [-0.0625, 0.0625],
      doc: "Range of the shift as a fraction of the width and height; a number v means [-v, v].",
    }),
    scaleLimit: range({
      default: [-0.1, 0.1],
      scalar: "symmetric",
      sort: true,
      bias: 1,
      min: 0,
      doc: "Range of the factor less 1; a number v means [-v, v].",
    }),
    rotateLimit: range({
      default: [-45, 45],
      scalar: "symmetric",
      sort: true,
      doc: "Range of the angle in degrees, counter-clockwise; a number v means [-v, v].",
    }),
    shiftLimitX: nullable(range(shift), { default: null, doc: "In place of shiftLimit for the width." }),
    shiftLimitY: nullable(range(shift), { default: null, doc: "In place of shiftLimit for the height." }),
    ...affineFields,
  },
  sample(params, rng, { shape }) {
    const draw = (limits: readonly [number, number] | null, extent: number) =>
      Math.trunc(rng.uniform(limits ?? params.shiftLimit) * extent);
    const translate = { x: draw(params.shiftLimitX, shape.width), y: draw(params.shiftLimitY, shape.height) };
    const scale = { x: rng.uniform(params.scaleLimit), y: rng.uniform(params.scaleLimit) };
    const steps = { translate, shear: { x: 0, y: 0 }, scale, rotate: rng.uniform(params.rotateLimit) };
    return affineWarp(params, {
      matrix: affineMatrix(steps, pixelCentre(shape)),
      boxMatrix: affineMatrix(steps, cornerCentre(shape)),
      scale: Math.max(scale.x, scale.y),
      ...shape,
    });
  },
});
