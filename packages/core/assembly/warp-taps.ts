// Cubic and Lanczos interpolation, with weights worked out for each pixel.
import { borderIndex } from "./border-index";
import { lookUp, WarpSource } from "./warp-source";
import { fillCubic, fillLanczos } from "./weights";

/** A position far beyond any picture, so that integers hold it. */
@inline
function bounded(value: f64): f64 {
  return min(max(value, -8388608.0), 8388608.0);
}

/** On the line that a projection sends to infinity, OpenCV takes the first pixel. */
@inline
function reciprocalOf(denominator: f64): f64 {
  return denominator == 0 ? 0 : 1.0 / denominator;
}

/**
 * Cubic (4 taps) or Lanczos (8 taps). `scratch` has room for 16 weights and 16 positions of 8 bytes.
 */
export function warpTaps(
  s: WarpSource, target: usize, width: i32, height: i32, m: usize, affine: i32, taps: i32, scratch: usize,
): void {
  const m0 = load<f64>(m);
  const m3 = load<f64>(m, 24);
  const m6 = load<f64>(m, 48);
  const weightsX = scratch;
  const weightsY = scratch + 64;
  const columns = scratch + 128;
  const before = taps == 4 ? 1 : 3;
  for (let y = 0; y < height; y++) {
    const bx = load<f64>(m, 8) * y + load<f64>(m, 16);
    const by = load<f64>(m, 32) * y + load<f64>(m, 40);
    const bw = load<f64>(m, 56) * y + load<f64>(m, 64);
    for (let x = 0; x < width; x++) {
      let sourceX = m0 * x + bx;
      let sourceY = m3 * x + by;
      if (!affine) {
        const reciprocal = reciprocalOf(m6 * x + bw);
        sourceX *= reciprocal;
        sourceY *= reciprocal;
      }
      sourceX = bounded(sourceX);
      sourceY = bounded(sourceY);
      const baseX = Math.floor(sourceX);
      const baseY = Math.floor(sourceY);
      if (taps == 4) {
        fillCubic(weightsX, sourceX - baseX);
        fillCubic(weightsY, sourceY - baseY);
      } else {
        fillLanczos(weightsX, sourceX - baseX);
        fillLanczos(weightsY, sourceY - baseY);
      }
      const firstX = i32(baseX) - before;
      const firstY = i32(baseY) - before;
      for (let i = 0; i < taps; i++) store<i32>(columns + i * 4, borderIndex(firstX + i, s.width, s.border));
      const pointer = target + (y * width + x) * s.channels;
      for (let c = 0; c < s.channels; c++) {
        let sum: f64 = 0;
        for (let j = 0; j < taps; j++) {
          const row = borderIndex(firstY + j, s.height, s.border);
          let part: f64 = 0;
          for (let i = 0; i < taps; i++) {
            part += load<f64>(weightsX + i * 8) * <f64>lookUp(s, load<i32>(columns + i * 4), row, c);
          }
          sum += load<f64>(weightsY + j * 8) * part;
        }
        store<u8>(pointer + c, i32(nearest(min(max(sum, 0.0), 255.0))));
      }
    }
  }
}
