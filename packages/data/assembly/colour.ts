// Chroma to full size by libjpeg's triangle filter ("fancy upsampling"), and YCbCr to RGB (JFIF 1.02) in its rounding.

/** A row of chroma, three parts of the nearer and one of the farther, as 16-bit sums with their ends repeated. */
export function blendRows(near: usize, far: usize, target: usize, width: i32): void {
  const three = i16x8.splat(3);
  for (let x = 0; x < width; x += 8) {
    const a = v128.load8x8_u(near + x);
    const b = v128.load8x8_u(far + x);
    v128.store(target + (x << 1), i16x8.add(i16x8.mul(a, three), b));
  }
  repeatEnds(target, width);
}

/** A row of chroma as 16-bit values with their ends repeated. */
export function widenRow(source: usize, target: usize, width: i32): void {
  for (let x = 0; x < width; x += 8) v128.store(target + (x << 1), v128.load8x8_u(source + x));
  repeatEnds(target, width);
}

@inline
function repeatEnds(row: usize, width: i32): void {
  store<u16>(row - 2, load<u16>(row));
  store<u16>(row + (width << 1), load<u16>(row + ((width - 1) << 1)));
}

/** Twice as wide: three parts of the nearer value and one of the farther. `shift` and the two roundings are libjpeg's. */
export function doubleRow(source: usize, target: usize, width: i32, before: i16, after: i16, shift: i32): void {
  const three = i16x8.splat(3);
  const roundBefore = i16x8.splat(before);
  const roundAfter = i16x8.splat(after);
  for (let x = 0; x < width; x += 8) {
    const at = source + (x << 1);
    const here = i16x8.mul(v128.load(at), three);
    const left = i16x8.shr_u(i16x8.add(i16x8.add(here, v128.load(at - 2)), roundBefore), shift);
    const right = i16x8.shr_u(i16x8.add(i16x8.add(here, v128.load(at + 2)), roundAfter), shift);
    // Bytes of left and right alternate.
    v128.store(target + (x << 1), v128.or(left, i16x8.shl(right, 8)));
  }
}

/**
 * 8 values of c * factor / 32768, rounded. For the two factors below and every c this is what libjpeg's 16-bit
 * constants give: round(c * 26345 / 65536) and round(c * -14942 / 65536).
 */
@inline
function scaled(c: v128, factor: i16): v128 {
  return i16x8.q15mulr_sat_s(c, i16x8.splat(factor));
}

/** 8 values of (-0.34414 cb + 0.28586 cr), rounded. */
@inline
function greenPart(cb: v128, cr: v128): v128 {
  const half = i32x4.splat(0x8000);
  const factors = i16x8(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734);
  const a = i32x4.dot_i16x8_s(i16x8.shuffle(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11), factors);
  const b = i32x4.dot_i16x8_s(i16x8.shuffle(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15), factors);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(a, half), 16), i32x4.shr_s(i32x4.add(b, half), 16));
}

/** Writes 16 pixels of three planes as RGB. */
@inline
function interleave(r: v128, g: v128, b: v128, target: usize): void {
  let rg = i8x16.shuffle(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  v128.store(target, i8x16.shuffle(rg, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  rg = i8x16.shuffle(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  v128.store(target, i8x16.shuffle(rg, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
  rg = i8x16.shuffle(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  v128.store(target, i8x16.shuffle(rg, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}

/**
 * A row of pixels, 16 at a time: the last store may write up to 47 bytes past the row. With FIX(x) = x * 65536:
 * FIX(1.402) = 65536 + 26345, FIX(1.772) =
 * 131072 - 14942, FIX(0.71414) = 65536 - 18734.
 */
export function rowToRgb(y: usize, cb: usize, cr: usize, target: usize, width: i32): void {
  const centre = i16x8.splat(128);
  for (let x = 0; x < width; x += 16) {
    const luma = v128.load(y + x);
    const blue = v128.load(cb + x);
    const red = v128.load(cr + x);
    const y0 = i16x8.extend_low_i8x16_u(luma);
    const y1 = i16x8.extend_high_i8x16_u(luma);
    const cb0 = i16x8.sub(i16x8.extend_low_i8x16_u(blue), centre);
    const cb1 = i16x8.sub(i16x8.extend_high_i8x16_u(blue), centre);
    const cr0 = i16x8.sub(i16x8.extend_low_i8x16_u(red), centre);
    const cr1 = i16x8.sub(i16x8.extend_high_i8x16_u(red), centre);
    const r = i8x16.narrow_i16x8_u(
      i16x8.add(i16x8.add(y0, cr0), scaled(cr0, 13172)),
      i16x8.add(i16x8.add(y1, cr1), scaled(cr1, 13172)),
    );
    const g = i8x16.narrow_i16x8_u(
      i16x8.sub(i16x8.add(y0, greenPart(cb0, cr0)), cr0),
      i16x8.sub(i16x8.add(y1, greenPart(cb1, cr1)), cr1),
    );
    const b = i8x16.narrow_i16x8_u(
      i16x8.add(i16x8.add(y0, i16x8.add(cb0, cb0)), scaled(cb0, -7471)),
      i16x8.add(i16x8.add(y1, i16x8.add(cb1, cb1)), scaled(cb1, -7471)),
    );
    interleave(r, g, b, target + x * 3);
  }
}

/** A row of grey pixels, 16 at a time. */
export function greyToRgb(y: usize, target: usize, width: i32): void {
  for (let x = 0; x < width; x += 16) {
    const luma = v128.load(y + x);
    interleave(luma, luma, luma, target + x * 3);
  }
}
