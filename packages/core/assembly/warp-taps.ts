// Cubic (4 taps) and Lanczos (8 taps) interpolation of uint8 from tables of weights of 14 bits: along rows in whole
// numbers, then down the columns in single precision, from the first row to the last.
import { borderIndex } from "./border-index";
import { lookUp, WarpSource } from "./warp-source";

/** A table of weights: for each step of a pixel as many of 16 bits as there are taps. */
@unmanaged
export class Taps {
  table: usize;
  /** Bits of a position behind the point that the table tells apart. */
  bits: i32;
  count: i32;
}

/** What a product of two weights is to be multiplied with. */
const SCALE: f32 = 1.0 / 268435456.0;

@inline
function toByte(sum: f32): i32 {
  return i32(nearest(min(max(sum, 0.0), 255.0)));
}

/** The weight of a row, scaled. */
@inline
function rowWeight(weights: usize, row: i32): f32 {
  return <f32>load<i16>(weights + row * 2) * SCALE;
}

/** One pixel whose neighbours may lie outside; `x` and `y` are the first taps'. */
function carefulTaps(s: WarpSource, t: Taps, target: usize, x: i32, y: i32, across: usize, down: usize): void {
  for (let c = 0; c < s.channels; c++) {
    let sum: f32 = 0;
    for (let j = 0; j < t.count; j++) {
      const row = borderIndex(y + j, s.height, s.border);
      let part = 0;
      for (let i = 0; i < t.count; i++) {
        const column = borderIndex(x + i, s.width, s.border);
        part += <i32>load<i16>(across + i * 2) * lookUp(s, column, row, c);
      }
      sum += <f32>part * rowWeight(down, j);
    }
    store<u8>(target + c, toByte(sum));
  }
}

/** Weighted sums of four neighbours in a row, one for each of 3 or 4 channels. */
@inline
function fourAcross(pointer: usize, weights: usize, channels: i32): v128 {
  const v = v128.load(pointer);
  const near = channels == 3
    ? i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1)
    : i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
  const far = channels == 3
    ? i8x16(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1)
    : i8x16(8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1);
  return i32x4.add(
    i32x4.dot_i16x8_s(i8x16.swizzle(v, near), v128.load32_splat(weights)),
    i32x4.dot_i16x8_s(i8x16.swizzle(v, far), v128.load32_splat(weights, 4)),
  );
}

/** A row's sums. */
@inline
function across(pointer: usize, weights: usize, channels: i32, taps: i32): v128 {
  const sum = fourAcross(pointer, weights, channels);
  return taps == 8 ? i32x4.add(sum, fourAcross(pointer + 4 * channels, weights + 8, channels)) : sum;
}

@inline
function innerPixel(
  target: usize, pointer: usize, stride: usize, acrossWeights: usize, downWeights: usize, channels: i32, taps: i32,
): void {
  let sum = f32x4.splat(0);
  for (let j = 0; j < taps; j++) {
    const row = f32x4.convert_i32x4_s(across(pointer, acrossWeights, channels, taps));
    sum = f32x4.add(sum, f32x4.mul(row, f32x4.splat(rowWeight(downWeights, j))));
    pointer += stride;
  }
  const words = i32x4.trunc_sat_f32x4_s(f32x4.nearest(sum));
  const halves = i16x8.narrow_i32x4_s(words, words);
  store<u32>(target, i32x4.extract_lane(i8x16.narrow_i16x8_u(halves, halves), 0));
}

@inline
function innerGrey(
  target: usize, pointer: usize, stride: usize, acrossWeights: usize, downWeights: usize, taps: i32,
): void {
  let sum: f32 = 0;
  for (let j = 0; j < taps; j++) {
    let part: i32;
    if (taps == 8) {
      const dots = i32x4.dot_i16x8_s(v128.load8x8_u(pointer), v128.load(acrossWeights));
      const pairs = i32x4.add(dots, i8x16.shuffle(dots, dots, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
      part = i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
    } else {
      const dots = i32x4.dot_i16x8_s(
        i16x8.extend_low_i8x16_u(v128.load32_zero(pointer)),
        v128.load64_zero(acrossWeights),
      );
      part = i32x4.extract_lane(dots, 0) + i32x4.extract_lane(dots, 1);
    }
    sum += <f32>part * rowWeight(downWeights, j);
    pointer += stride;
  }
  store<u8>(target, toByte(sum));
}

@inline
function tapsRow(
  s: WarpSource, t: Taps, xs: usize, ys: usize, row: usize, count: i32, channels: i32, taps: i32,
): void {
  const shift = 14 - t.bits;
  const half = 1 << (shift - 1);
  const last = (1 << t.bits) - 1;
  const before = taps / 2 - 1;
  const stride: usize = s.width * channels;
  const highestX = s.width - taps;
  const highestY = s.height - taps;
  for (let i = 0; i < count; i++) {
    const positionX = (load<i32>(xs + i * 4) + half) >> shift;
    const positionY = (load<i32>(ys + i * 4) + half) >> shift;
    const x = (positionX >> t.bits) - before;
    const y = (positionY >> t.bits) - before;
    const acrossWeights = t.table + (positionX & last) * taps * 2;
    const downWeights = t.table + (positionY & last) * taps * 2;
    const target = row + i * channels;
    if ((x | y | (highestX - x) | (highestY - y)) < 0) {
      if (s.border == 0 && (x + taps <= 0 || y + taps <= 0 || x >= s.width || y >= s.height)) {
        for (let c = 0; c < channels; c++) store<u8>(target + c, load<u8>(s.fill + c));
      } else carefulTaps(s, t, target, x, y, acrossWeights, downWeights);
      continue;
    }
    const pointer = s.pointer + <usize>y * stride + x * channels;
    if (channels == 1) innerGrey(target, pointer, stride, acrossWeights, downWeights, taps);
    else innerPixel(target, pointer, stride, acrossWeights, downWeights, channels, taps);
  }
}

/** One row from the positions of its pixels. Up to 4 bytes behind it are spoilt. */
export function warpTapsRow(s: WarpSource, t: Taps, xs: usize, ys: usize, row: usize, count: i32): void {
  if (t.count == 4) {
    if (s.channels == 1) tapsRow(s, t, xs, ys, row, count, 1, 4);
    else if (s.channels == 3) tapsRow(s, t, xs, ys, row, count, 3, 4);
    else if (s.channels == 4) tapsRow(s, t, xs, ys, row, count, 4, 4);
    else twoChannelRow(s, t, xs, ys, row, count);
  } else if (s.channels == 1) tapsRow(s, t, xs, ys, row, count, 1, 8);
  else if (s.channels == 3) tapsRow(s, t, xs, ys, row, count, 3, 8);
  else if (s.channels == 4) tapsRow(s, t, xs, ys, row, count, 4, 8);
  else twoChannelRow(s, t, xs, ys, row, count);
}

function twoChannelRow(s: WarpSource, t: Taps, xs: usize, ys: usize, row: usize, count: i32): void {
  const shift = 14 - t.bits;
  const half = 1 << (shift - 1);
  const last = (1 << t.bits) - 1;
  const before = t.count / 2 - 1;
  for (let i = 0; i < count; i++) {
    const positionX = (load<i32>(xs + i * 4) + half) >> shift;
    const positionY = (load<i32>(ys + i * 4) + half) >> shift;
    carefulTaps(
      s, t, row + i * 2, (positionX >> t.bits) - before, (positionY >> t.bits) - before,
      t.table + (positionX & last) * t.count * 2, t.table + (positionY & last) * t.count * 2,
    );
  }
}
