// Nearest neighbours: positions rounded half to even.
import { borderIndex } from "./border-index";
import { foldIndex, lookUp, outside, WarpSource } from "./warp-source";

/** Nearest pixel of positions with 14 bits behind the point. */
@inline
function nearestOf(q: v128): v128 {
  const odd = v128.and(i32x4.shr_s(q, 14), i32x4.splat(1));
  return i32x4.shr_s(i32x4.add(i32x4.add(q, i32x4.splat(8191)), odd), 14);
}

function carefulNearest(s: WarpSource, target: usize, x: i32, y: i32): void {
  const column = borderIndex(x, s.width, s.border);
  const row = borderIndex(y, s.height, s.border);
  for (let c = 0; c < s.channels; c++) store<u8>(target + c, lookUp(s, column, row, c));
}

@inline
function nearestRow(s: WarpSource, xs: usize, ys: usize, target: usize, count: i32, channels: i32): void {
  const blank = v128.load(s.fill);
  const source = s.pointer;
  const strides = i32x4.splat(s.width * channels);
  const sizes = i32x4.splat(channels);
  const border = s.border;
  const lastX = i32x4.splat(s.width - 1);
  const lastY = i32x4.splat(s.height - 1);
  for (let x = 0; x < count; x += 4) {
    const at = target + x * channels;
    let column = nearestOf(v128.load(xs + x * 4));
    let row = nearestOf(v128.load(ys + x * 4));
    let beyond = i32x4.bitmask(v128.or(outside(column, lastX), outside(row, lastY)));
    if (beyond != 0 && border != 0) {
      const foldedX = foldIndex(column, s.width, border);
      const foldedY = foldIndex(row, s.height, border);
      if (i32x4.bitmask(v128.or(outside(foldedX, lastX), outside(foldedY, lastY))) == 0) {
        column = foldedX;
        row = foldedY;
        beyond = 0;
      }
    }
    if (beyond == 0) {
      const offset = i32x4.add(i32x4.mul(row, strides), i32x4.mul(column, sizes));
      const p0 = source + i32x4.extract_lane(offset, 0);
      const p1 = source + i32x4.extract_lane(offset, 1);
      const p2 = source + i32x4.extract_lane(offset, 2);
      const p3 = source + i32x4.extract_lane(offset, 3);
      if (channels == 1) {
        store<u8>(at, load<u8>(p0));
        store<u8>(at, load<u8>(p1), 1);
        store<u8>(at, load<u8>(p2), 2);
        store<u8>(at, load<u8>(p3), 3);
      } else {
        // With fewer than 4 channels each store spoils bytes that the next one mends.
        store<u32>(at, load<u32>(p0));
        store<u32>(at + channels, load<u32>(p1));
        store<u32>(at + 2 * channels, load<u32>(p2));
        store<u32>(at + 3 * channels, load<u32>(p3));
      }
    } else if (beyond == 15 && border == 0) {
      if (channels == 1) store<u32>(at, i32x4.extract_lane(blank, 0));
      else v128.store(at, blank);
    } else {
      carefulNearest(s, at, i32x4.extract_lane(column, 0), i32x4.extract_lane(row, 0));
      carefulNearest(s, at + channels, i32x4.extract_lane(column, 1), i32x4.extract_lane(row, 1));
      carefulNearest(s, at + 2 * channels, i32x4.extract_lane(column, 2), i32x4.extract_lane(row, 2));
      carefulNearest(s, at + 3 * channels, i32x4.extract_lane(column, 3), i32x4.extract_lane(row, 3));
    }
  }
}

/** One row from the positions of its pixels (a multiple of four of them). Up to 16 bytes behind it are spoilt. */
export function warpNearestRow(s: WarpSource, xs: usize, ys: usize, target: usize, count: i32): void {
  if (s.channels == 1) nearestRow(s, xs, ys, target, count, 1);
  else if (s.channels == 2) nearestRow(s, xs, ys, target, count, 2);
  else if (s.channels == 3) nearestRow(s, xs, ys, target, count, 3);
  else nearestRow(s, xs, ys, target, count, 4);
}
