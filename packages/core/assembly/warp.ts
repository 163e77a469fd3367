// Warps of uint8 pictures by a homography: every output pixel is looked up in the input.
import { borderIndex } from "./border-index";
import { lookUp, reciprocalOf, TapSource } from "./warp-taps";

const FIXED_ONE: f64 = 4294967296.0;
/** Distance from a boundary, in pixels, within which the careful path decides. */
const MARGIN: f64 = 1.0 / 64.0;
const FAR: f64 = 1073741824.0;

// The interval of a row on which linear conditions hold; set by `clip`.
let spanStart: f64 = 0;
let spanEnd: f64 = 0;

/** Narrows the span to where slope * x + offset >= 0. */
@inline
function clip(slope: f64, offset: f64): void {
  if (slope > 0) spanStart = max(spanStart, Math.ceil(-offset / slope));
  else if (slope < 0) spanEnd = min(spanEnd, Math.floor(-offset / slope) + 1);
  else if (offset < 0) spanEnd = spanStart;
}

/**
 * Sets the span of the row to the pixels whose source lies in [low, highX] x [low, highY]. Numerators and denominator
 * are linear in x; the denominator must be positive on the whole row.
 */
function findSpan(
  ax: f64, bx: f64, ay: f64, by: f64, aw: f64, bw: f64, width: i32, low: f64, highX: f64, highY: f64,
): void {
  spanStart = 0;
  spanEnd = width;
  clip(ax - low * aw, bx - low * bw);
  clip(highX * aw - ax, highX * bw - bx);
  clip(ay - low * aw, by - low * bw);
  clip(highY * aw - ay, highY * bw - by);
  if (!(spanEnd > spanStart)) spanEnd = spanStart = 0;
}

/** Weights of two neighbours in a row, as pairs of 16 bits for a dot product. */
@inline
function weightPair(left: i32, right: i32): v128 {
  return i32x4.splat(left | (right << 16));
}

/** Blends the 2 x 2 neighbours at `pointer` (3 channels): three sums of 14 bits behind the point, and a fourth. */
@inline
function blend3(pointer: usize, stride: usize, fx: i32, fy: i32): v128 {
  const w11 = fx * fy;
  const w01 = (fx << 7) - w11;
  const w10 = (fy << 7) - w11;
  const w00 = 16384 - (fx << 7) - w10;
  const order = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  const top = i8x16.swizzle(v128.load64_zero(pointer), order);
  const bottom = i8x16.swizzle(v128.load64_zero(pointer + stride), order);
  return i32x4.add(
    i32x4.dot_i16x8_s(top, weightPair(w00, w01)),
    i32x4.dot_i16x8_s(bottom, weightPair(w10, w11)),
  );
}

@inline
function blend4(pointer: usize, stride: usize, fx: i32, fy: i32): v128 {
  const w11 = fx * fy;
  const w01 = (fx << 7) - w11;
  const w10 = (fy << 7) - w11;
  const w00 = 16384 - (fx << 7) - w10;
  const order = i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
  const top = i8x16.swizzle(v128.load64_zero(pointer), order);
  const bottom = i8x16.swizzle(v128.load64_zero(pointer + stride), order);
  return i32x4.add(
    i32x4.dot_i16x8_s(top, weightPair(w00, w01)),
    i32x4.dot_i16x8_s(bottom, weightPair(w10, w11)),
  );
}

@inline
function blend1(pointer: usize, stride: usize, fx: i32, fy: i32): i32 {
  const w11 = fx * fy;
  const w01 = (fx << 7) - w11;
  const w10 = (fy << 7) - w11;
  const w00 = 16384 - (fx << 7) - w10;
  const sum =
    <i32>load<u8>(pointer) * w00 +
    <i32>load<u8>(pointer, 1) * w01 +
    <i32>load<u8>(pointer + stride) * w10 +
    <i32>load<u8>(pointer + stride, 1) * w11;
  return (sum + 8192) >> 14;
}

/** Four pixels' sums to bytes: 16 bytes, pixel after pixel, four channels each. */
@inline
function pack(a: v128, b: v128, c: v128, d: v128): v128 {
  const half = i32x4.splat(8192);
  const low = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(a, half), 14), i32x4.shr_s(i32x4.add(b, half), 14));
  const high = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(c, half), 14), i32x4.shr_s(i32x4.add(d, half), 14));
  return i8x16.narrow_i16x8_u(low, high);
}

/** Twelve bytes of the first three channels, then four of no meaning. */
@inline
function dropFourth(v: v128): v128 {
  return i8x16.swizzle(v, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
}

/** Any number of channels at a position that may lie outside, in units of 1/128 pixel. */
function carefulLinear(s: TapSource, target: usize, fixedX: i32, fixedY: i32): void {
  const x0 = fixedX >> 7;
  const y0 = fixedY >> 7;
  const fx = fixedX & 127;
  const fy = fixedY & 127;
  const left = borderIndex(x0, s.width, s.border);
  const right = borderIndex(x0 + 1, s.width, s.border);
  const top = borderIndex(y0, s.height, s.border);
  const bottom = borderIndex(y0 + 1, s.height, s.border);
  for (let c = 0; c < s.channels; c++) {
    const sum =
      (128 - fy) * ((128 - fx) * lookUp(s, left, top, c) + fx * lookUp(s, right, top, c)) +
      fy * ((128 - fx) * lookUp(s, left, bottom, c) + fx * lookUp(s, right, bottom, c));
    store<u8>(target + c, (sum + 8192) >> 14);
  }
}

/** A coordinate in 1/128 pixels, rounded half up; far beyond any picture it stays where it is. */
@inline
function toFixed(value: f64): i32 {
  return i32(Math.floor(min(max(value, -8388608.0), 8388608.0) * 128.0 + 0.5));
}

function fillSpan(s: TapSource, target: usize, count: i32): void {
  for (let x = 0; x < count; x++) {
    for (let c = 0; c < s.channels; c++) store<u8>(target + x * s.channels + c, load<u8>(s.fill + c));
  }
}

/** Bilinear, affine: rows step in 64-bit fixed point. */
export function warpAffineLinear(s: TapSource, target: usize, width: i32, height: i32, m: usize): void {
  const m0 = load<f64>(m);
  const m1 = load<f64>(m, 8);
  const m2 = load<f64>(m, 16);
  const m3 = load<f64>(m, 24);
  const m4 = load<f64>(m, 32);
  const m5 = load<f64>(m, 40);
  const stepX = i64(nearest(m0 * FIXED_ONE));
  const stepY = i64(nearest(m3 * FIXED_ONE));
  const stride: usize = s.width * s.channels;
  const channels = s.channels;
  const lastX: f64 = s.width - 1;
  const lastY: f64 = s.height - 1;
  for (let y = 0; y < height; y++) {
    const row = target + y * width * channels;
    const bx = m1 * y + m2;
    const by = m4 * y + m5;
    const startX = i64(nearest(bx * FIXED_ONE)) + (1 << 24);
    const startY = i64(nearest(by * FIXED_ONE)) + (1 << 24);
    let seen = 0;
    let seenEnd = width;
    if (s.border == 0) {
      findSpan(m0, bx, m3, by, 0, 1, width, -1 - MARGIN, lastX + 1 + MARGIN, lastY + 1 + MARGIN);
      seen = i32(spanStart);
      seenEnd = i32(spanEnd);
      fillSpan(s, row, seen);
    }
    findSpan(m0, bx, m3, by, 0, 1, width, MARGIN, lastX - MARGIN, lastY - MARGIN);
    let inside = i32(spanStart);
    let insideEnd = i32(spanEnd);
    if (insideEnd <= inside) inside = insideEnd = seenEnd;
    let px = startX + <i64>seen * stepX;
    let py = startY + <i64>seen * stepY;
    let x = seen;
    for (; x < inside; x++) {
      carefulLinear(s, row + x * channels, i32(px >> 25), i32(py >> 25));
      px += stepX;
      py += stepY;
    }
    if (channels == 3) {
      for (; x + 4 <= insideEnd; x += 4) {
        const a = blend3(address(s, px, py, stride, 3), stride, fraction(px), fraction(py));
        px += stepX;
        py += stepY;
        const b = blend3(address(s, px, py, stride, 3), stride, fraction(px), fraction(py));
        px += stepX;
        py += stepY;
        const c = blend3(address(s, px, py, stride, 3), stride, fraction(px), fraction(py));
        px += stepX;
        py += stepY;
        const d = blend3(address(s, px, py, stride, 3), stride, fraction(px), fraction(py));
        px += stepX;
        py += stepY;
        v128.store(row + x * 3, dropFourth(pack(a, b, c, d)));
      }
    } else if (channels == 4) {
      for (; x + 4 <= insideEnd; x += 4) {
        const a = blend4(address(s, px, py, stride, 4), stride, fraction(px), fraction(py));
        px += stepX;
        py += stepY;
        const b = blend4(address(s, px, py, stride, 4), stride, fraction(px), fraction(py));
        px += stepX;
        py += stepY;
        const c = blend4(address(s, px, py, stride, 4), stride, fraction(px), fraction(py));
        px += stepX;
        py += stepY;
        const d = blend4(address(s, px, py, stride, 4), stride, fraction(px), fraction(py));
        px += stepX;
        py += stepY;
        v128.store(row + x * 4, pack(a, b, c, d));
      }
    } else if (channels == 1) {
      for (; x < insideEnd; x++) {
        store<u8>(row + x, blend1(address(s, px, py, stride, 1), stride, fraction(px), fraction(py)));
        px += stepX;
        py += stepY;
      }
    }
    for (; x < seenEnd; x++) {
      carefulLinear(s, row + x * channels, i32(px >> 25), i32(py >> 25));
      px += stepX;
      py += stepY;
    }
    fillSpan(s, row + seenEnd * channels, width - seenEnd);
  }
}

@inline
function address(s: TapSource, px: i64, py: i64, stride: usize, channels: usize): usize {
  return s.pointer + usize(py >> 32) * stride + usize(px >> 32) * channels;
}

@inline
function fraction(position: i64): i32 {
  return (i32(position) >>> 25) & 127;
}

/** Bilinear, with a division a pixel. */
export function warpProjectiveLinear(s: TapSource, target: usize, width: i32, height: i32, m: usize): void {
  const m0 = load<f64>(m);
  const m3 = load<f64>(m, 24);
  const m6 = load<f64>(m, 48);
  const stride: usize = s.width * s.channels;
  const channels = s.channels;
  const lastX: f64 = s.width - 1;
  const lastY: f64 = s.height - 1;
  for (let y = 0; y < height; y++) {
    const row = target + y * width * channels;
    const bx = load<f64>(m, 8) * y + load<f64>(m, 16);
    const by = load<f64>(m, 32) * y + load<f64>(m, 40);
    const bw = load<f64>(m, 56) * y + load<f64>(m, 64);
    // Where the denominator is not safely positive on the whole row, the careful path takes all of it.
    const positive = bw > 1e-9 && m6 * (width - 1) + bw > 1e-9;
    let seen = 0;
    let seenEnd = width;
    let inside = width;
    let insideEnd = width;
    if (positive) {
      if (s.border == 0) {
        findSpan(m0, bx, m3, by, m6, bw, width, -1 - MARGIN, lastX + 1 + MARGIN, lastY + 1 + MARGIN);
        seen = i32(spanStart);
        seenEnd = i32(spanEnd);
        fillSpan(s, row, seen);
      }
      findSpan(m0, bx, m3, by, m6, bw, width, MARGIN, lastX - MARGIN, lastY - MARGIN);
      inside = i32(spanStart);
      insideEnd = i32(spanEnd);
      if (insideEnd <= inside) inside = insideEnd = seenEnd;
    }
    let x = seen;
    for (; x < inside; x++) carefulProjective(s, row + x * channels, x, m0, bx, m3, by, m6, bw);
    if (channels == 3) {
      for (; x + 4 <= insideEnd; x += 4) {
        const a = blendAt3(s, stride, x, m0, bx, m3, by, m6, bw);
        const b = blendAt3(s, stride, x + 1, m0, bx, m3, by, m6, bw);
        const c = blendAt3(s, stride, x + 2, m0, bx, m3, by, m6, bw);
        const d = blendAt3(s, stride, x + 3, m0, bx, m3, by, m6, bw);
        v128.store(row + x * 3, dropFourth(pack(a, b, c, d)));
      }
    } else if (channels == 4) {
      for (; x + 4 <= insideEnd; x += 4) {
        const a = blendAt4(s, stride, x, m0, bx, m3, by, m6, bw);
        const b = blendAt4(s, stride, x + 1, m0, bx, m3, by, m6, bw);
        const c = blendAt4(s, stride, x + 2, m0, bx, m3, by, m6, bw);
        const d = blendAt4(s, stride, x + 3, m0, bx, m3, by, m6, bw);
        v128.store(row + x * 4, pack(a, b, c, d));
      }
    } else if (channels == 1) {
      for (; x < insideEnd; x++) {
        const reciprocal = 1.0 / (m6 * x + bw);
        const fixedX = i32(((m0 * x + bx) * reciprocal) * 128.0 + 0.5);
        const fixedY = i32(((m3 * x + by) * reciprocal) * 128.0 + 0.5);
        const pointer = s.pointer + usize(fixedY >> 7) * stride + usize(fixedX >> 7);
        store<u8>(row + x, blend1(pointer, stride, fixedX & 127, fixedY & 127));
      }
    }
    for (; x < seenEnd; x++) carefulProjective(s, row + x * channels, x, m0, bx, m3, by, m6, bw);
    fillSpan(s, row + seenEnd * channels, width - seenEnd);
  }
}

@inline
function blendAt3(
  s: TapSource, stride: usize, x: f64, m0: f64, bx: f64, m3: f64, by: f64, m6: f64, bw: f64,
): v128 {
  // Inside, positions are positive: truncation is the floor.
  const reciprocal = 1.0 / (m6 * x + bw);
  const fixedX = i32(((m0 * x + bx) * reciprocal) * 128.0 + 0.5);
  const fixedY = i32(((m3 * x + by) * reciprocal) * 128.0 + 0.5);
  const pointer = s.pointer + usize(fixedY >> 7) * stride + usize(fixedX >> 7) * 3;
  return blend3(pointer, stride, fixedX & 127, fixedY & 127);
}

@inline
function blendAt4(
  s: TapSource, stride: usize, x: f64, m0: f64, bx: f64, m3: f64, by: f64, m6: f64, bw: f64,
): v128 {
  const reciprocal = 1.0 / (m6 * x + bw);
  const fixedX = i32(((m0 * x + bx) * reciprocal) * 128.0 + 0.5);
  const fixedY = i32(((m3 * x + by) * reciprocal) * 128.0 + 0.5);
  const pointer = s.pointer + usize(fixedY >> 7) * stride + usize(fixedX >> 7) * 4;
  return blend4(pointer, stride, fixedX & 127, fixedY & 127);
}

function carefulProjective(
  s: TapSource, target: usize, x: f64, m0: f64, bx: f64, m3: f64, by: f64, m6: f64, bw: f64,
): void {
  const reciprocal = reciprocalOf(m6 * x + bw);
  carefulLinear(s, target, toFixed((m0 * x + bx) * reciprocal), toFixed((m3 * x + by) * reciprocal));
}
