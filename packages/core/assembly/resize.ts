// Resizing of uint8 pictures.

/** `columns` and `rows`: the input position of each output position. */
export function resizeNearest(
  source: usize,
  target: usize,
  width: i32,
  channels: i32,
  targetWidth: i32,
  targetHeight: i32,
  columns: usize,
  rows: usize,
): void {
  for (let y = 0; y < targetHeight; y++) {
    const row = source + load<i32>(rows + y * 4) * width * channels;
    let out = target + y * targetWidth * channels;
    if (channels == 1) {
      for (let x = 0; x < targetWidth; x++) store<u8>(out + x, load<u8>(row + load<i32>(columns + x * 4)));
    } else {
      for (let x = 0; x < targetWidth; x++) {
        const from = row + load<i32>(columns + x * 4) * channels;
        for (let c = 0; c < channels; c++) store<u8>(out + c, load<u8>(from + c));
        out += channels;
      }
    }
  }
}

/**
 * One row along x, as 16-bit sums without their last four bits. `weights`: two doubles for each output position, of
 * 11 bits.
 */
function sumRow(
  row: usize, target: usize, channels: i32, width: i32, columns: usize, weights: usize,
): void {
  if (channels == 3 || channels == 4) {
    const order3 = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
    const order4 = i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
    const order = channels == 3 ? order3 : order4;
    let out = target;
    // Two at a time: with three channels, the second's values move up beside the first's.
    for (let x = 0; x < width; x += 2) {
      const next = min(x + 1, width - 1);
      const first = v128.load64_zero(row + load<i32>(columns + x * 8) * channels);
      const second = v128.load64_zero(row + load<i32>(columns + next * 8) * channels);
      const a = i32x4.dot_i16x8_s(i8x16.swizzle(first, order), i32x4.splat(load<i32>(weights + x * 4)));
      const b = i32x4.dot_i16x8_s(i8x16.swizzle(second, order), i32x4.splat(load<i32>(weights + next * 4)));
      const sums = i16x8.narrow_i32x4_s(i32x4.shr_s(a, 4), i32x4.shr_s(b, 4));
      v128.store(
        out,
        channels == 3 ? v128.shuffle<u8>(sums, sums, 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 14, 15) : sums,
      );
      out += channels * 4;
    }
    return;
  }
  for (let x = 0; x < width; x++) {
    const pair = load<i32>(weights + x * 4);
    const left = row + load<i32>(columns + x * 8) * channels;
    const right = row + load<i32>(columns + x * 8, 4) * channels;
    for (let c = 0; c < channels; c++) {
      const sum = <i32>load<u8>(left + c) * (pair & 0xffff) + <i32>load<u8>(right + c) * (pair >>> 16);
      store<i16>(target + (x * channels + c) * 2, sum >> 4);
    }
  }
}

/** Two rows of sums to a row of bytes. */
function blendRows(top: usize, bottom: usize, target: usize, values: i32, topWeight: i32, bottomWeight: i32): void {
  const a = i16x8.splat(<i16>topWeight);
  const b = i16x8.splat(<i16>bottomWeight);
  const two = i16x8.splat(2);
  let i = 0;
  // The last vectors may go beyond the row: what is behind it is scratch, or written later.
  for (; i < values; i += 8) {
    const s = v128.load(top + i * 2);
    const t = v128.load(bottom + i * 2);
    // The upper half of each 32-bit product is what is left of it after 16 bits have gone.
    const above = v128.shuffle<u16>(
      i32x4.extmul_low_i16x8_s(s, a), i32x4.extmul_high_i16x8_s(s, a), 1, 3, 5, 7, 9, 11, 13, 15,
    );
    const below = v128.shuffle<u16>(
      i32x4.extmul_low_i16x8_s(t, b), i32x4.extmul_high_i16x8_s(t, b), 1, 3, 5, 7, 9, 11, 13, 15,
    );
    const sums = i16x8.shr_s(i16x8.add(i16x8.add(above, below), two), 2);
    v128.store64_lane(target + i, i8x16.narrow_i16x8_u(sums, sums), 0);
  }
}

/**
 * Bilinear with OpenCV's fixed point. Tables: two positions (i32) and two weights (f64) for each output position;
 * `work`: two rows of 16-bit sums with some slack.
 */
export function resizeLinear(
  source: usize,
  target: usize,
  width: i32,
  channels: i32,
  targetWidth: i32,
  targetHeight: i32,
  columns: usize,
  columnWeights: usize,
  rows: usize,
  rowWeights: usize,
  work: usize,
): void {
  // Weights along x as pairs of 16 bits, written over the doubles.
  for (let x = 0; x < targetWidth; x++) {
    const left = i32(load<f64>(columnWeights + x * 16));
    const right = i32(load<f64>(columnWeights + x * 16, 8));
    store<i32>(columnWeights + x * 4, left | (right << 16));
  }
  const values = targetWidth * channels;
  let top = work;
  let bottom = work + values * 2 + 64;
  let topRow = -1;
  let bottomRow = -1;
  for (let y = 0; y < targetHeight; y++) {
    const first = load<i32>(rows + y * 8);
    const second = load<i32>(rows + y * 8, 4);
    if (first == bottomRow) {
      const swap = top;
      top = bottom;
      bottom = swap;
      bottomRow = topRow;
      topRow = first;
    }
    if (first != topRow) {
      sumRow(source + first * width * channels, top, channels, targetWidth, columns, columnWeights);
      topRow = first;
    }
    const bottomWeight = i32(load<f64>(rowWeights + y * 16, 8));
    if (bottomWeight != 0 && second != bottomRow) {
      sumRow(source + second * width * channels, bottom, channels, targetWidth, columns, columnWeights);
      bottomRow = second;
    }
    blendRows(top, bottom, target + y * values, values, i32(load<f64>(rowWeights + y * 16)), bottomWeight);
  }
}

/** One row along x, in double precision. `columns` are offsets in bytes. */
function tapRow(
  row: usize, sums: usize, channels: i32, width: i32, columns: usize, weights: usize, across: i32,
): void {
  if (channels == 3) {
    for (let x = 0; x < width; x++) {
      let r: f64 = 0;
      let g: f64 = 0;
      let b: f64 = 0;
      for (let i = 0; i < across; i++) {
        const k = x * across + i;
        const weight = load<f64>(weights + k * 8);
        const pixel = row + load<i32>(columns + k * 4);
        r += weight * <f64>load<u8>(pixel);
        g += weight * <f64>load<u8>(pixel, 1);
        b += weight * <f64>load<u8>(pixel, 2);
      }
      store<f64>(sums, r);
      store<f64>(sums, g, 8);
      store<f64>(sums, b, 16);
      sums += 24;
    }
    return;
  }
  for (let x = 0; x < width; x++) {
    for (let c = 0; c < channels; c++) {
      let sum: f64 = 0;
      for (let i = 0; i < across; i++) {
        const k = x * across + i;
        sum += load<f64>(weights + k * 8) * <f64>load<u8>(row + load<i32>(columns + k * 4) + c);
      }
      store<f64>(sums, sum);
      sums += 8;
    }
  }
}

/** Adds a weighted row to the totals; may go one value beyond. */
@inline
function addRow(totals: usize, row: usize, values: i32, weight: f64): void {
  const w = f64x2.splat(weight);
  for (let v = 0; v < values; v += 2) {
    v128.store(totals + v * 8, f64x2.add(v128.load(totals + v * 8), f64x2.mul(w, v128.load(row + v * 8))));
  }
}

/** Totals over the unit, rounded and clamped to bytes. */
function roundRow(totals: usize, target: usize, values: i32, unit: f64, halfUp: i32): void {
  const zero = f64x2.splat(0);
  const top = f64x2.splat(255);
  const half = f64x2.splat(0.5);
  const divisor = f64x2.splat(unit);
  let v = 0;
  for (; v + 2 <= values; v += 2) {
    const value = f64x2.div(v128.load(totals + v * 8), divisor);
    const rounded = halfUp ? f64x2.floor(f64x2.add(value, half)) : f64x2.nearest(value);
    const bytes = i32x4.trunc_sat_f64x2_s_zero(f64x2.min(f64x2.max(rounded, zero), top));
    store<u8>(target + v, <u8>i32x4.extract_lane(bytes, 0));
    store<u8>(target + v + 1, <u8>i32x4.extract_lane(bytes, 1));
  }
  if (v < values) {
    const value = load<f64>(totals + v * 8) / unit;
    const rounded = halfUp ? Math.floor(value + 0.5) : nearest(value);
    store<u8>(target + v, <u8>i32(min(max(rounded, 0.0), 255.0)));
  }
}

/**
 * Any separable weights, in double precision. `work`: a double for each value of the picture resized along x, and a
 * row of doubles with one more.
 */
export function resizeTaps(
  source: usize,
  target: usize,
  width: i32,
  height: i32,
  channels: i32,
  targetWidth: i32,
  targetHeight: i32,
  columns: usize,
  columnWeights: usize,
  rows: usize,
  rowWeights: usize,
  across: i32,
  down: i32,
  unit: f64,
  halfUp: i32,
  work: usize,
): void {
  const values = targetWidth * channels;
  for (let k = 0; k < targetWidth * across; k++) {
    store<i32>(columns + k * 4, load<i32>(columns + k * 4) * channels);
  }
  const totals = work;
  const sums = work + ((values + 2) & ~1) * 8;
  for (let y = 0; y < height; y++) {
    const row = source + y * width * channels;
    tapRow(row, sums + y * values * 8, channels, targetWidth, columns, columnWeights, across);
  }
  for (let y = 0; y < targetHeight; y++) {
    memory.fill(totals, 0, values * 8 + 8);
    for (let j = 0; j < down; j++) {
      const k = y * down + j;
      addRow(totals, sums + load<i32>(rows + k * 4) * values * 8, values, load<f64>(rowWeights + k * 8));
    }
    roundRow(totals, target + y * values, values, unit, halfUp);
  }
}
