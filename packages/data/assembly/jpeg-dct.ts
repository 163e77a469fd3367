// The discrete cosine transform of 8 x 8 values, quantized.

const SQRT_HALF: f32 = 0.707106781;
const COS_6: f32 = 0.382683433;
const COS_2_LESS_6: f32 = 0.5411961;
const COS_2_PLUS_6: f32 = 1.306562965;

/**
 * The scaled one-dimensional transform of Arai, Agui and Nakajima ("A fast DCT-SQ scheme for images", Trans. IEICE 71,
 * 1988), four at a time: eight vectors at `at`, `step` bytes apart, are replaced. The scale is part of the quantization.
 */
// @ts-ignore: decorator
@inline
function transform4(at: usize, step: usize): void {
  const a = v128.load(at);
  const b = v128.load(at + step);
  const c = v128.load(at + 2 * step);
  const d = v128.load(at + 3 * step);
  const e = v128.load(at + 4 * step);
  const f = v128.load(at + 5 * step);
  const g = v128.load(at + 6 * step);
  const h = v128.load(at + 7 * step);
  const s0 = f32x4.add(a, h);
  const s7 = f32x4.sub(a, h);
  const s1 = f32x4.add(b, g);
  const s6 = f32x4.sub(b, g);
  const s2 = f32x4.add(c, f);
  const s5 = f32x4.sub(c, f);
  const s3 = f32x4.add(d, e);
  const s4 = f32x4.sub(d, e);

  const e10 = f32x4.add(s0, s3);
  const e13 = f32x4.sub(s0, s3);
  const e11 = f32x4.add(s1, s2);
  const e12 = f32x4.sub(s1, s2);
  v128.store(at, f32x4.add(e10, e11));
  v128.store(at + 4 * step, f32x4.sub(e10, e11));
  const z1 = f32x4.mul(f32x4.add(e12, e13), f32x4.splat(SQRT_HALF));
  v128.store(at + 2 * step, f32x4.add(e13, z1));
  v128.store(at + 6 * step, f32x4.sub(e13, z1));

  const o10 = f32x4.add(s4, s5);
  const o11 = f32x4.add(s5, s6);
  const o12 = f32x4.add(s6, s7);
  const z5 = f32x4.mul(f32x4.sub(o10, o12), f32x4.splat(COS_6));
  const z2 = f32x4.add(f32x4.mul(o10, f32x4.splat(COS_2_LESS_6)), z5);
  const z4 = f32x4.add(f32x4.mul(o12, f32x4.splat(COS_2_PLUS_6)), z5);
  const z3 = f32x4.mul(o11, f32x4.splat(SQRT_HALF));
  const z11 = f32x4.add(s7, z3);
  const z13 = f32x4.sub(s7, z3);
  v128.store(at + 5 * step, f32x4.add(z13, z2));
  v128.store(at + 3 * step, f32x4.sub(z13, z2));
  v128.store(at + step, f32x4.add(z11, z4));
  v128.store(at + 7 * step, f32x4.sub(z11, z4));
}

/** Four rows of four values at `src` (32 bytes a row) as four columns at `dst`. */
// @ts-ignore: decorator
@inline
function transpose4(src: usize, dst: usize): void {
  const a = v128.load(src);
  const b = v128.load(src, 32);
  const c = v128.load(src, 64);
  const d = v128.load(src, 96);
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(dst, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(dst, i64x2.shuffle(ab0, cd0, 1, 3), 32);
  v128.store(dst, i64x2.shuffle(ab1, cd1, 0, 2), 64);
  v128.store(dst, i64x2.shuffle(ab1, cd1, 1, 3), 96);
}

/** Eight values of a row of coefficients times eight of the table, rounded to 16 bits. */
// @ts-ignore: decorator
@inline
function quantized(at: usize, table: usize): v128 {
  const low = f32x4.nearest(f32x4.mul(v128.load(at), v128.load(table)));
  const high = f32x4.nearest(f32x4.mul(v128.load(at, 16), v128.load(table, 16)));
  return i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(low), i32x4.trunc_sat_f32x4_s(high));
}

/**
 * The block of 8 x 8 values of 16 bits at `src` (`stride` bytes a row) as quantized coefficients of 16 bits at
 * `out`, column by column. `table`: the factors of quantization (32-bit floats, column by column). `work`: 512 bytes.
 */
export function transformBlock(src: usize, stride: usize, table: usize, out: usize, work: usize): void {
  for (let row: usize = 0; row < 8; row++) {
    const values = v128.load(src + row * stride);
    v128.store(work + 32 * row, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(values)));
    v128.store(work + 32 * row, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(values)), 16);
  }
  transform4(work, 32);
  transform4(work + 16, 32);
  const turned = work + 256;
  transpose4(work, turned);
  transpose4(work + 16, turned + 128);
  transpose4(work + 128, turned + 16);
  transpose4(work + 144, turned + 144);
  transform4(turned, 32);
  transform4(turned + 16, 32);
  for (let column: usize = 0; column < 8; column++) {
    v128.store(out + 16 * column, quantized(turned + 32 * column, table + 32 * column));
  }
}
