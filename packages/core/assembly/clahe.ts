// Contrast limited adaptive histogram equalisation of one plane.
import { borderIndex } from "./border-index";
import { held, heldFloat, heldVector } from "./held";

/** The picture mirrored without its edge. */
const REFLECT_101 = 4;

/** Counts four values, each in a table of its own: a counter's update would wait for that of an equal neighbour. */
// @ts-ignore: decorator
@inline
function countFour(counts: usize, v: u32): void {
  const p = counts + <usize>((v & 255) << 2);
  const q = counts + <usize>(((v >> 8) & 255) << 2);
  const r = counts + <usize>(((v >> 16) & 255) << 2);
  const s = counts + <usize>((v >> 24) << 2);
  store<i32>(p, load<i32>(p) + 1);
  store<i32>(q, load<i32>(q, 1024) + 1, 1024);
  store<i32>(r, load<i32>(r, 2048) + 1, 2048);
  store<i32>(s, load<i32>(s, 3072) + 1, 3072);
}

/** Counts of the values of one tile; pixels beyond the picture are its mirror image. */
function countTile(
  plane: usize, width: i32, height: i32, left: i32, top: i32, tileWidth: i32, tileHeight: i32, counts: usize,
): void {
  memory.fill(counts, 0, 4096);
  const right = left + tileWidth;
  const inside = min(right, width);
  for (let y = top; y < top + tileHeight; y++) {
    const row = plane + <usize>(borderIndex(y, height, REFLECT_101) * width);
    let x = left;
    for (; x + 7 < inside; x += 8) {
      const v = load<u64>(row + <usize>x);
      countFour(counts, <u32>v);
      countFour(counts, <u32>(v >> 32));
    }
    if (x + 3 < inside) {
      countFour(counts, load<u32>(row + <usize>x));
      x += 4;
    }
    for (; x < inside; x++) {
      const p = counts + (<usize>load<u8>(row + <usize>x) << 2);
      store<i32>(p, load<i32>(p) + 1);
    }
    for (; x < right; x++) {
      const p = counts + (<usize>load<u8>(row + <usize>borderIndex(x, width, REFLECT_101)) << 2);
      store<i32>(p, load<i32>(p) + 1);
    }
  }
}

/**
 * Adds the four tables of counts up, cuts at `limit` (none where it is 0), hands what was cut to all values evenly, and
 * writes the table of the sums.
 */
function equalizingTable(counts: usize, limit: i32, scale: f32, table: usize): void {
  const most = held(limit > 0 ? limit : i32.MAX_VALUE);
  let cuts = i32x4.splat(0);
  for (let i: usize = 0; i < 1024; i += 16) {
    const p = counts + i;
    const first = i32x4.add(v128.load(p), v128.load(p, 1024));
    const count = i32x4.add(first, i32x4.add(v128.load(p, 2048), v128.load(p, 3072)));
    const kept = i32x4.min_s(count, most);
    cuts = i32x4.add(cuts, i32x4.sub(count, kept));
    v128.store(p, kept);
  }
  let share = 0;
  if (limit > 0) {
    const cut =
      i32x4.extract_lane(cuts, 0) + i32x4.extract_lane(cuts, 1) + i32x4.extract_lane(cuts, 2) + i32x4.extract_lane(cuts, 3);
    share = cut >> 8;
    let rest = cut & 255;
    if (rest > 0) {
      const step = max(256 / rest, 1);
      for (let i = 0; i < 256 && rest > 0; i += step) {
        const p = counts + (<usize>i << 2);
        store<i32>(p, load<i32>(p) + 1);
        rest--;
      }
    }
  }
  // Running sums of four: each lane and the one before it, then the two before these, then what was there before.
  const one = heldVector(i8x16(-1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  const two = heldVector(i8x16(-1, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7));
  const last = heldVector(i8x16(12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15));
  const factor = heldFloat(scale);
  const magic = heldFloat(12582912); // rounds half to even, the whole number is in the low bits
  const bits = held(0x4b400000);
  const shares = held(share);
  let sum = i32x4.splat(0);
  for (let i: usize = 0; i < 256; i += 4) {
    let v = i32x4.add(v128.load(counts + (i << 2)), shares);
    v = i32x4.add(v, i8x16.swizzle(v, one));
    v = i32x4.add(v, i8x16.swizzle(v, two));
    sum = i32x4.add(v, i8x16.swizzle(sum, last));
    const rounded = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), factor), magic);
    const whole = i32x4.sub(rounded, bits);
    const words = i16x8.narrow_i32x4_s(whole, whole);
    v128.store32_lane(table + i, i8x16.narrow_i16x8_u(words, words), 0);
  }
}

/**
 * The tables of all tiles, row by row, 256 bytes each, into `tables`. `counts`: 4 KiB of working memory.
 * The tiles may reach beyond the picture.
 */
export function claheTables(
  plane: usize, width: i32, height: i32, tilesX: i32, tilesY: i32, tileWidth: i32, tileHeight: i32,
  limit: i32, counts: usize, tables: usize,
): void {
  const scale: f32 = <f32>255 / <f32>(tileWidth * tileHeight);
  for (let j = 0; j < tilesY; j++) {
    for (let i = 0; i < tilesX; i++) {
      countTile(plane, width, height, i * tileWidth, j * tileHeight, tileWidth, tileHeight, counts);
      equalizingTable(counts, limit, scale, tables + <usize>((j * tilesX + i) << 8));
    }
  }
}

/** For each pair of neighbouring tile columns, 256 times the four tables' bytes side by side. */
function interleaveTables(upper: usize, lower: usize, tilesX: i32, quads: usize): void {
  for (let cell = 0; cell <= tilesX; cell++) {
    const left = <usize>(max(cell - 1, 0) << 8);
    const right = <usize>(min(cell, tilesX - 1) << 8);
    for (let i: usize = 0; i < 256; i += 16) {
      const a = v128.load(upper + left + i);
      const b = v128.load(upper + right + i);
      const c = v128.load(lower + left + i);
      const d = v128.load(lower + right + i);
      const ab0 = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const ab1 = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const cd0 = i8x16.shuffle(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const cd1 = i8x16.shuffle(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      v128.store(quads, i16x8.shuffle(ab0, cd0, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(quads, i16x8.shuffle(ab0, cd0, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      v128.store(quads, i16x8.shuffle(ab1, cd1, 0, 8, 1, 9, 2, 10, 3, 11), 32);
      v128.store(quads, i16x8.shuffle(ab1, cd1, 4, 12, 5, 13, 6, 14, 7, 15), 48);
      quads += 64;
    }
  }
}

/**
 * Every value through the tables of the four nearest tiles, weighted by distance. `weights` holds, for `width`
 * rounded up to 4, the weight of the right tile (f32); `cells` the byte offset of the pixel's table in `quads`
 * (working memory of (tilesX + 1) KiB). `dst` may be `plane`.
 */
export function claheInterpolate(
  plane: usize, dst: usize, width: i32, height: i32, tilesX: i32, tilesY: i32, tileHeight: i32,
  tables: usize, quads: usize, weights: usize, cells: usize,
): void {
  const inverse: f32 = <f32>1 / <f32>tileHeight;
  const low = held(255);
  const one = heldFloat(1);
  const magic = heldFloat(12582912);
  const packing = heldVector(i8x16(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
  let band = -1;
  for (let y = 0; y < height; y++) {
    const position: f32 = <f32>y * inverse - 0.5;
    const tile = <i32>floor<f32>(position);
    const ya = heldFloat(position - <f32>tile);
    const yb = f32x4.sub(one, ya);
    if (tile + 1 != band) {
      band = tile + 1;
      interleaveTables(
        tables + <usize>((max(tile, 0) * tilesX) << 8),
        tables + <usize>((min(tile + 1, tilesY - 1) * tilesX) << 8),
        tilesX,
        quads,
      );
    }
    for (let x = 0; x < width; x += 4) {
      const v = load<u32>(plane + <usize>x);
      const at = cells + (<usize>x << 2);
      const cell = quads + <usize>load<u32>(at);
      let q = v128.load32_zero(cell + <usize>((v & 255) << 2));
      if (load<u32>(at) == load<u32>(at, 12)) {
        q = v128.load32_lane(cell + <usize>(((v >> 8) & 255) << 2), q, 1, 0);
        q = v128.load32_lane(cell + <usize>(((v >> 16) & 255) << 2), q, 2, 0);
        q = v128.load32_lane(cell + <usize>((v >> 24) << 2), q, 3, 0);
      } else {
        q = v128.load32_lane(quads + <usize>load<u32>(at, 4) + <usize>(((v >> 8) & 255) << 2), q, 1, 0);
        q = v128.load32_lane(quads + <usize>load<u32>(at, 8) + <usize>(((v >> 16) & 255) << 2), q, 2, 0);
        q = v128.load32_lane(quads + <usize>load<u32>(at, 12) + <usize>((v >> 24) << 2), q, 3, 0);
      }
      const xa = v128.load(weights + (<usize>x << 2));
      const xb = f32x4.sub(one, xa);
      const upper = f32x4.add(
        f32x4.mul(f32x4.convert_i32x4_s(v128.and(q, low)), xb),
        f32x4.mul(f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(q, 8), low)), xa),
      );
      const lower = f32x4.add(
        f32x4.mul(f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(q, 16), low)), xb),
        f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(q, 24)), xa),
      );
      // Adding 1.5 * 2^23 rounds half to even and leaves the whole number in the low bits.
      const sum = f32x4.add(f32x4.add(f32x4.mul(upper, yb), f32x4.mul(lower, ya)), magic);
      const bytes = i8x16.swizzle(sum, packing);
      const keep = width - x;
      if (keep >= 4) {
        v128.store32_lane(dst + <usize>x, bytes, 0);
      } else {
        v128.store8_lane(dst + <usize>x, bytes, 0);
        if (keep > 1) v128.store8_lane(dst + <usize>x, bytes, 1, 1);
        if (keep > 2) v128.store8_lane(dst + <usize>x, bytes, 2, 2);
      }
    }
    plane += <usize>width;
    dst += <usize>width;
  }
}
