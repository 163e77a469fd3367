// Where the pixels of one row come from: i32 in units of 2^-14 of a pixel. Rows are filled up to a multiple of four.

const UNITS: f64 = 16384.0;
const FIXED_ONE: f64 = 4294967296.0;
/** Adding it to a number below 2^31 leaves that number, rounded half to even, in the low 32 bits. */
const ROUNDER: f64 = 6755399441055744.0;
/** Positions are kept within 2^17 - 2 pixels, which is what 32 bits hold. */
const FARTHEST: f64 = 2147450880.0;

@inline
function lowWords(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
}

@inline
function bounded(v: v128): v128 {
  return f64x2.pmin(f64x2.splat(FARTHEST), f64x2.pmax(f64x2.splat(-FARTHEST), v));
}

/** Position of a row's first pixel on one axis in units of 2^-32 of a pixel, plus half a unit of the results. */
@inline
function startOf(slope: f64, offset: f64, y: f64): i64 {
  return i64(nearest((slope * y + offset) * FIXED_ONE)) + (1 << 17);
}

/**
 * Positions of row `y` under the affine matrix at `m` (nine doubles, output to input), rounded half up. Steps are
 * whole numbers of 2^-32 of a pixel. All of the picture's positions must be within 2^16 pixels.
 */
export function locateAffine(xs: usize, ys: usize, count: i32, m: usize, y: f64): void {
  const stepX = i64(nearest(load<f64>(m) * FIXED_ONE));
  const stepY = i64(nearest(load<f64>(m, 24) * FIXED_ONE));
  const startX = startOf(load<f64>(m, 8), load<f64>(m, 16), y);
  const startY = startOf(load<f64>(m, 32), load<f64>(m, 40), y);
  let x0 = i64x2.replace_lane(i64x2.splat(startX), 1, startX + stepX);
  let y0 = i64x2.replace_lane(i64x2.splat(startY), 1, startY + stepY);
  let x2 = i64x2.add(x0, i64x2.splat(2 * stepX));
  let y2 = i64x2.add(y0, i64x2.splat(2 * stepY));
  const fourX = i64x2.splat(4 * stepX);
  const fourY = i64x2.splat(4 * stepY);
  for (let x = 0; x < count; x += 4) {
    v128.store(xs + x * 4, lowWords(i64x2.shr_u(x0, 18), i64x2.shr_u(x2, 18)));
    v128.store(ys + x * 4, lowWords(i64x2.shr_u(y0, 18), i64x2.shr_u(y2, 18)));
    x0 = i64x2.add(x0, fourX);
    x2 = i64x2.add(x2, fourX);
    y0 = i64x2.add(y0, fourY);
    y2 = i64x2.add(y2, fourY);
  }
}

/** Whether a position stays within 2^17 pixels. */
@inline
function isNear(value: f64): bool {
  return value > -FARTHEST && value < FARTHEST;
}

/** Four positions of one axis: numerators times reciprocals of denominators. */
@inline
function project(slope: v128, offset: v128, first: v128, second: v128, r0: v128, r1: v128, near: bool): v128 {
  let p = f64x2.mul(f64x2.add(f64x2.mul(slope, first), offset), r0);
  let q = f64x2.mul(f64x2.add(f64x2.mul(slope, second), offset), r1);
  if (!near) {
    p = bounded(p);
    q = bounded(q);
  }
  const rounder = f64x2.splat(ROUNDER);
  return lowWords(f64x2.add(p, rounder), f64x2.add(q, rounder));
}

/**
 * Positions of row `y` under the homography at `m`. On the line that goes to infinity they are 0, as in OpenCV. They
 * change in one direction along a row that does not cross that line, so that its ends say whether all are near.
 * Returns whether that is so.
 */
export function locateProjective(xs: usize, ys: usize, count: i32, m: usize, y: f64): bool {
  const ax = load<f64>(m) * UNITS;
  const ay = load<f64>(m, 24) * UNITS;
  const aw = load<f64>(m, 48);
  const bx = (load<f64>(m, 8) * y + load<f64>(m, 16)) * UNITS;
  const by = (load<f64>(m, 32) * y + load<f64>(m, 40)) * UNITS;
  const bw = load<f64>(m, 56) * y + load<f64>(m, 64);
  const last: f64 = count + 3;
  const end = aw * last + bw;
  const near =
    bw * end > 0 &&
    isNear(bx / bw) &&
    isNear(by / bw) &&
    isNear((ax * last + bx) / end) &&
    isNear((ay * last + by) / end);
  const slopeX = f64x2.splat(ax);
  const slopeY = f64x2.splat(ay);
  const slopeW = f64x2.splat(aw);
  const offsetX = f64x2.splat(bx);
  const offsetY = f64x2.splat(by);
  const offsetW = f64x2.splat(bw);
  const four = f64x2.splat(4);
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  let first = f64x2(0, 1);
  let second = f64x2(2, 3);
  for (let x = 0; x < count; x += 4) {
    const w0 = f64x2.add(f64x2.mul(slopeW, first), offsetW);
    const w1 = f64x2.add(f64x2.mul(slopeW, second), offsetW);
    let r0 = f64x2.div(one, w0);
    let r1 = f64x2.div(one, w1);
    if (!near) {
      r0 = v128.and(r0, f64x2.ne(w0, zero));
      r1 = v128.and(r1, f64x2.ne(w1, zero));
    }
    v128.store(xs + x * 4, project(slopeX, offsetX, first, second, r0, r1, near));
    v128.store(ys + x * 4, project(slopeY, offsetY, first, second, r0, r1, near));
    first = f64x2.add(first, four);
    second = f64x2.add(second, four);
  }
  return near;
}
