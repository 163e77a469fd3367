// Tables of 256 bytes applied to uint8 values.

/** `dst[i] = table[src[i]]` for `count` bytes; `dst` may be `src`. */
export function lookup(src: usize, dst: usize, count: i32, table: usize): void {
  const end = src + <usize>count;
  const blocks = src + (<usize>count & ~7);
  while (src < blocks) {
    const x = load<u64>(src);
    const y =
      <u64>load<u8>(table + <usize>(x & 255)) |
      (<u64>load<u8>(table + <usize>((x >> 8) & 255)) << 8) |
      (<u64>load<u8>(table + <usize>((x >> 16) & 255)) << 16) |
      (<u64>load<u8>(table + <usize>((x >> 24) & 255)) << 24) |
      (<u64>load<u8>(table + <usize>((x >> 32) & 255)) << 32) |
      (<u64>load<u8>(table + <usize>((x >> 40) & 255)) << 40) |
      (<u64>load<u8>(table + <usize>((x >> 48) & 255)) << 48) |
      (<u64>load<u8>(table + <usize>(x >> 56)) << 56);
    store<u64>(dst, y);
    src += 8;
    dst += 8;
  }
  while (src < end) {
    store<u8>(dst, load<u8>(table + <usize>load<u8>(src)));
    src++;
    dst++;
  }
}

/** As `lookup`, with one table after another for each channel of interleaved pixels. */
export function lookupChannels(src: usize, dst: usize, pixels: i32, channels: i32, tables: usize): void {
  if (channels == 3) {
    for (let i = 0; i < pixels; i++) {
      const a = load<u8>(tables + <usize>load<u8>(src));
      const b = load<u8>(tables + 256 + <usize>load<u8>(src, 1));
      const c = load<u8>(tables + 512 + <usize>load<u8>(src, 2));
      store<u8>(dst, a);
      store<u8>(dst, b, 1);
      store<u8>(dst, c, 2);
      src += 3;
      dst += 3;
    }
    return;
  }
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) {
      store<u8>(dst, load<u8>(tables + <usize>(c << 8) + <usize>load<u8>(src)));
      src++;
      dst++;
    }
  }
}
