// factor * x + term on uint8 values, in single precision, truncated and clamped.

/** 1.5 * 2^23: adding it to a whole number below 2^22 leaves that number in the low bits. */
const MAGIC: f32 = 12582912;

// @ts-ignore: decorator
@inline
function scaled(x: v128, factor: v128, term: v128): v128 {
  const value = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(x), factor), term);
  return i32x4.sub(f32x4.add(f32x4.floor(value), f32x4.splat(MAGIC)), i32x4.splat(0x4b400000));
}

// @ts-ignore: decorator
@inline
function scaledBytes(x: v128, factor: v128, term: v128): v128 {
  const low = i16x8.extend_low_i8x16_u(x);
  const high = i16x8.extend_high_i8x16_u(x);
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(
      scaled(i32x4.extend_low_i16x8_u(low), factor, term),
      scaled(i32x4.extend_high_i16x8_u(low), factor, term),
    ),
    i16x8.narrow_i32x4_s(
      scaled(i32x4.extend_low_i16x8_u(high), factor, term),
      scaled(i32x4.extend_high_i16x8_u(high), factor, term),
    ),
  );
}

/**
 * `dst[i] = clamp(trunc(factor * src[i] + term))` for `count` bytes, each operation rounded to single precision.
 * Both parameters must be below 8,000 in size. `dst` may be `src`. The last block reads and writes up to 15 bytes
 * beyond `count`, within the padding every buffer has.
 */
export function linear(src: usize, dst: usize, count: i32, factor: f32, term: f32): void {
  const f = f32x4.splat(factor);
  const t = f32x4.splat(term);
  for (let i = 0; i < count; i += 16) {
    v128.store(dst + <usize>i, scaledBytes(v128.load(src + <usize>i), f, t));
  }
}

/** `dst[i] = 255 - src[i]`; `dst` may be `src`. The last block may touch up to 15 bytes beyond `count`. */
export function invert(src: usize, dst: usize, count: i32): void {
  for (let i = 0; i < count; i += 16) {
    v128.store(dst + <usize>i, v128.not(v128.load(src + <usize>i)));
  }
}

// @ts-ignore: decorator
@inline
function sharpened(x: v128, blurred: v128, amount: v128): v128 {
  const value = f32x4.convert_i32x4_s(x);
  const difference = f32x4.convert_i32x4_s(i32x4.sub(x, blurred));
  const sum = f32x4.add(value, f32x4.mul(amount, difference));
  return i32x4.sub(f32x4.add(f32x4.floor(sum), f32x4.splat(MAGIC)), i32x4.splat(0x4b400000));
}

/** `dst[i] = clamp(trunc(src[i] + amount * (src[i] - blurred[i])))`; any two may be the same. */
export function addDifference(src: usize, blurred: usize, dst: usize, count: i32, amount: f32): void {
  const k = f32x4.splat(amount);
  for (let i = 0; i < count; i += 8) {
    const x = v128.load8x8_u(src + <usize>i);
    const b = v128.load8x8_u(blurred + <usize>i);
    const low = sharpened(i32x4.extend_low_i16x8_u(x), i32x4.extend_low_i16x8_u(b), k);
    const high = sharpened(i32x4.extend_high_i16x8_u(x), i32x4.extend_high_i16x8_u(b), k);
    const words = i16x8.narrow_i32x4_s(low, high);
    v128.store64_lane(dst + <usize>i, i8x16.narrow_i16x8_u(words, words), 0);
  }
}
