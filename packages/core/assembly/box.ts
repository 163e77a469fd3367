// Box blur of uint8 pictures: whole sums, kept from row to row.
import { held, heldFloat } from "./held";

/** Eight sums times the scale, rounded half to even, as bytes in the lower half. */
// @ts-ignore: decorator
@inline
function scaled(sums: v128, scale: v128, magic: v128, bits: v128): v128 {
  const low = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(sums)), scale);
  const high = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(sums)), scale);
  const words = i16x8.narrow_i32x4_s(
    i32x4.sub(f32x4.add(low, magic), bits),
    i32x4.sub(f32x4.add(high, magic), bits),
  );
  return i8x16.narrow_i16x8_u(words, words);
}

/**
 * Sums of squares of (2 * radius + 1) pixels a side, times `scale`, rounded and clamped; at most 15 a side, so that
 * the sums have 16 bits. `padded` is the picture with `radius` pixels of border. `ring`: working memory of
 * 2 * radius + 2 rows of (width * channels + 16) 16-bit numbers. Writes up to 7 bytes beyond the end.
 */
export function boxBlur(
  padded: usize, dst: usize, width: i32, height: i32, channels: i32, radius: i32, scale: f32, ring: usize,
): void {
  const count = width * channels;
  const size = 2 * radius + 1;
  const stride = <usize>((width + 2 * radius) * channels);
  const rowBytes = <usize>((count + 16) << 1);
  const columns = ring + <usize>size * rowBytes;
  const beyond = <usize>(size * channels);
  const factor = heldFloat(scale);
  const magic = heldFloat(12582912);
  const bits = held(0x4b400000);
  memory.fill(ring, 0, rowBytes * <usize>(size + 1));
  for (let y = 0; y < height + 2 * radius; y++) {
    const oldest = ring + <usize>(y % size) * rowBytes;
    const out = dst + <usize>((y - 2 * radius) * count);
    for (let i = 0; i < count; i += 8) {
      const at = padded + <usize>i;
      let sum = v128.load8x8_u(at);
      for (let t = <usize>channels; t < beyond; t += <usize>channels) {
        sum = i16x8.add(sum, v128.load8x8_u(at + t));
      }
      const p = oldest + (<usize>i << 1);
      const column = columns + (<usize>i << 1);
      const total = i16x8.add(v128.load(column), i16x8.sub(sum, v128.load(p)));
      v128.store(p, sum);
      v128.store(column, total);
      if (y >= 2 * radius) v128.store64_lane(out + <usize>i, scaled(total, factor, magic, bits), 0);
    }
    padded += stride;
  }
}
