// Tables of 256 bytes applied to uint8 values.

/** Fewer bytes than this are not worth a table of pairs. */
const MANY = 32768;

/** The table of all pairs of bytes: the first through one table, the second through another. */
function pairTable(first: usize, second: usize, pairs: usize): void {
  for (let high: usize = 0; high < 256; high++) {
    const h = i8x16.splat(load<i8>(second + high));
    for (let low: usize = 0; low < 256; low += 16) {
      const l = v128.load(first + low);
      v128.store(pairs, i8x16.shuffle(l, h, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      v128.store(pairs, i8x16.shuffle(l, h, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
      pairs += 32;
    }
  }
}

/** `dst[i] = table[src[i]]` for `count` bytes; `dst` may be `src`. `pairs`: 128 KiB of working memory. */
export function lookup(src: usize, dst: usize, count: i32, table: usize, pairs: usize): void {
  const end = src + <usize>count;
  if (count >= MANY) {
    pairTable(table, table, pairs);
    const blocks = src + (<usize>count & ~7);
    for (; src < blocks; src += 8) {
      store<u16>(dst, load<u16>(pairs + (<usize>load<u16>(src) << 1)));
      store<u16>(dst, load<u16>(pairs + (<usize>load<u16>(src, 2) << 1)), 2);
      store<u16>(dst, load<u16>(pairs + (<usize>load<u16>(src, 4) << 1)), 4);
      store<u16>(dst, load<u16>(pairs + (<usize>load<u16>(src, 6) << 1)), 6);
      dst += 8;
    }
  }
  for (; src < end; src++) {
    store<u8>(dst, load<u8>(table + <usize>load<u8>(src)));
    dst++;
  }
}

// @ts-ignore: decorator
@inline
function lookUpPixel(src: usize, dst: usize, tables: usize): void {
  const a = load<u8>(tables + <usize>load<u8>(src));
  const b = load<u8>(tables + <usize>load<u8>(src, 1), 256);
  const c = load<u8>(tables + <usize>load<u8>(src, 2), 512);
  store<u8>(dst, a);
  store<u8>(dst, b, 1);
  store<u8>(dst, c, 2);
}

/**
 * As `lookup`, with one table after another for each channel of interleaved pixels. `pairs`: 384 KiB of working
 * memory for three channels.
 */
export function lookupChannels(src: usize, dst: usize, pixels: i32, channels: i32, tables: usize, pairs: usize): void {
  if (channels == 3) {
    const end = src + <usize>(3 * pixels);
    if (pixels >= MANY) {
      const second = pairs + 131072;
      const third = second + 131072;
      pairTable(tables, tables + 256, pairs);
      pairTable(tables + 512, tables, second);
      pairTable(tables + 256, tables + 512, third);
      const blocks = src + <usize>(3 * (pixels & ~1));
      for (; src < blocks; src += 6) {
        store<u16>(dst, load<u16>(pairs + (<usize>load<u16>(src) << 1)));
        store<u16>(dst, load<u16>(second + (<usize>load<u16>(src, 2) << 1)), 2);
        store<u16>(dst, load<u16>(third + (<usize>load<u16>(src, 4) << 1)), 4);
        dst += 6;
      }
    }
    for (; src < end; src += 3) {
      lookUpPixel(src, dst, tables);
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
