import { roundHalfEven, type Size } from "../image.ts";
import { isAffine, type Matrix, transformPoint } from "./matrix.ts";

/** Steps of a pixel that positions of uint8 pictures and of nearest neighbours are rounded to. */
export const POSITION_STEPS = 2 ** 14;
/** Positions farther out stay here: 2^17 - 2 pixels, which 32-bit integers hold. */
const FARTHEST = 2 ** 31 - 2 ** 15;
/** Steps of a pixel that affine rows advance by, exact in doubles up to 2^21 pixels. */
const FIXED_ONE = 2 ** 32;
/** Affine kernels take positions within so many pixels. */
const KERNEL_REACH = 2 ** 16;

/** Where an output pixel comes from, in units of 1/POSITION_STEPS of a pixel. */
export type Locator = (x: number, y: number) => [number, number];

/** On the line that a projection sends to infinity, OpenCV takes the first pixel. */
function reciprocalOf(denominator: number): number {
  return denominator === 0 ? 0 : 1 / denominator;
}

/** Where an output pixel comes from in the input, without rounding. */
export function sourceOf(inverse: Matrix, x: number, y: number): [number, number] {
  const m = inverse;
  const sourceX = m[0] * x + (m[1] * y + m[2]);
  const sourceY = m[3] * x + (m[4] * y + m[5]);
  if (isAffine(m)) return [sourceX, sourceY];
  const reciprocal = reciprocalOf(m[6] * x + (m[7] * y + m[8]));
  return [sourceX * reciprocal, sourceY * reciprocal];
}

/** The value within the farthest positions; what is not a number becomes the lowest. */
function bounded(value: number): number {
  return value > -FARTHEST ? Math.min(value, FARTHEST) : -FARTHEST;
}

/**
 * Positions as the kernels compute them. An affine row starts at a whole number of 2^-32 of a pixel and advances by
 * such numbers, and is then rounded half up; a projection's positions are rounded half to even.
 */
export function locatorOf(inverse: Matrix): Locator {
  const m = inverse;
  if (!isAffine(m)) {
    return (x, y) => {
      const [sourceX, sourceY] = sourceOf(m, x, y);
      return [
        roundHalfEven(bounded(sourceX * POSITION_STEPS)),
        roundHalfEven(bounded(sourceY * POSITION_STEPS)),
      ];
    };
  }
  const unit = FIXED_ONE / POSITION_STEPS;
  const stepX = roundHalfEven(m[0] * FIXED_ONE);
  const stepY = roundHalfEven(m[3] * FIXED_ONE);
  return (x, y) => {
    const startX = roundHalfEven((m[1] * y + m[2]) * FIXED_ONE);
    const startY = roundHalfEven((m[4] * y + m[5]) * FIXED_ONE);
    return [
      bounded(Math.floor((startX + x * stepX) / unit + 0.5)),
      bounded(Math.floor((startY + x * stepY) / unit + 0.5)),
    ];
  };
}

/** Whether the kernels can compute the positions of a whole output picture. */
export function isWithinReach(inverse: Matrix, size: Size): boolean {
  if (!isAffine(inverse)) return true;
  const { width, height } = size;
  // Kernels fill rows up to a multiple of four.
  return [0, width + 3].every((x) =>
    [0, height].every((y) =>
      transformPoint(inverse, x, y).every((position) => Math.abs(position) < KERNEL_REACH),
    ),
  );
}
