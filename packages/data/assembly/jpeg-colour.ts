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

/** Chroma of four pixels each from the sums of their values: -128..127. */
// @ts-ignore: decorator
@inline
function chromaOf(others: v128, factors: v128, own: v128): v128 {
  const sum = i32x4.add(i32x4.dot_i16x8_s(others, factors), i32x4.shl(own, 15));
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(1 << 17)), 18);
}

/** Writes the luma of eight pixels. */
// @ts-ignore: decorator
@inline
function writeLuma(r: v128, g: v128, b: v128, luma: usize): void {
  const low = lumaOf(lowPairs(r, g), lowPairs(b, g));
  const high = lumaOf(highPairs(r, g), highPairs(b, g));
  v128.store(luma, i16x8.narrow_i32x4_s(low, high));
}

// @ts-ignore: decorator
@inline
function redOf(a: v128, b: v128, c: v128): v128 {
  const first = i8x16.shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
  return i8x16.shuffle(first, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29);
}

// @ts-ignore: decorator
@inline
function greenOf(a: v128, b: v128, c: v128): v128 {
  const first = i8x16.shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
  return i8x16.shuffle(first, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30);
}

// @ts-ignore: decorator
@inline
function blueOf(a: v128, b: v128, c: v128): v128 {
  const first = i8x16.shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
  return i8x16.shuffle(first, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31);
}

/** Sums of two by two values: sixteen of each row become eight. */
// @ts-ignore: decorator
@inline
function fours(above: v128, below: v128): v128 {
  return i16x8.add(i16x8.extadd_pairwise_i8x16_u(above), i16x8.extadd_pairwise_i8x16_u(below));
}

/**
 * Two rows of pixels (`width` a multiple of 16, three bytes each) to two rows of luma at `luma` (`width` values of 16
 * bits a row) and a row each of cb and cr (half as many).
 */
export function planesOfTwoRows(first: usize, second: usize, width: i32, luma: usize, cb: usize, cr: usize): void {
  const row = <usize>width << 1;
  const toCb = i16x8(R_TO_CB, G_TO_CB, R_TO_CB, G_TO_CB, R_TO_CB, G_TO_CB, R_TO_CB, G_TO_CB);
  const toCr = i16x8(B_TO_CR, G_TO_CR, B_TO_CR, G_TO_CR, B_TO_CR, G_TO_CR, B_TO_CR, G_TO_CR);
  for (let x = 0; x < width; x += 16) {
    const a = v128.load(first);
    const b = v128.load(first, 16);
    const c = v128.load(first, 32);
    const red = redOf(a, b, c);
    const green = greenOf(a, b, c);
    const blue = blueOf(a, b, c);
    writeLuma(
      i16x8.extend_low_i8x16_u(red),
      i16x8.extend_low_i8x16_u(green),
      i16x8.extend_low_i8x16_u(blue),
      luma,
    );
    writeLuma(
      i16x8.extend_high_i8x16_u(red),
      i16x8.extend_high_i8x16_u(green),
      i16x8.extend_high_i8x16_u(blue),
      luma + 16,
    );
    const d = v128.load(second);
    const e = v128.load(second, 16);
    const f = v128.load(second, 32);
    const redBelow = redOf(d, e, f);
    const greenBelow = greenOf(d, e, f);
    const blueBelow = blueOf(d, e, f);
    writeLuma(
      i16x8.extend_low_i8x16_u(redBelow),
      i16x8.extend_low_i8x16_u(greenBelow),
      i16x8.extend_low_i8x16_u(blueBelow),
      luma + row,
    );
    writeLuma(
      i16x8.extend_high_i8x16_u(redBelow),
      i16x8.extend_high_i8x16_u(greenBelow),
      i16x8.extend_high_i8x16_u(blueBelow),
      luma + row + 16,
    );
    const reds = fours(red, redBelow);
    const greens = fours(green, greenBelow);
    const blues = fours(blue, blueBelow);
    const cbLow = chromaOf(lowPairs(reds, greens), toCb, i32x4.extend_low_i16x8_s(blues));
    const cbHigh = chromaOf(highPairs(reds, greens), toCb, i32x4.extend_high_i16x8_s(blues));
    v128.store(cb, i16x8.narrow_i32x4_s(cbLow, cbHigh));
    const crLow = chromaOf(lowPairs(blues, greens), toCr, i32x4.extend_low_i16x8_s(reds));
    const crHigh = chromaOf(highPairs(blues, greens), toCr, i32x4.extend_high_i16x8_s(reds));
    v128.store(cr, i16x8.narrow_i32x4_s(crLow, crHigh));
    first += 48;
    second += 48;
    luma += 32;
    cb += 16;
    cr += 16;
  }
}
