/** Weights of OpenCV's interpolations. */

/** Of the four pixels -1, 0, 1, 2 at `x` in [0, 1): cubic convolution with a = -0.75. */
export function cubicWeights(x: number): [number, number, number, number] {
  const a = -0.75;
  const w0 = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
  const w1 = ((a + 2) * x - (a + 3)) * x * x + 1;
  const w2 = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1;
  return [w0, w1, w2, 1 - w0 - w1 - w2];
}

const HALF_ROOT = Math.SQRT1_2;
/** Cosine and sine of multiples of 45 degrees: sin(pi (x + 3 - i) / 4) by the addition theorem. */
const turns = [
  [1, 0],
  [-HALF_ROOT, -HALF_ROOT],
  [0, 1],
  [HALF_ROOT, -HALF_ROOT],
  [-1, 0],
  [HALF_ROOT, HALF_ROOT],
  [0, -1],
  [-HALF_ROOT, HALF_ROOT],
] as const;

/** Nearer than this to a pixel, the window's quotient of two zeros is its limit, 1. */
const ON_PIXEL = 1.1920929e-7;

/** Of the eight pixels -3..4 at `x` in [0, 1], where rounding may give 1: Lanczos' window of 4, its sum made 1. */
export function lanczosWeights(x: number): number[] {
  if (x < ON_PIXEL) return [0, 0, 0, 1, 0, 0, 0, 0];
  if (1 - x < ON_PIXEL) return [0, 0, 0, 0, 1, 0, 0, 0];
  const angle = (-(x + 3) * Math.PI) / 4;
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  const weights = turns.map(([a, b], index) => {
    const y = (-(x + 3 - index) * Math.PI) / 4;
    return (a * sine + b * cosine) / (y * y);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
