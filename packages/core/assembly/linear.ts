// Linear functions of uint8 values, truncated and clamped.
import { held, heldFloat } from "./held";

/** 1.5 * 2^23: adding it to a whole number below 2^22 leaves that number in the low bits. */
const MAGIC: f32 = 12582912;

/** Eight 16-bit values, each as the pair (x, 128 x), times a factor's two parts; 20 fractional bits are cut off. */
// @ts-ignore: decorator
@inline
function scaled(x: v128, factor: v128, term: v128): v128 {
  const x128 = i16x8.shl(x, 7);
  const low = i32x4.dot_i16x8_s(i16x8.shuffle(x, x128, 0, 8, 1, 9, 2, 10, 3, 11), factor);
  const high = i32x4.dot_i16x8_s(i16x8.shuffle(x, x128, 4, 12, 5, 13, 6, 14, 7, 15), factor);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, term), 20), i32x4.shr_s(i32x4.add(high, term), 20));
}

/**
 * `dst[i] = clamp((factor * src[i] + term) >> 20)` for `count` bytes; the factor is below 2^22 in size, and no sum
 * leaves 32 bits. `dst` may be `src`. The last block reads and writes up to 15 bytes beyond `count`, within the
 * padding every buffer has.
 */
export function linear(src: usize, dst: usize, count: i32, factor: i32, term: i32): void {
  const f = held((factor & 127) | ((factor >> 7) << 16));
  const t = held(term);
  for (let i = 0; i < count; i += 16) {
    const x = v128.load(src + <usize>i);
    const low = scaled(i16x8.extend_low_i8x16_u(x), f, t);
    const high = scaled(i16x8.extend_high_i8x16_u(x), f, t);
    v128.store(dst + <usize>i, i8x16.narrow_i16x8_u(low, high));
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
function sharpened(x: v128, blurred: v128, amount: v128, magic: v128, bits: v128): v128 {
  const value = f32x4.convert_i32x4_s(x);
  const difference = f32x4.convert_i32x4_s(i32x4.sub(x, blurred));
  const sum = f32x4.add(value, f32x4.mul(amount, difference));
  return i32x4.sub(f32x4.add(f32x4.floor(sum), magic), bits);
}

/** `dst[i] = clamp(trunc(src[i] + amount * (src[i] - blurred[i])))`; any two may be the same. */
export function addDifference(src: usize, blurred: usize, dst: usize, count: i32, amount: f32): void {
  const k = heldFloat(amount);
  const magic = heldFloat(MAGIC);
  const bits = held(0x4b400000);
  for (let i = 0; i < count; i += 8) {
    const x = v128.load8x8_u(src + <usize>i);
    const b = v128.load8x8_u(blurred + <usize>i);
    const low = sharpened(i32x4.extend_low_i16x8_u(x), i32x4.extend_low_i16x8_u(b), k, magic, bits);
    const high = sharpened(i32x4.extend_high_i16x8_u(x), i32x4.extend_high_i16x8_u(b), k, magic, bits);
    const words = i16x8.narrow_i32x4_s(low, high);
    v128.store64_lane(dst + <usize>i, i8x16.narrow_i16x8_u(words, words), 0);
  }
}
