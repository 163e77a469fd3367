// Grey levels and luma of RGB pixels in OpenCV's fixed point.
import { held, heldVector } from "./held";

/** Orders that take one channel of four RGB pixels apart, into i32. */
// @ts-ignore: decorator
@inline
function redOrder(): v128 {
  return heldVector(i8x16(0, -1, -1, -1, 3, -1, -1, -1, 6, -1, -1, -1, 9, -1, -1, -1));
}

// @ts-ignore: decorator
@inline
function greenOrder(): v128 {
  return heldVector(i8x16(1, -1, -1, -1, 4, -1, -1, -1, 7, -1, -1, -1, 10, -1, -1, -1));
}

// @ts-ignore: decorator
@inline
function blueOrder(): v128 {
  return heldVector(i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1));
}

/**
 * Weighted sum of three channels: (r R + g G + b B + half) >> shift, to a plane; the weights have 15 bits, with a sign
 * 16. Writes whole groups of 4.
 */
export function weightedGrey(src: usize, dst: usize, pixels: i32, r: i32, g: i32, b: i32, shift: i32): void {
  const redGreens = heldVector(i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1));
  const blues = blueOrder();
  const rg = held(r | (g << 16));
  const bb = held(b);
  const half = held(1 << (shift - 1));
  for (let i = 0; i < pixels; i += 4) {
    const rgb = v128.load(src);
    src += 12;
    const sum = i32x4.add(
      i32x4.dot_i16x8_s(i8x16.swizzle(rgb, redGreens), rg),
      i32x4.add(i32x4.dot_i16x8_s(i8x16.swizzle(rgb, blues), bb), half),
    );
    const grey = i32x4.shr_s(sum, shift);
    v128.store32_lane(dst + <usize>i, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(grey, grey), grey), 0);
  }
}

/** One plane to three equal channels. Reads and writes whole groups of 16 pixels. */
export function greyToRgb(src: usize, dst: usize, pixels: i32): void {
  const first = heldVector(i8x16(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5));
  const second = heldVector(i8x16(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10));
  const third = heldVector(i8x16(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15));
  for (let i = 0; i < pixels; i += 16) {
    const v = v128.load(src + <usize>i);
    v128.store(dst, i8x16.swizzle(v, first));
    v128.store(dst, i8x16.swizzle(v, second), 16);
    v128.store(dst, i8x16.swizzle(v, third), 32);
    dst += 48;
  }
}

/**
 * Luma of every pixel through a table of 256 bytes, chroma kept (YCrCb, 14 fractional bits, as OpenCV). `dst` may be
 * `src`.
 */
export function mapLuma(src: usize, dst: usize, pixels: i32, table: usize): void {
  const half = held(8192);
  const centre = held((128 << 14) + 8192);
  const grey = held(128);
  const zero = i32x4.splat(0);
  const top = held(255);
  const reds = redOrder();
  const greens = greenOrder();
  const blues = blueOrder();
  const packing = heldVector(i8x16(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, -1, -1, -1, -1));
  const redShare = held(4899);
  const greenShare = held(9617);
  const blueShare = held(1868);
  const crPerRed = held(11682);
  const cbPerBlue = held(9241);
  const redPerCr = held(22987);
  const greenPerCb = held(-5636);
  const greenPerCr = held(-11698);
  const bluePerCb = held(29049);
  for (let i = 0; i < pixels; i += 4) {
    const rgb = v128.load(src);
    src += 12;
    const r = i8x16.swizzle(rgb, reds);
    const b = i8x16.swizzle(rgb, blues);
    const y = i32x4.shr_s(
      i32x4.add(
        i32x4.add(i32x4.mul(r, redShare), i32x4.mul(i8x16.swizzle(rgb, greens), greenShare)),
        i32x4.add(i32x4.mul(b, blueShare), half),
      ),
      14,
    );
    let cr = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.sub(r, y), crPerRed), centre), 14);
    let cb = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.sub(b, y), cbPerBlue), centre), 14);
    cr = i32x4.sub(i32x4.min_s(i32x4.max_s(cr, zero), top), grey);
    cb = i32x4.sub(i32x4.min_s(i32x4.max_s(cb, zero), top), grey);
    let m = v128.load8_lane(table + <usize>i32x4.extract_lane(y, 0), zero, 0, 0);
    m = v128.load8_lane(table + <usize>i32x4.extract_lane(y, 1), m, 4, 0);
    m = v128.load8_lane(table + <usize>i32x4.extract_lane(y, 2), m, 8, 0);
    m = v128.load8_lane(table + <usize>i32x4.extract_lane(y, 3), m, 12, 0);
    const nr = i32x4.add(m, i32x4.shr_s(i32x4.add(i32x4.mul(cr, redPerCr), half), 14));
    const chroma = i32x4.add(i32x4.mul(cb, greenPerCb), i32x4.mul(cr, greenPerCr));
    const ng = i32x4.add(m, i32x4.shr_s(i32x4.add(chroma, half), 14));
    const nb = i32x4.add(m, i32x4.shr_s(i32x4.add(i32x4.mul(cb, bluePerCb), half), 14));
    // Saturated planes of four bytes, then interleaved.
    const planes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(nr, ng), i16x8.narrow_i32x4_s(nb, nb));
    const bytes = i8x16.swizzle(planes, packing);
    v128.store64_lane(dst, bytes, 0);
    v128.store32_lane(dst, bytes, 2, 8);
    dst += 12;
  }
}
