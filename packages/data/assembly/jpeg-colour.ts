// RGB to the planes of a JPEG: luma, and chroma of half the width and height.

// ITU-R BT.601 as JFIF has it, times 65536. A factor of green is above what 16 signed bits hold, so it is in two parts.
const R_TO_Y: i16 = 19595;
const G_TO_Y_1: i16 = 22086;
const G_TO_Y_2: i16 = 16384;
const B_TO_Y: i16 = 7471;
const R_TO_CB: i16 = -11059;
const G_TO_CB: i16 = -21709;
const G_TO_CR: i16 = -27439;
const B_TO_CR: i16 = -5329;

/** Rounds luma, and brings it from 0..255 to -128..127. */
const Y_OFFSET: i32 = 32768 - (128 << 16);
const C_OFFSET: i32 = (128 << 16) + 32767;

// @ts-ignore: decorator
@inline
function lowPairs(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function highPairs(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: decorator
@inline
function lumaOf(redGreen: v128, blueGreen: v128): v128 {
  const first = i32x4.dot_i16x8_s(redGreen, i16x8(R_TO_Y, G_TO_Y_1, R_TO_Y, G_TO_Y_1, R_TO_Y, G_TO_Y_1, R_TO_Y, G_TO_Y_1));
  const second = i32x4.dot_i16x8_s(blueGreen, i16x8(B_TO_Y, G_TO_Y_2, B_TO_Y, G_TO_Y_2, B_TO_Y, G_TO_Y_2, B_TO_Y, G_TO_Y_2));
  return i32x4.shr_s(i32x4.add(i32x4.add(first, second), i32x4.splat(Y_OFFSET)), 16);
}

// @ts-ignore: decorator
@inline
function chromaOf(others: v128, factors: v128, own: v128): v128 {
  const sum = i32x4.add(i32x4.dot_i16x8_s(others, factors), i32x4.shl(own, 15));
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(C_OFFSET)), 16);
}

/** Eight pixels of a row: writes their luma, adds their chroma (0..255) to the sums at `sums` (cb) and 32 behind (cr). */
// @ts-ignore: decorator
@inline
function eight(r: v128, g: v128, b: v128, luma: usize, sums: usize): void {
  const rgLow = lowPairs(r, g);
  const rgHigh = highPairs(r, g);
  const bgLow = lowPairs(b, g);
  const bgHigh = highPairs(b, g);
  v128.store(luma, i16x8.narrow_i32x4_s(lumaOf(rgLow, bgLow), lumaOf(rgHigh, bgHigh)));
  const toCb = i16x8(R_TO_CB, G_TO_CB, R_TO_CB, G_TO_CB, R_TO_CB, G_TO_CB, R_TO_CB, G_TO_CB);
  const toCr = i16x8(B_TO_CR, G_TO_CR, B_TO_CR, G_TO_CR, B_TO_CR, G_TO_CR, B_TO_CR, G_TO_CR);
  const cb = i16x8.narrow_i32x4_s(
    chromaOf(rgLow, toCb, i32x4.extend_low_i16x8_s(b)),
    chromaOf(rgHigh, toCb, i32x4.extend_high_i16x8_s(b)),
  );
  const cr = i16x8.narrow_i32x4_s(
    chromaOf(bgLow, toCr, i32x4.extend_low_i16x8_s(r)),
    chromaOf(bgHigh, toCr, i32x4.extend_high_i16x8_s(r)),
  );
  v128.store(sums, i16x8.add(v128.load(sums), cb));
  v128.store(sums, i16x8.add(v128.load(sums, 32), cr), 32);
}

// @ts-ignore: decorator
@inline
function sixteen(src: usize, luma: usize, sums: usize): void {
  const a = v128.load(src);
  const b = v128.load(src, 16);
  const c = v128.load(src, 32);
  const r0 = i8x16.shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
  const g0 = i8x16.shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
  const b0 = i8x16.shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
  const red = i8x16.shuffle(r0, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29);
  const green = i8x16.shuffle(g0, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30);
  const blue = i8x16.shuffle(b0, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31);
  eight(
    i16x8.extend_low_i8x16_u(red),
    i16x8.extend_low_i8x16_u(green),
    i16x8.extend_low_i8x16_u(blue),
    luma,
    sums,
  );
  eight(
    i16x8.extend_high_i8x16_u(red),
    i16x8.extend_high_i8x16_u(green),
    i16x8.extend_high_i8x16_u(blue),
    luma + 16,
    sums + 16,
  );
}

/** The mean of four, -128..127, from sums of two rows at `sums`: eight values of sixteen. */
// @ts-ignore: decorator
@inline
function quarter(sums: usize): v128 {
  const pairs = i16x8.narrow_i32x4_s(
    i32x4.extadd_pairwise_i16x8_s(v128.load(sums)),
    i32x4.extadd_pairwise_i16x8_s(v128.load(sums, 16)),
  );
  // Halves are rounded up and down in turn, so that no side is favoured.
  const rounded = i16x8.shr_s(i16x8.add(pairs, i16x8(1, 2, 1, 2, 1, 2, 1, 2)), 2);
  return i16x8.sub(rounded, i16x8.splat(128));
}

/**
 * Two rows of pixels (`width` a multiple of 16, three bytes each) to two rows of luma at `luma` (`width` values of 16
 * bits a row) and a row each of cb and cr (half as many). `sums`: 64 bytes of working memory.
 */
export function planesOfTwoRows(
  first: usize,
  second: usize,
  width: i32,
  luma: usize,
  cb: usize,
  cr: usize,
  sums: usize,
): void {
  const row = <usize>width << 1;
  for (let x = 0; x < width; x += 16) {
    memory.fill(sums, 0, 64);
    sixteen(first, luma, sums);
    sixteen(second, luma + row, sums);
    v128.store(cb, quarter(sums));
    v128.store(cr, quarter(sums + 32));
    first += 48;
    second += 48;
    luma += 32;
    cb += 16;
    cr += 16;
  }
}
