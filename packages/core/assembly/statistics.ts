// Histograms.

/** Counts values of interleaved channels into 256 i32 a channel. */
export function histogram(src: usize, pixels: i32, channels: i32, counts: usize): void {
  memory.fill(counts, 0, <usize>(channels << 10));
  if (channels == 3) {
    for (let i = 0; i < pixels; i++) {
      const p = counts + (<usize>load<u8>(src) << 2);
      const q = counts + (<usize>load<u8>(src, 1) << 2);
      const r = counts + (<usize>load<u8>(src, 2) << 2);
      store<i32>(p, load<i32>(p) + 1);
      store<i32>(q, load<i32>(q, 1024) + 1, 1024);
      store<i32>(r, load<i32>(r, 2048) + 1, 2048);
      src += 3;
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
