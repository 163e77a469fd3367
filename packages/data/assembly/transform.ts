// The inverse cosine transform of libjpeg's "islow" (Loeffler, Ligtenberg and Moschytz 1989, 13-bit constants),
// whose rounding other decoders share. It is linear in whole numbers, so any order of its sums gives the same bits:
// here each output is a few dot products of pairs of inputs.

const scratch = memory.data(128, 16);

@inline
function low(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
@inline
function high(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
@inline
function pair(a: i16, b: i16): v128 {
  return i16x8(a, b, a, b, a, b, a, b);
}
@inline
function dot(values: v128, a: i16, b: i16): v128 {
  return i32x4.dot_i16x8_s(values, pair(a, b));
}

/** Transposes 8 rows of 8 values in place. */
@inline
function transpose(at: usize): void {
  const r0 = v128.load(at);
  const r1 = v128.load(at, 16);
  const r2 = v128.load(at, 32);
  const r3 = v128.load(at, 48);
  const r4 = v128.load(at, 64);
  const r5 = v128.load(at, 80);
  const r6 = v128.load(at, 96);
  const r7 = v128.load(at, 112);
  const a0 = low(r0, r4);
  const a1 = high(r0, r4);
  const a2 = low(r1, r5);
  const a3 = high(r1, r5);
  const a4 = low(r2, r6);
  const a5 = high(r2, r6);
  const a6 = low(r3, r7);
  const a7 = high(r3, r7);
  const b0 = low(a0, a4);
  const b1 = high(a0, a4);
  const b2 = low(a1, a5);
  const b3 = high(a1, a5);
  const b4 = low(a2, a6);
  const b5 = high(a2, a6);
  const b6 = low(a3, a7);
  const b7 = high(a3, a7);
  v128.store(at, low(b0, b4));
  v128.store(at, high(b0, b4), 16);
  v128.store(at, low(b1, b5), 32);
  v128.store(at, high(b1, b5), 48);
  v128.store(at, low(b2, b6), 64);
  v128.store(at, high(b2, b6), 80);
  v128.store(at, low(b3, b7), 96);
  v128.store(at, high(b3, b7), 112);
}

/** One dimension: transforms the 8 columns of `source`, rounds by `shift` bits, leaves the rows in `scratch`. */
@inline
function columns(source: usize, shift: i32): void {
  const round = i32x4.splat(1 << (shift - 1));
  const r0 = v128.load(source);
  const r1 = v128.load(source, 16);
  const r2 = v128.load(source, 32);
  const r3 = v128.load(source, 48);
  const r4 = v128.load(source, 64);
  const r5 = v128.load(source, 80);
  const r6 = v128.load(source, 96);
  const r7 = v128.load(source, 112);

  let x = low(r0, r4);
  let even = i32x4.add(dot(x, 8192, 8192), round);
  let odd = i32x4.add(dot(x, 8192, -8192), round);
  x = low(r2, r6);
  let t = dot(x, 10703, 4433);
  const l0 = i32x4.add(even, t);
  const l3 = i32x4.sub(even, t);
  t = dot(x, 4433, -10704);
  const l1 = i32x4.add(odd, t);
  const l2 = i32x4.sub(odd, t);
  x = low(r1, r3);
  let y = low(r5, r7);
  const m0 = i32x4.add(dot(x, 2260, -6436), dot(y, 9633, -11363));
  const m1 = i32x4.add(dot(x, 6437, -11362), dot(y, 2261, 9633));
  const m2 = i32x4.add(dot(x, 9633, -2259), dot(y, -11362, -6436));
  const m3 = i32x4.add(dot(x, 11363, 9633), dot(y, 6437, 2260));

  x = high(r0, r4);
  even = i32x4.add(dot(x, 8192, 8192), round);
  odd = i32x4.add(dot(x, 8192, -8192), round);
  x = high(r2, r6);
  t = dot(x, 10703, 4433);
  const h0 = i32x4.add(even, t);
  const h3 = i32x4.sub(even, t);
  t = dot(x, 4433, -10704);
  const h1 = i32x4.add(odd, t);
  const h2 = i32x4.sub(odd, t);
  x = high(r1, r3);
  y = high(r5, r7);
  const n0 = i32x4.add(dot(x, 2260, -6436), dot(y, 9633, -11363));
  const n1 = i32x4.add(dot(x, 6437, -11362), dot(y, 2261, 9633));
  const n2 = i32x4.add(dot(x, 9633, -2259), dot(y, -11362, -6436));
  const n3 = i32x4.add(dot(x, 11363, 9633), dot(y, 6437, 2260));

  v128.store(scratch, sum(l0, m3, h0, n3, shift));
  v128.store(scratch, sum(l1, m2, h1, n2, shift), 16);
  v128.store(scratch, sum(l2, m1, h2, n1, shift), 32);
  v128.store(scratch, sum(l3, m0, h3, n0, shift), 48);
  v128.store(scratch, difference(l3, m0, h3, n0, shift), 64);
  v128.store(scratch, difference(l2, m1, h2, n1, shift), 80);
  v128.store(scratch, difference(l1, m2, h1, n2, shift), 96);
  v128.store(scratch, difference(l0, m3, h0, n3, shift), 112);
}

@inline
function sum(a: v128, b: v128, c: v128, d: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(a, b), shift), i32x4.shr_s(i32x4.add(c, d), shift));
}
@inline
function difference(a: v128, b: v128, c: v128, d: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.sub(a, b), shift), i32x4.shr_s(i32x4.sub(c, d), shift));
}

@inline
function storeRow(row: i32, target: usize): void {
  const values = i16x8.add_sat_s(v128.load(scratch + (row << 4)), i16x8.splat(128));
  v128.store64_lane(target, i8x16.narrow_i16x8_u(values, values), 0);
}

/** Writes the 8x8 pixels of a block of dequantised coefficients. */
export function inverseTransform(block: usize, target: usize, stride: usize): void {
  columns(block, 11);
  transpose(scratch);
  columns(scratch, 18);
  transpose(scratch);
  for (let row = 0; row < 8; row++) storeRow(row, target + <usize>row * stride);
}

/** The same for a block of which only the DC coefficient is not zero. */
export function flatBlock(dc: i32, target: usize, stride: usize): void {
  const value = max(0, min(255, ((dc + 4) >> 3) + 128));
  const row = <u64>value * 0x0101010101010101;
  for (let y = 0; y < 8; y++) store<u64>(target + <usize>y * stride, row);
}
