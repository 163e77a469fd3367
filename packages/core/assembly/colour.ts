// Grey levels and luma of RGB pixels in OpenCV's fixed point.

/** Deinterleaves four RGB pixels into one channel of i32. */
// @ts-ignore: decorator
@inline
function red(rgb: v128): v128 {
  return i8x16.shuffle(rgb, i32x4.splat(0), 0, 16, 16, 16, 3, 16, 16, 16, 6, 16, 16, 16, 9, 16, 16, 16);
}

// @ts-ignore: decorator
@inline
function green(rgb: v128): v128 {
  return i8x16.shuffle(rgb, i32x4.splat(0), 1, 16, 16, 16, 4, 16, 16, 16, 7, 16, 16, 16, 10, 16, 16, 16);
}

// @ts-ignore: decorator
@inline
function blue(rgb: v128): v128 {
  return i8x16.shuffle(rgb, i32x4.splat(0), 2, 16, 16, 16, 5, 16, 16, 16, 8, 16, 16, 16, 11, 16, 16, 16);
}

/** Weighted sum of three channels: (r R + g G + b B + half) >> shift, to a plane. Writes whole groups of 4. */
export function weightedGrey(src: usize, dst: usize, pixels: i32, r: i32, g: i32, b: i32, shift: i32): void {
  const rr = i32x4.splat(r);
  const gg = i32x4.splat(g);
  const bb = i32x4.splat(b);
  const half = i32x4.splat(1 << (shift - 1));
  for (let i = 0; i < pixels; i += 4) {
    const rgb = v128.load(src);
    src += 12;
    const sum = i32x4.add(
      i32x4.add(i32x4.mul(red(rgb), rr), i32x4.mul(green(rgb), gg)),
      i32x4.add(i32x4.mul(blue(rgb), bb), half),
    );
    const grey = i32x4.shr_s(sum, shift);
    v128.store32_lane(dst + <usize>i, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(grey, grey), grey), 0);
  }
}

/** One plane to three equal channels. Reads and writes whole groups of 16 pixels. */
export function greyToRgb(src: usize, dst: usize, pixels: i32): void {
  for (let i = 0; i < pixels; i += 16) {
    const v = v128.load(src + <usize>i);
    v128.store(dst, i8x16.shuffle(v, v, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5));
    v128.store(dst, i8x16.shuffle(v, v, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10), 16);
    v128.store(dst, i8x16.shuffle(v, v, 10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15), 32);
    dst += 48;
  }
}

/**
 * Luma of every pixel through a table of 256 bytes, chroma kept (YCrCb, 14 fractional bits, as OpenCV). `dst` may be
 * `src`.
 */
export function mapLuma(src: usize, dst: usize, pixels: i32, table: usize): void {
  const half = i32x4.splat(8192);
  const centre = i32x4.splat((128 << 14) + 8192);
  const zero = i32x4.splat(0);
  const top = i32x4.splat(255);
  for (let i = 0; i < pixels; i += 4) {
    const rgb = v128.load(src);
    src += 12;
    const r = red(rgb);
    const b = blue(rgb);
    const y = i32x4.shr_s(
      i32x4.add(
        i32x4.add(i32x4.mul(r, i32x4.splat(4899)), i32x4.mul(green(rgb), i32x4.splat(9617))),
        i32x4.add(i32x4.mul(b, i32x4.splat(1868)), half),
      ),
      14,
    );
    let cr = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.sub(r, y), i32x4.splat(11682)), centre), 14);
    let cb = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.sub(b, y), i32x4.splat(9241)), centre), 14);
    cr = i32x4.sub(i32x4.min_s(i32x4.max_s(cr, zero), top), i32x4.splat(128));
    cb = i32x4.sub(i32x4.min_s(i32x4.max_s(cb, zero), top), i32x4.splat(128));
    let m = v128.load8_lane(table + <usize>i32x4.extract_lane(y, 0), zero, 0, 0);
    m = v128.load8_lane(table + <usize>i32x4.extract_lane(y, 1), m, 4, 0);
    m = v128.load8_lane(table + <usize>i32x4.extract_lane(y, 2), m, 8, 0);
    m = v128.load8_lane(table + <usize>i32x4.extract_lane(y, 3), m, 12, 0);
    const nr = i32x4.add(m, i32x4.shr_s(i32x4.add(i32x4.mul(cr, i32x4.splat(22987)), half), 14));
    const ng = i32x4.add(
      m,
      i32x4.shr_s(
        i32x4.add(i32x4.add(i32x4.mul(cb, i32x4.splat(-5636)), i32x4.mul(cr, i32x4.splat(-11698))), half),
        14,
      ),
    );
    const nb = i32x4.add(m, i32x4.shr_s(i32x4.add(i32x4.mul(cb, i32x4.splat(29049)), half), 14));
    // Saturated planes of four bytes, then interleaved.
    const planes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(nr, ng), i16x8.narrow_i32x4_s(nb, nb));
    const bytes = i8x16.shuffle(planes, planes, 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 0, 0, 0, 0);
    v128.store64_lane(dst, bytes, 0);
    v128.store32_lane(dst, bytes, 2, 8);
    dst += 12;
  }
}
