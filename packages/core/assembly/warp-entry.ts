import { warpAffineLinear, warpProjectiveLinear } from "./warp";
import { TapSource, warpNearest, warpTaps } from "./warp-taps";

/**
 * Warps a uint8 picture. `inverse`: nine doubles, output to input; `interpolation` and `border`: OpenCV's codes;
 * `fill`: one double a channel; `scratch`: 1024 bytes.
 */
export function warp(
  source: usize,
  target: usize,
  width: i32,
  height: i32,
  channels: i32,
  targetWidth: i32,
  targetHeight: i32,
  inverse: usize,
  affine: i32,
  interpolation: i32,
  border: i32,
  fill: usize,
  scratch: usize,
): void {
  const s = changetype<TapSource>(scratch);
  s.pointer = source;
  s.width = width;
  s.height = height;
  s.channels = channels;
  s.border = border;
  s.fill = scratch + 64;
  for (let c = 0; c < channels; c++) {
    store<u8>(s.fill + c, i32(nearest(min(max(load<f64>(fill + c * 8), 0.0), 255.0))));
  }
  if (interpolation == 0 || interpolation == 6) {
    warpNearest(s, target, targetWidth, targetHeight, inverse, affine);
  } else if (interpolation == 2) {
    warpTaps(s, target, targetWidth, targetHeight, inverse, affine, 4, scratch + 128);
  } else if (interpolation == 4) {
    warpTaps(s, target, targetWidth, targetHeight, inverse, affine, 8, scratch + 128);
  } else if (affine) {
    warpAffineLinear(s, target, targetWidth, targetHeight, inverse);
  } else {
    warpProjectiveLinear(s, target, targetWidth, targetHeight, inverse);
  }
}
