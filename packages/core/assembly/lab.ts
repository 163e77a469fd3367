// RGB to CIE L*a*b* and back, 8 bits a channel, in OpenCV's fixed point. Planes on the Lab side.
import { held } from "./held";

// The tables lie at addresses known to the compiler, so that a look-up needs no addition: a fifth of the time.
const CONTRIBUTIONS: usize = memory.data(12288, 16);
const ROOTS: usize = memory.data(12288, 16);
const LUMINANCE: usize = memory.data(4096, 16);
const GAMMA: usize = memory.data(4096, 16);

let ready = false;

/** Whether `setLabTables` has been called. */
export function hasLabTables(): bool {
  return ready;
}

/**
 * The tables that the two conversions need. `contributions`: for each of R, G, B 256 vectors of four i32, the share of
 * that value in X, Y, Z (12 fractional bits, rounding included in R's). `roots`: the cube-root table, 3,072 u32, 15
 * fractional bits. `luminance`: for each L four i32: f(Y), 14 fractional bits, and Y's shares in R, G and B with their
 * rounding, 28 fractional bits. `gamma`: 4,096 bytes from linear light to sRGB.
 */
export function setLabTables(contributions: usize, roots: usize, luminance: usize, gamma: usize): void {
  memory.copy(CONTRIBUTIONS, contributions, 12288);
  memory.copy(ROOTS, roots, 12288);
  memory.copy(LUMINANCE, luminance, 4096);
  memory.copy(GAMMA, gamma, 4096);
  ready = true;
}

/** Rounds `pixels` up to a multiple of 4 in what it reads and writes. */
export function rgbToLab(src: usize, lightness: usize, a: usize, b: usize, pixels: i32): void {
  const half = held(128 * 32768 + 16384);
  const k296 = held(296);
  const k500 = held(500);
  const k200 = held(200);
  const black = held(16384 - 1336935);
  for (let i = 0; i < pixels; i += 4) {
    let x = half;
    let y = half;
    let z = half;
    let v = xyz(src);
    x = v128.load32_lane(<usize>(i32x4.extract_lane(v, 0) << 2), x, 0, ROOTS);
    y = v128.load32_lane(<usize>(i32x4.extract_lane(v, 1) << 2), y, 0, ROOTS);
    z = v128.load32_lane(<usize>(i32x4.extract_lane(v, 2) << 2), z, 0, ROOTS);
    v = xyz(src + 3);
    x = v128.load32_lane(<usize>(i32x4.extract_lane(v, 0) << 2), x, 1, ROOTS);
    y = v128.load32_lane(<usize>(i32x4.extract_lane(v, 1) << 2), y, 1, ROOTS);
    z = v128.load32_lane(<usize>(i32x4.extract_lane(v, 2) << 2), z, 1, ROOTS);
    v = xyz(src + 6);
    x = v128.load32_lane(<usize>(i32x4.extract_lane(v, 0) << 2), x, 2, ROOTS);
    y = v128.load32_lane(<usize>(i32x4.extract_lane(v, 1) << 2), y, 2, ROOTS);
    z = v128.load32_lane(<usize>(i32x4.extract_lane(v, 2) << 2), z, 2, ROOTS);
    v = xyz(src + 9);
    x = v128.load32_lane(<usize>(i32x4.extract_lane(v, 0) << 2), x, 3, ROOTS);
    y = v128.load32_lane(<usize>(i32x4.extract_lane(v, 1) << 2), y, 3, ROOTS);
    z = v128.load32_lane(<usize>(i32x4.extract_lane(v, 2) << 2), z, 3, ROOTS);
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

/** A pixel's X, Y and Z, as places in the cube-root table. */
// @ts-ignore: decorator
@inline
function xyz(pixel: usize): v128 {
  const sum = i32x4.add(
    i32x4.add(
      v128.load(<usize>load<u8>(pixel) << 4, CONTRIBUTIONS),
      v128.load(<usize>load<u8>(pixel, 1) << 4, CONTRIBUTIONS + 4096),
    ),
    v128.load(<usize>load<u8>(pixel, 2) << 4, CONTRIBUTIONS + 8192),
  );
  return i32x4.shr_s(sum, 12);
}

/** f(X) or f(Z), 14 fractional bits, to X or Z above 6/29: the cube. */
// @ts-ignore: decorator
@inline
function cube(f: v128): v128 {
  return i32x4.shr_s(i32x4.mul(i32x4.shr_s(i32x4.mul(f, f), 14), f), 14);
}

/** The same below 6/29: a line. */
// @ts-ignore: decorator
@inline
function line(f: v128): v128 {
  const quotient = f32x4.div(f32x4.convert_i32x4_s(i32x4.mul(f, i32x4.splat(108))), f32x4.splat(841));
  return i32x4.sub(i32x4.trunc_sat_f32x4_s(quotient), i32x4.splat(290));
}

// @ts-ignore: decorator
@inline
function linearLight(x: v128, term: v128, z: v128, cx: v128, cz: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.add(i32x4.mul(x, cx), i32x4.mul(z, cz)), term), 14);
}

/** Linear light of four pixels: four reds, four greens, four blues and four of no meaning, 16 bits each. */
const LINEAR: usize = memory.data(32, 16);

/** A pixel's bytes, `at` being twice its place among the four; one byte behind them is spoilt. */
// @ts-ignore: decorator
@inline
function emit(dst: usize, at: usize): void {
  const r = <u32>load<u8>(<usize>load<u16>(LINEAR + at), GAMMA);
  const g = <u32>load<u8>(<usize>load<u16>(LINEAR + at, 8), GAMMA);
  const b = <u32>load<u8>(<usize>load<u16>(LINEAR + at, 16), GAMMA);
  store<u32>(dst, r | (g << 8) | (b << 16));
}

/** Rounds `pixels` up to a multiple of 4 in what it reads and writes. */
export function labToRgb(lightness: usize, a: usize, b: usize, dst: usize, pixels: i32): void {
  const redX = held(12615);
  const redZ = held(-2223);
  const greenX = held(-3773);
  const greenZ = held(185);
  const blueX = held(217);
  const blueZ = held(4715);
  const limit = held(4095 * 0x10001);
  const knee = held(3391);
  const aFactor = held(5 * 53687);
  const aTerm = held(128 - (4194 << 13));
  const bFactor = held(41943);
  const bTerm = held(16 - (10484 << 9));
  for (let i = 0; i < pixels; i += 4) {
    const l = load<u32>(lightness + <usize>i);
    const p0 = v128.load(<usize>((l & 255) << 4), LUMINANCE);
    const p1 = v128.load(<usize>(((l >> 8) & 255) << 4), LUMINANCE);
    const p2 = v128.load(<usize>(((l >> 16) & 255) << 4), LUMINANCE);
    const p3 = v128.load(<usize>((l >> 24) << 4), LUMINANCE);
    const low01 = i32x4.shuffle(p0, p1, 0, 4, 1, 5);
    const low23 = i32x4.shuffle(p2, p3, 0, 4, 1, 5);
    const high01 = i32x4.shuffle(p0, p1, 2, 6, 3, 7);
    const high23 = i32x4.shuffle(p2, p3, 2, 6, 3, 7);
    const f = i64x2.shuffle(low01, low23, 0, 2);
    const av = i32x4.extend_low_i16x8_u(v128.load8x8_u(a + <usize>i));
    const bv = i32x4.extend_low_i16x8_u(v128.load8x8_u(b + <usize>i));
    // (a - 128) / 500 and (b - 128) / 200 with 14 fractional bits, in OpenCV's rounding.
    const fx = i32x4.add(f, i32x4.shr_s(i32x4.add(i32x4.mul(av, aFactor), aTerm), 13));
    const fz = i32x4.sub(f, i32x4.shr_s(i32x4.add(i32x4.mul(bv, bFactor), bTerm), 9));
    let x = cube(fx);
    let z = cube(fz);
    if (v128.any_true(i32x4.gt_s(knee, i32x4.min_s(fx, fz)))) {
      x = v128.bitselect(line(fx), x, i32x4.gt_s(knee, fx));
      z = v128.bitselect(line(fz), z, i32x4.gt_s(knee, fz));
    }
    const red = linearLight(x, i64x2.shuffle(low01, low23, 1, 3), z, redX, redZ);
    const green = linearLight(x, i64x2.shuffle(high01, high23, 0, 2), z, greenX, greenZ);
    const blue = linearLight(x, i64x2.shuffle(high01, high23, 1, 3), z, blueX, blueZ);
    v128.store(LINEAR, i16x8.min_u(i16x8.narrow_i32x4_u(red, green), limit));
    v128.store(LINEAR, i16x8.min_u(i16x8.narrow_i32x4_u(blue, blue), limit), 16);
    emit(dst, 0);
    emit(dst + 3, 2);
    emit(dst + 6, 4);
    emit(dst + 9, 6);
    dst += 12;
  }
}
