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

/** One pixel of `bytes` bytes from `pixel` to each of `count` places: what is there is copied to twice its length. */
function repeat(target: usize, pixel: usize, count: i32, bytes: i32): void {
  if (count <= 0) return;
  const total = count * bytes;
  memory.copy(target, pixel, bytes);
  for (let done = bytes; done < total; done *= 2) memory.copy(target + done, target, min(done, total - done));
}

/** Pixels `from` to `to` of a padded row, by looking each up in the source row. */
function lookUpRow(
  source: usize, target: usize, width: i32, bytes: i32, left: i32, from: i32, to: i32, mode: i32,
): void {
  for (let x = from; x < to; x++) {
    const pixel = source + borderIndex(x - left, width, mode) * bytes;
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
  const right = left + width;
  for (let y = 0; y < height; y++) {
    const from = source + y * width * bytes;
    const row = target + (top + y) * stride;
    memory.copy(row + left * bytes, from, width * bytes);
    if (mode != 0) {
      lookUpRow(from, row, width, bytes, left, 0, left, mode);
      lookUpRow(from, row, width, bytes, left, right, targetWidth, mode);
    } else if (y == 0) {
      repeat(row, fill, left, bytes);
      repeat(row + right * bytes, fill, targetWidth - right, bytes);
    } else {
      memory.copy(row, row - stride, left * bytes);
      memory.copy(row + right * bytes, row + right * bytes - stride, (targetWidth - right) * bytes);
    }
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
