// RGB to CIE L*a*b* and back, 8 bits a channel, in OpenCV's fixed point. Planes on the Lab side.
import { held } from "./held";

/**
 * `contributions`: for each of R, G, B 256 vectors of four i32, the share of that value in X, Y, Z (12 fractional
 * bits, rounding included in R's). `roots`: the cube-root table as u32, 15 fractional bits.
 * Rounds `pixels` up to a multiple of 4 in what it reads and writes.
 */
export function rgbToLab(
  src: usize, lightness: usize, a: usize, b: usize, pixels: i32, contributions: usize, roots: usize,
): void {
  const half = held(128 * 32768 + 16384);
  const k296 = held(296);
  const k500 = held(500);
  const k200 = held(200);
  const black = held(16384 - 1336935);
  for (let i = 0; i < pixels; i += 4) {
    let x = half;
    let y = half;
    let z = half;
    let v = xyz(src, contributions);
    x = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 0) << 2), x, 0, 0);
    y = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 1) << 2), y, 0, 0);
    z = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 2) << 2), z, 0, 0);
    v = xyz(src + 3, contributions);
    x = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 0) << 2), x, 1, 0);
    y = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 1) << 2), y, 1, 0);
    z = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 2) << 2), z, 1, 0);
    v = xyz(src + 6, contributions);
    x = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 0) << 2), x, 2, 0);
    y = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 1) << 2), y, 2, 0);
    z = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 2) << 2), z, 2, 0);
    v = xyz(src + 9, contributions);
    x = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 0) << 2), x, 3, 0);
    y = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 1) << 2), y, 3, 0);
    z = v128.load32_lane(roots + <usize>(i32x4.extract_lane(v, 2) << 2), z, 3, 0);
    src += 12;
    const l = i32x4.shr_s(i32x4.add(i32x4.mul(y, k296), black), 15);
    const aa = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.sub(x, y), k500), half), 15);
    const bb = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.sub(y, z), k200), half), 15);
    const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(l, aa), i16x8.narrow_i32x4_s(bb, bb));
    v128.store32_lane(lightness + <usize>i, bytes, 0);
    v128.store32_lane(a + <usize>i, bytes, 1);
    v128.store32_lane(b + <usize>i, bytes, 2);
  }
}

// @ts-ignore: decorator
@inline
function xyz(pixel: usize, contributions: usize): v128 {
  const sum = i32x4.add(
    i32x4.add(
      v128.load(contributions + (<usize>load<u8>(pixel) << 4)),
      v128.load(contributions + (<usize>load<u8>(pixel, 1) << 4), 4096),
    ),
    v128.load(contributions + (<usize>load<u8>(pixel, 2) << 4), 8192),
  );
  return i32x4.shr_s(sum, 12);
}

/** Four values of f(X) or f(Z), 14 fractional bits, to X or Z: the cube, or the line below 6/29. */
// @ts-ignore: decorator
@inline
function cube(f: v128, knee: v128): v128 {
  const power = i32x4.shr_s(i32x4.mul(i32x4.shr_s(i32x4.mul(f, f), 14), f), 14);
  const dark = i32x4.gt_s(knee, f);
  if (!v128.any_true(dark)) return power;
  const line = i32x4.trunc_sat_f32x4_s(
    f32x4.div(f32x4.convert_i32x4_s(i32x4.mul(f, i32x4.splat(108))), f32x4.splat(841)),
  );
  return v128.bitselect(i32x4.sub(line, i32x4.splat(290)), power, dark);
}

// @ts-ignore: decorator
@inline
function linearLight(x: v128, y: v128, z: v128, cx: v128, cy: v128, cz: v128, half: v128): v128 {
  const sum = i32x4.add(
    i32x4.add(i32x4.mul(x, cx), i32x4.mul(y, cy)),
    i32x4.add(i32x4.mul(z, cz), half),
  );
  return i32x4.shr_s(sum, 14);
}

// @ts-ignore: decorator
@inline
function emit(dst: usize, gamma: usize, r: i32, g: i32, b: i32): void {
  store<u8>(dst, load<u8>(gamma + <usize>r));
  store<u8>(dst, load<u8>(gamma + <usize>g), 1);
  store<u8>(dst, load<u8>(gamma + <usize>b), 2);
}

/**
 * `luminance`: for each L a pair of u32, f(Y) and Y, 14 fractional bits. `gamma`: 4,096 bytes from linear light to
 * sRGB. Rounds `pixels` up to a multiple of 4 in what it reads and writes.
 */
export function labToRgb(
  lightness: usize, a: usize, b: usize, dst: usize, pixels: i32, luminance: usize, gamma: usize,
): void {
  const redX = held(12615);
  const redY = held(-6296);
  const redZ = held(-2223);
  const greenX = held(-3773);
  const greenY = held(7684);
  const greenZ = held(185);
  const blueX = held(217);
  const blueY = held(-836);
  const blueZ = held(4715);
  const half = held(8192);
  const limit = held(4095 * 0x10001);
  const knee = held(3391);
  const aFactor = held(5 * 53687);
  const aTerm = held(128 - (4194 << 13));
  const bFactor = held(41943);
  const bTerm = held(16 - (10484 << 9));
  for (let i = 0; i < pixels; i += 4) {
    const l = load<u32>(lightness + <usize>i);
    const p0 = v128.load64_zero(luminance + <usize>((l & 255) << 3));
    const p1 = v128.load64_zero(luminance + <usize>(((l >> 8) & 255) << 3));
    const p2 = v128.load64_zero(luminance + <usize>(((l >> 16) & 255) << 3));
    const p3 = v128.load64_zero(luminance + <usize>((l >> 24) << 3));
    const p01 = i32x4.shuffle(p0, p1, 0, 4, 1, 5);
    const p23 = i32x4.shuffle(p2, p3, 0, 4, 1, 5);
    const f = i64x2.shuffle(p01, p23, 0, 2);
    const y = i64x2.shuffle(p01, p23, 1, 3);
    const av = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(a + <usize>i)));
    const bv = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(b + <usize>i)));
    // (a - 128) / 500 and (b - 128) / 200 with 14 fractional bits, in OpenCV's rounding.
    const da = i32x4.shr_s(i32x4.add(i32x4.mul(av, aFactor), aTerm), 13);
    const db = i32x4.shr_s(i32x4.add(i32x4.mul(bv, bFactor), bTerm), 9);
    const x = cube(i32x4.add(f, da), knee);
    const z = cube(i32x4.sub(f, db), knee);
    const red = linearLight(x, y, z, redX, redY, redZ, half);
    const green = linearLight(x, y, z, greenX, greenY, greenZ, half);
    const blue = linearLight(x, y, z, blueX, blueY, blueZ, half);
    const rg = i16x8.min_u(i16x8.narrow_i32x4_u(red, green), limit);
    const bb = i16x8.min_u(i16x8.narrow_i32x4_u(blue, blue), limit);
    emit(dst, gamma, i16x8.extract_lane_u(rg, 0), i16x8.extract_lane_u(rg, 4), i16x8.extract_lane_u(bb, 0));
    emit(dst + 3, gamma, i16x8.extract_lane_u(rg, 1), i16x8.extract_lane_u(rg, 5), i16x8.extract_lane_u(bb, 1));
    emit(dst + 6, gamma, i16x8.extract_lane_u(rg, 2), i16x8.extract_lane_u(rg, 6), i16x8.extract_lane_u(bb, 2));
    emit(dst + 9, gamma, i16x8.extract_lane_u(rg, 3), i16x8.extract_lane_u(rg, 7), i16x8.extract_lane_u(bb, 3));
    dst += 12;
  }
}
