// Histograms.

/** A second set of counters for three channels. */
const OTHER: usize = memory.data(3072, 16);

// @ts-ignore: decorator
@inline
function countPixel(src: usize, counts: usize): void {
  const p = counts + (<usize>load<u8>(src) << 2);
  const q = counts + (<usize>load<u8>(src, 1) << 2);
  const r = counts + (<usize>load<u8>(src, 2) << 2);
  store<i32>(p, load<i32>(p) + 1);
  store<i32>(q, load<i32>(q, 1024) + 1, 1024);
  store<i32>(r, load<i32>(r, 2048) + 1, 2048);
}

/** Counts values of interleaved channels into 256 i32 a channel. */
export function histogram(src: usize, pixels: i32, channels: i32, counts: usize): void {
  memory.fill(counts, 0, <usize>(channels << 10));
  if (channels == 3) {
    memory.fill(OTHER, 0, 3072);
    // Two sets: neighbouring pixels are often equal, and a counter's update would wait for the one before.
    const end = src + <usize>(3 * (pixels & ~1));
    for (; src < end; src += 6) {
      countPixel(src, counts);
      countPixel(src + 3, OTHER);
    }
    if (pixels & 1) countPixel(src, counts);
    for (let i: usize = 0; i < 3072; i += 16) {
      v128.store(counts + i, i32x4.add(v128.load(counts + i), v128.load(OTHER + i)));
    }
    return;
  }
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) {
      const p = counts + <usize>(c << 10) + (<usize>load<u8>(src) << 2);
      store<i32>(p, load<i32>(p) + 1);
      src++;
    }
  }
}

/** Sum of `count` bytes. */
export function sumBytes(src: usize, count: i32): f64 {
  let total: u64 = 0;
  const blocks = count & ~15;
  let sums = i64x2.splat(0);
  for (let i = 0; i < blocks; i += 16) {
    const pairs = i16x8.extadd_pairwise_i8x16_u(v128.load(src + <usize>i));
    const quads = i32x4.extadd_pairwise_i16x8_u(pairs);
    sums = i64x2.add(sums, i64x2.extend_low_i32x4_u(quads));
    sums = i64x2.add(sums, i64x2.extend_high_i32x4_u(quads));
  }
  for (let i = blocks; i < count; i++) total += <u64>load<u8>(src + <usize>i);
  return <f64>(total + <u64>i64x2.extract_lane(sums, 0) + <u64>i64x2.extract_lane(sums, 1));
}
