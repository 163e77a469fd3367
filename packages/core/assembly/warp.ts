// Warps of uint8 pictures by a homography: every output pixel is looked up in the input.
import { warpLinearRow } from "./warp-linear";
import { warpNearestRow } from "./warp-nearest";
import { locateAffine, locateProjective } from "./warp-positions";
import { WarpSource } from "./warp-source";
import { Taps, warpTapsRow } from "./warp-taps";

/**
 * Warps a uint8 picture of 1 to 4 channels. `inverse`: nine doubles, output to input; `interpolation` and `border`:
 * OpenCV's codes; `fill`: one double a channel; `scratch`: 1024 bytes and 8 for each column; `table`, `tableBits`: the
 * weights of interpolations with more than two taps.
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
  table: usize,
  tableBits: i32,
): void {
  const s = changetype<WarpSource>(scratch);
  s.pointer = source;
  s.width = width;
  s.height = height;
  s.channels = channels;
  s.border = border;
  s.fill = scratch + 64;
  for (let i = 0; i < 16; i++) {
    store<u8>(s.fill + i, i32(nearest(min(max(load<f64>(fill + (i % channels) * 8), 0.0), 255.0))));
  }
  const taps = changetype<Taps>(scratch + 96);
  taps.table = table;
  taps.bits = tableBits;
  taps.count = interpolation == 4 ? 8 : 4;
  const block = scratch + 128;
  const hasTable = interpolation == 2 || interpolation == 4;
  const isNearest = interpolation == 0 || interpolation == 6;
  const xs = scratch + 256;
  const ys = xs + ((targetWidth + 3) & ~3) * 4;
  for (let y = 0; y < targetHeight; y++) {
    let ordered = true;
    if (affine) locateAffine(xs, ys, targetWidth, inverse, y);
    else ordered = locateProjective(xs, ys, targetWidth, inverse, y);
    const row = target + y * targetWidth * channels;
    if (hasTable) warpTapsRow(s, taps, xs, ys, row, targetWidth);
    else if (isNearest) warpNearestRow(s, xs, ys, row, targetWidth);
    else warpLinearRow(s, xs, ys, row, targetWidth, ordered, block);
  }
}
