// Bilinear interpolation of uint8: four weights of 14 bits that sum to 1, exact sums, rounded half up.
import { borderIndex } from "./border-index";
import { foldIndex, lookUp, outside, WarpSource } from "./warp-source";

/** Neighbours' bytes as pairs of 16 bits, left and right of each channel. */
@inline
function pairs3(v: v128): v128 {
  return i8x16.swizzle(v, i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
}

@inline
function pairs4(v: v128): v128 {
  return i8x16.swizzle(v, i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
}

@inline
function pairs(v: v128, channels: i32): v128 {
  return channels == 3 ? pairs3(v) : pairs4(v);
}

/** The weighted sum of two rows of pairs. */
@inline
function blend(top: v128, bottom: v128, weightsTop: v128, weightsBottom: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(top, weightsTop), i32x4.dot_i16x8_s(bottom, weightsBottom));
}

@inline
function pixel(pointer: usize, stride: usize, channels: i32, weights: usize): v128 {
  return blend(
    pairs(v128.load64_zero(pointer), channels),
    pairs(v128.load64_zero(pointer + stride), channels),
    v128.load32_splat(weights),
    v128.load32_splat(weights, 16),
  );
}

/** Sums with 14 bits behind the point to words, rounded half up. */
@inline
function rounded(a: v128, b: v128): v128 {
  const halves = i16x8.narrow_i32x4_s(i32x4.shr_s(a, 13), i32x4.shr_s(b, 13));
  return i16x8.avgr_u(halves, i16x8.splat(0));
}

/** Four pixels' sums to bytes: 16 bytes, pixel after pixel, four channels each. */
@inline
function pack(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(rounded(a, b), rounded(c, d));
}

/** Stores four pixels of 3 or 4 channels; with 3, four bytes behind them are spoilt. */
@inline
function storePixels(target: usize, channels: i32, v: v128): void {
  if (channels == 3) v = i8x16.swizzle(v, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 12, 13, 14, 15));
  v128.store(target, v);
}

/** Four pixels of 1 channel from pairs of neighbours (bytes: left, right, left, ...) in the low halves. */
@inline
function storeGrey(target: usize, top: v128, bottom: v128, weights: usize): void {
  const sums = blend(
    i16x8.extend_low_i8x16_u(top),
    i16x8.extend_low_i8x16_u(bottom),
    v128.load(weights),
    v128.load(weights, 16),
  );
  const words = rounded(sums, sums);
  store<u32>(target, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0));
}

/** One pixel whose neighbours may lie outside. */
function careful(s: WarpSource, target: usize, qx: i32, qy: i32): void {
  const fx = qx & 16383;
  const fy = qy & 16383;
  const both = (fx * fy + 8192) >> 14;
  const left = borderIndex(qx >> 14, s.width, s.border);
  const right = borderIndex((qx >> 14) + 1, s.width, s.border);
  const top = borderIndex(qy >> 14, s.height, s.border);
  const bottom = borderIndex((qy >> 14) + 1, s.height, s.border);
  for (let c = 0; c < s.channels; c++) {
    const sum =
      (16384 - fx - fy + both) * lookUp(s, left, top, c) +
      (fx - both) * lookUp(s, right, top, c) +
      (fy - both) * lookUp(s, left, bottom, c) +
      both * lookUp(s, right, bottom, c);
    store<u8>(target + c, (sum + 8192) >> 14);
  }
}

/** A pixel from the offsets of its neighbours: upper left, upper right, lower left, lower right, 16 bytes apart. */
@inline
function folded(source: usize, offsets: usize, weights: usize): v128 {
  const top = v128.load32_zero(source + load<u32>(offsets));
  const bottom = v128.load32_zero(source + load<u32>(offsets, 32));
  return blend(
    pairs4(v128.load32_lane(source + load<u32>(offsets, 16), top, 1)),
    pairs4(v128.load32_lane(source + load<u32>(offsets, 48), bottom, 1)),
    v128.load32_splat(weights),
    v128.load32_splat(weights, 16),
  );
}

/** Two neighbours of four pixels of 1 channel as bytes: left, right, left, ... */
@inline
function foldedPairs(source: usize, offsets: usize): v128 {
  let v = i32x4.splat(0);
  v = v128.load8_lane(source + load<u32>(offsets), v, 0);
  v = v128.load8_lane(source + load<u32>(offsets, 16), v, 1);
  v = v128.load8_lane(source + load<u32>(offsets, 4), v, 2);
  v = v128.load8_lane(source + load<u32>(offsets, 20), v, 3);
  v = v128.load8_lane(source + load<u32>(offsets, 8), v, 4);
  v = v128.load8_lane(source + load<u32>(offsets, 24), v, 5);
  v = v128.load8_lane(source + load<u32>(offsets, 12), v, 6);
  return v128.load8_lane(source + load<u32>(offsets, 28), v, 7);
}

/** Four pixels from the offsets of their neighbours, each of which is looked up for itself. */
@inline
function lookedUpBlock(s: WarpSource, target: usize, channels: i32, block: usize): void {
  const source = s.pointer;
  const offsets = block + 32;
  if (channels == 1) {
    storeGrey(target, foldedPairs(source, offsets), foldedPairs(source, offsets + 32), block);
    return;
  }
  const a = folded(source, offsets, block);
  const b = folded(source, offsets + 4, block + 4);
  const c = folded(source, offsets + 8, block + 8);
  const d = folded(source, offsets + 12, block + 12);
  storePixels(target, channels, pack(a, b, c, d));
}

/** Four pixels whose neighbours' positions were folded inside. */
@inline
function foldedBlock(
  s: WarpSource, target: usize, channels: i32, left: v128, right: v128, top: v128, bottom: v128, block: usize,
): void {
  const stride = i32x4.splat(s.width * channels);
  const size = i32x4.splat(channels);
  const upper = i32x4.mul(top, stride);
  const lower = i32x4.mul(bottom, stride);
  const first = i32x4.mul(left, size);
  const second = i32x4.mul(right, size);
  v128.store(block, i32x4.add(upper, first), 32);
  v128.store(block, i32x4.add(upper, second), 48);
  v128.store(block, i32x4.add(lower, first), 64);
  v128.store(block, i32x4.add(lower, second), 80);
  lookedUpBlock(s, target, channels, block);
}

/** The offset of a neighbour, or of the fill where the sign bit of one of its positions' `outside` is set. */
@inline
function orFill(offset: v128, beyondX: v128, beyondY: v128, fill: v128): v128 {
  return v128.bitselect(fill, offset, i32x4.shr_s(v128.or(beyondX, beyondY), 31));
}

/** Four pixels whose neighbours have the fill's value where they lie outside. */
@inline
function filledBlock(
  s: WarpSource, target: usize, channels: i32, left: v128, right: v128, top: v128, bottom: v128,
  beyondLeft: v128, beyondRight: v128, beyondTop: v128, beyondBottom: v128, block: usize,
): void {
  const stride = i32x4.splat(s.width * channels);
  const size = i32x4.splat(channels);
  const fill = i32x4.splat(<i32>(s.fill - s.pointer));
  const upper = i32x4.mul(top, stride);
  const lower = i32x4.mul(bottom, stride);
  const first = i32x4.mul(left, size);
  const second = i32x4.mul(right, size);
  v128.store(block, orFill(i32x4.add(upper, first), beyondLeft, beyondTop, fill), 32);
  v128.store(block, orFill(i32x4.add(upper, second), beyondRight, beyondTop, fill), 48);
  v128.store(block, orFill(i32x4.add(lower, first), beyondLeft, beyondBottom, fill), 64);
  v128.store(block, orFill(i32x4.add(lower, second), beyondRight, beyondBottom, fill), 80);
  lookedUpBlock(s, target, channels, block);
}

/** Whether neighbours of the four pixels at these positions lie outside. */
@inline
function isBeyond(s: WarpSource, xs: usize, ys: usize): bool {
  const ix = i32x4.shr_s(v128.load(xs), 14);
  const iy = i32x4.shr_s(v128.load(ys), 14);
  const beyond = v128.or(outside(ix, i32x4.splat(s.width - 2)), outside(iy, i32x4.splat(s.height - 2)));
  return i32x4.bitmask(beyond) != 0;
}

/** Stores the weights of four pixels' neighbours as pairs of 16 bits: 16 bytes for the upper ones, 16 for the lower. */
@inline
function storeWeights(block: usize, qx: v128, qy: v128): void {
  const fraction = i32x4.splat(16383);
  const fx = v128.and(qx, fraction);
  const fy = v128.and(qy, fraction);
  // Both are below 2^15: their product as pairs of 16 bits is their product.
  const both = i32x4.shr_u(i32x4.add(i32x4.dot_i16x8_s(fx, fy), i32x4.splat(8192)), 14);
  const onlyX = i32x4.sub(fx, both);
  const onlyY = i32x4.sub(fy, both);
  const neither = i32x4.sub(i32x4.sub(i32x4.splat(16384), fx), onlyY);
  v128.store(block, v128.or(neither, i32x4.shl(onlyX, 16)));
  v128.store(block, v128.or(onlyY, i32x4.shl(both, 16)), 16);
}

/** Four pixels of which some neighbours may lie outside. */
@inline
function edgeBlock(s: WarpSource, xs: usize, ys: usize, target: usize, channels: i32, block: usize): void {
  const one = i32x4.splat(1);
  const qx = v128.load(xs);
  const qy = v128.load(ys);
  const ix = i32x4.shr_s(qx, 14);
  const iy = i32x4.shr_s(qy, 14);
  const border = s.border;
  if (border == 0) {
    const width = i32x4.splat(s.width);
    const height = i32x4.splat(s.height);
    const right = i32x4.add(ix, one);
    const bottom = i32x4.add(iy, one);
    const unseen = v128.or(outside(right, width), outside(bottom, height));
    if (i32x4.bitmask(unseen) == 15) {
      if (channels == 1) store<u32>(target, load<u32>(s.fill));
      else v128.store(target, v128.load(s.fill));
      return;
    }
    const lastX = i32x4.sub(width, one);
    const lastY = i32x4.sub(height, one);
    storeWeights(block, qx, qy);
    filledBlock(
      s, target, channels, ix, right, iy, bottom,
      outside(ix, lastX), outside(right, lastX), outside(iy, lastY), outside(bottom, lastY), block,
    );
    return;
  }
  const lastX = i32x4.splat(s.width - 1);
  const lastY = i32x4.splat(s.height - 1);
  const left = foldIndex(ix, s.width, border);
  const right = foldIndex(i32x4.add(ix, one), s.width, border);
  const top = foldIndex(iy, s.height, border);
  const bottom = foldIndex(i32x4.add(iy, one), s.height, border);
  const far = v128.or(
    v128.or(outside(left, lastX), outside(right, lastX)),
    v128.or(outside(top, lastY), outside(bottom, lastY)),
  );
  if (i32x4.bitmask(far) == 0) {
    storeWeights(block, qx, qy);
    foldedBlock(s, target, channels, left, right, top, bottom, block);
    return;
  }
  for (let k = 0; k < 4; k++) {
    careful(s, target + k * channels, load<i32>(xs + k * 4), load<i32>(ys + k * 4));
  }
}

function edgeBlock1(s: WarpSource, xs: usize, ys: usize, target: usize, block: usize): void {
  edgeBlock(s, xs, ys, target, 1, block);
}
function edgeBlock3(s: WarpSource, xs: usize, ys: usize, target: usize, block: usize): void {
  edgeBlock(s, xs, ys, target, 3, block);
}
function edgeBlock4(s: WarpSource, xs: usize, ys: usize, target: usize, block: usize): void {
  edgeBlock(s, xs, ys, target, 4, block);
}

/** The blocks of four pixels from `from` to before `to` (in pixels), each of which may have neighbours outside. */
function edgeBlocks(s: WarpSource, xs: usize, ys: usize, row: usize, from: i32, to: i32, block: usize): void {
  const channels = s.channels;
  for (let x = from; x < to; x += 4) {
    const target = row + x * channels;
    if (channels == 1) edgeBlock1(s, xs + x * 4, ys + x * 4, target, block);
    else if (channels == 3) edgeBlock3(s, xs + x * 4, ys + x * 4, target, block);
    else edgeBlock4(s, xs + x * 4, ys + x * 4, target, block);
  }
}

/** The blocks of four pixels from `from` to before `to`, all neighbours of which lie inside. */
@inline
function innerBlocks(
  s: WarpSource, xs: usize, ys: usize, row: usize, from: i32, to: i32, channels: i32, block: usize,
): void {
  const source = i32x4.splat(<i32>s.pointer);
  const stride: usize = s.width * channels;
  const strides = i32x4.splat(s.width * channels);
  const sizes = i32x4.splat(channels);
  for (let x = from; x < to; x += 4) {
    const qx = v128.load(xs + x * 4);
    const qy = v128.load(ys + x * 4);
    storeWeights(block, qx, qy);
    const down = i32x4.mul(i32x4.shr_s(qy, 14), strides);
    const across = i32x4.mul(i32x4.shr_s(qx, 14), sizes);
    v128.store(block, i32x4.add(i32x4.add(down, across), source), 32);
    const p0: usize = load<u32>(block, 32);
    const p1: usize = load<u32>(block, 36);
    const p2: usize = load<u32>(block, 40);
    const p3: usize = load<u32>(block, 44);
    const target = row + x * channels;
    if (channels == 1) {
      let top = v128.load16_lane(p0, sizes, 0);
      top = v128.load16_lane(p1, top, 1);
      top = v128.load16_lane(p2, top, 2);
      top = v128.load16_lane(p3, top, 3);
      let bottom = v128.load16_lane(p0 + stride, sizes, 0);
      bottom = v128.load16_lane(p1 + stride, bottom, 1);
      bottom = v128.load16_lane(p2 + stride, bottom, 2);
      bottom = v128.load16_lane(p3 + stride, bottom, 3);
      storeGrey(target, top, bottom, block);
    } else {
      const a = pixel(p0, stride, channels, block);
      const b = pixel(p1, stride, channels, block + 4);
      const c = pixel(p2, stride, channels, block + 8);
      const d = pixel(p3, stride, channels, block + 12);
      storePixels(target, channels, pack(a, b, c, d));
    }
  }
}

function innerBlocks1(s: WarpSource, xs: usize, ys: usize, row: usize, from: i32, to: i32, block: usize): void {
  innerBlocks(s, xs, ys, row, from, to, 1, block);
}
function innerBlocks3(s: WarpSource, xs: usize, ys: usize, row: usize, from: i32, to: i32, block: usize): void {
  innerBlocks(s, xs, ys, row, from, to, 3, block);
}
function innerBlocks4(s: WarpSource, xs: usize, ys: usize, row: usize, from: i32, to: i32, block: usize): void {
  innerBlocks(s, xs, ys, row, from, to, 4, block);
}

/**
 * One row from the positions of its pixels (a multiple of four of them). `ordered`: positions change in one direction
 * along the row, so that between two blocks inside all are inside. Up to 16 bytes behind the row are spoilt. `block`:
 * 96 bytes of scratch memory.
 */
export function warpLinearRow(
  s: WarpSource, xs: usize, ys: usize, row: usize, count: i32, ordered: bool, block: usize,
): void {
  const channels = s.channels;
  if (channels == 2) {
    for (let x = 0; x < count; x++) careful(s, row + x * 2, load<i32>(xs + x * 4), load<i32>(ys + x * 4));
    return;
  }
  let from = 0;
  let to = ordered ? (count + 3) & ~3 : 0;
  while (from < to && isBeyond(s, xs + from * 4, ys + from * 4)) from += 4;
  while (to > from && isBeyond(s, xs + (to - 4) * 4, ys + (to - 4) * 4)) to -= 4;
  edgeBlocks(s, xs, ys, row, 0, from, block);
  if (channels == 1) innerBlocks1(s, xs, ys, row, from, to, block);
  else if (channels == 3) innerBlocks3(s, xs, ys, row, from, to, block);
  else innerBlocks4(s, xs, ys, row, from, to, block);
  edgeBlocks(s, xs, ys, row, to, count, block);
}
