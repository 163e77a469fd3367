// Weights of OpenCV's interpolations, as `src/geometry/weights.ts` has them.

/** Four weights of cubic convolution with a = -0.75 at `x` in [0, 1). */
export function fillCubic(weights: usize, x: f64): void {
  const a: f64 = -0.75;
  const w0 = ((a * (x + 1.0) - 5.0 * a) * (x + 1.0) + 8.0 * a) * (x + 1.0) - 4.0 * a;
  const w1 = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  const w2 = ((a + 2.0) * (1.0 - x) - (a + 3.0)) * (1.0 - x) * (1.0 - x) + 1.0;
  store<f64>(weights, w0);
  store<f64>(weights, w1, 8);
  store<f64>(weights, w2, 16);
  store<f64>(weights, 1.0 - w0 - w1 - w2, 24);
}

/** Eight weights of Lanczos' window of 4 at `x` in [0, 1). */
export function fillLanczos(weights: usize, x: f64): void {
  memory.fill(weights, 0, 64);
  if (x < 1.1920929e-7) {
    store<f64>(weights, 1.0, 24);
    return;
  }
  const angle = (-(x + 3.0) * Math.PI) / 4.0;
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  const half = Math.SQRT1_2;
  let sum: f64 = 0;
  for (let i = 0; i < 8; i++) {
    // Cosine and sine of i * 225 degrees.
    const a = i == 0 ? 1.0 : i == 4 ? -1.0 : i == 2 || i == 6 ? 0.0 : i == 1 || i == 7 ? -half : half;
    const b = i == 2 ? 1.0 : i == 6 ? -1.0 : i == 0 || i == 4 ? 0.0 : i == 1 || i == 3 ? -half : half;
    const y = (-(x + 3.0 - <f64>i) * Math.PI) / 4.0;
    const weight = (a * sine + b * cosine) / (y * y);
    store<f64>(weights + i * 8, weight);
    sum += weight;
  }
  for (let i = 0; i < 8; i++) store<f64>(weights + i * 8, load<f64>(weights + i * 8) / sum);
}
