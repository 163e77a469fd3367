// Moving rectangles of pixels: crop and pad.
import { borderIndex } from "./border-index";

/** Copies rows of `bytes` bytes from one picture to another. */
export function copyRectangle(
  source: usize, sourceStride: usize, target: usize, targetStride: usize, bytes: usize, rows: i32,
): void {
  for (let y = 0; y < rows; y++) {
    memory.copy(target, source, bytes);
    source += sourceStride;
    target += targetStride;
  }
}

/** One pixel of `bytes` bytes from `pixel` to each of `count` places. */
function repeat(target: usize, pixel: usize, count: i32, bytes: i32): void {
  for (let x = 0; x < count; x++) {
    for (let b = 0; b < bytes; b++) store<u8>(target + x * bytes + b, load<u8>(pixel + b));
  }
}

/** One padded row of a source row. */
function padRow(
  source: usize, target: usize, width: i32, bytes: i32, left: i32, targetWidth: i32, mode: i32, fill: usize,
): void {
  memory.copy(target + left * bytes, source, width * bytes);
  for (let x = 0; x < targetWidth; x++) {
    if (x == left) x += width;
    if (x >= targetWidth) break;
    const from = borderIndex(x - left, width, mode);
    const pixel = from < 0 ? fill : source + from * bytes;
    for (let b = 0; b < bytes; b++) store<u8>(target + x * bytes + b, load<u8>(pixel + b));
  }
}

/**
 * Adds a border to a picture whose pixels have `bytes` bytes. `mode`: OpenCV's code; `fill`: one pixel.
 */
export function pad(
  source: usize,
  target: usize,
  width: i32,
  height: i32,
  bytes: i32,
  left: i32,
  top: i32,
  targetWidth: i32,
  targetHeight: i32,
  mode: i32,
  fill: usize,
): void {
  const stride = targetWidth * bytes;
  for (let y = 0; y < height; y++) {
    padRow(source + y * width * bytes, target + (top + y) * stride, width, bytes, left, targetWidth, mode, fill);
  }
  let filled: usize = 0; // a row of the fill value, once there is one
  for (let y = 0; y < targetHeight; y++) {
    if (y == top) y += height;
    if (y >= targetHeight) break;
    const row = target + y * stride;
    const from = borderIndex(y - top, height, mode);
    if (from >= 0) memory.copy(row, target + (top + from) * stride, stride);
    else if (filled) memory.copy(row, filled, stride);
    else {
      repeat(row, fill, targetWidth, bytes);
      filled = row;
    }
  }
}
