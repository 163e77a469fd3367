// Normally distributed noise from the counter-based generator Philox 4x32-10, four blocks at a time.

// @ts-ignore: decorator
@inline
const M0: u32 = 0xd2511f53;
// @ts-ignore: decorator
@inline
const M1: u32 = 0xcd9e8d57;

/**
 * Blocks `first` to `first + 3` (counter [n, 0, 0, 0], key [k0, k1]) as 16 words in stream order into `out`.
 */
function philoxBlocks(first: u32, k0: u32, k1: u32, out: usize): void {
  // One lane a block. Products are of two lanes each: 0 and 1, then 2 and 3.
  let c0 = i32x4.add(i32x4.splat(<i32>first), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(0);
  let c2 = i32x4.splat(0);
  let c3 = i32x4.splat(0);
  const m0 = i32x4.splat(<i32>M0);
  const m1 = i32x4.splat(<i32>M1);
  for (let round = 0; round < 10; round++) {
    const p = i64x2.extmul_low_i32x4_u(c0, m0);
    const q = i64x2.extmul_high_i32x4_u(c0, m0);
    const r = i64x2.extmul_low_i32x4_u(c2, m1);
    const s = i64x2.extmul_high_i32x4_u(c2, m1);
    const high0 = i32x4.shuffle(p, q, 1, 3, 5, 7);
    const low0 = i32x4.shuffle(p, q, 0, 2, 4, 6);
    const high1 = i32x4.shuffle(r, s, 1, 3, 5, 7);
    const low1 = i32x4.shuffle(r, s, 0, 2, 4, 6);
    c0 = v128.xor(v128.xor(high1, c1), i32x4.splat(<i32>k0));
    c1 = low1;
    c2 = v128.xor(v128.xor(high0, c3), i32x4.splat(<i32>k1));
    c3 = low0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  const a = i32x4.shuffle(c0, c1, 0, 4, 1, 5);
  const b = i32x4.shuffle(c2, c3, 0, 4, 1, 5);
  const c = i32x4.shuffle(c0, c1, 2, 6, 3, 7);
  const d = i32x4.shuffle(c2, c3, 2, 6, 3, 7);
  v128.store(out, i64x2.shuffle(a, b, 0, 2));
  v128.store(out, i64x2.shuffle(a, b, 1, 3), 16);
  v128.store(out, i64x2.shuffle(c, d, 0, 2), 32);
  v128.store(out, i64x2.shuffle(c, d, 1, 3), 48);
}

/** Four normal numbers for four 16-bit words, scaled: deviation * table[word] + mean. */
// @ts-ignore: decorator
@inline
function normals(words: usize, table: usize, deviation: v128, mean: v128): v128 {
  let z = v128.load32_zero(table + (<usize>load<u16>(words) << 2));
  z = v128.load32_lane(table + (<usize>load<u16>(words, 2) << 2), z, 1, 0);
  z = v128.load32_lane(table + (<usize>load<u16>(words, 4) << 2), z, 2, 0);
  z = v128.load32_lane(table + (<usize>load<u16>(words, 6) << 2), z, 3, 0);
  return f32x4.add(f32x4.mul(z, deviation), mean);
}

/**
 * `count` normal numbers (f32) into `dst`: number n is deviation * table[w] + mean, where w is the n-th 16-bit word
 * of the key's stream (low half of a 32-bit word first). `words`: 64 bytes of working memory. Writes whole groups
 * of 32.
 */
export function normalNoise(
  dst: usize, count: i32, k0: u32, k1: u32, deviation: f32, mean: f32, table: usize, words: usize,
): void {
  const d = f32x4.splat(deviation);
  const m = f32x4.splat(mean);
  for (let i = 0; i < count; i += 32) {
    philoxBlocks(<u32>(i >> 3), k0, k1, words);
    for (let j: usize = 0; j < 32; j += 4) {
      v128.store(dst + ((<usize>i + j) << 2), normals(words + (j << 1), table, d, m));
    }
  }
}

// @ts-ignore: decorator
@inline
function truncated(value: v128): v128 {
  return i32x4.sub(f32x4.add(f32x4.floor(value), f32x4.splat(12582912)), i32x4.splat(0x4b400000));
}

/**
 * dst = clamp(trunc(src + noise)), noise of one number a value (channels 1) or one a pixel, shared by its channels.
 * `dst` may be `src`; reads and writes whole groups of 16 values.
 */
export function addNoise(src: usize, dst: usize, count: i32, noise: usize): void {
  for (let i = 0; i < count; i += 16) {
    const x = v128.load(src + <usize>i);
    const at = noise + (<usize>i << 2);
    const low = i16x8.extend_low_i8x16_u(x);
    const high = i16x8.extend_high_i8x16_u(x);
    const a = f32x4.add(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low)), v128.load(at));
    const b = f32x4.add(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low)), v128.load(at, 16));
    const c = f32x4.add(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high)), v128.load(at, 32));
    const d = f32x4.add(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high)), v128.load(at, 48));
    v128.store(
      dst + <usize>i,
      i8x16.narrow_i16x8_u(
        i16x8.narrow_i32x4_s(truncated(a), truncated(b)),
        i16x8.narrow_i32x4_s(truncated(c), truncated(d)),
      ),
    );
  }
}

/** As `addNoise` with a fresh number for every value, made in blocks that stay in the nearest cache. */
export function addNormalNoise(
  src: usize, dst: usize, count: i32, k0: u32, k1: u32, deviation: f32, mean: f32, table: usize, work: usize,
): void {
  const d = f32x4.splat(deviation);
  const m = f32x4.splat(mean);
  const noise = work + 64;
  for (let i = 0; i < count; i += 32) {
    philoxBlocks(<u32>(i >> 3), k0, k1, work);
    for (let j: usize = 0; j < 32; j += 4) {
      v128.store(noise + (j << 2), normals(work + (j << 1), table, d, m));
    }
    addNoise(src + <usize>i, dst + <usize>i, 32, noise);
  }
}

/** Repeats every f32 of `src` for each of `channels`. */
export function repeatChannels(src: usize, dst: usize, pixels: i32, channels: i32): void {
  for (let i = 0; i < pixels; i++) {
    const value = load<f32>(src + (<usize>i << 2));
    for (let c = 0; c < channels; c++) {
      store<f32>(dst, value);
      dst += 4;
    }
  }
}

/**
 * A picture of f32 enlarged by linear interpolation: first along rows, then along columns. For each output column
 * `xs` holds the byte offsets of the left and right source values (u32 pairs, one pair a value of the row) and `xw`
 * the right one's weight (f32, likewise); `ys`, `yw` the same for rows. `lines`: two rows of f32.
 */
export function enlarge(
  src: usize, dst: usize, count: i32, height: i32, xs: usize, xw: usize, ys: usize, yw: usize, lines: usize,
): void {
  const second = lines + (<usize>count << 2);
  for (let y = 0; y < height; y++) {
    const w = load<f32>(yw + (<usize>y << 2));
    enlargeRow(src + <usize>load<u32>(ys + (<usize>y << 3)), lines, count, xs, xw);
    enlargeRow(src + <usize>load<u32>(ys + (<usize>y << 3), 4), second, count, xs, xw);
    for (let i = 0; i < count; i++) {
      const a = load<f32>(lines + (<usize>i << 2)) * (<f32>1 - w);
      const b = load<f32>(second + (<usize>i << 2)) * w;
      store<f32>(dst, a + b);
      dst += 4;
    }
  }
}

function enlargeRow(src: usize, dst: usize, count: i32, xs: usize, xw: usize): void {
  for (let i = 0; i < count; i++) {
    const w = load<f32>(xw + (<usize>i << 2));
    const left = load<f32>(src + <usize>load<u32>(xs + (<usize>i << 3)));
    const right = load<f32>(src + <usize>load<u32>(xs + (<usize>i << 3), 4));
    store<f32>(dst + (<usize>i << 2), left * (<f32>1 - w) + right * w);
  }
}
