// The scan of a baseline JPEG (ITU-T T.81, annex F) with chroma of half the width and height.
import { planesOfTwoRows } from "./jpeg-colour";
import { transformBlock } from "./jpeg-dct";

/** Bits not yet written, the last at the bottom: fewer than eight between calls, older ones above them. */
let bits: u64 = 0;
let bitCount: i32 = 0;
let target: usize = 0;

/** Copies `src` up to `end` to `dst`, each 255 followed by a 0 so that none is taken for a marker; returns the end. */
function stuff(src: usize, end: usize, dst: usize): usize {
  const marker = i8x16.splat(-1);
  while (src < end) {
    const sixteen = v128.load(src);
    if (src + 16 <= end && !v128.any_true(i8x16.eq(sixteen, marker))) {
      v128.store(dst, sixteen);
      src += 16;
      dst += 16;
      continue;
    }
    for (const stop = min(src + 16, end); src < stop; src++) {
      const byte = load<u8>(src);
      store<u8>(dst++, byte);
      if (byte == 255) store<u8>(dst++, 0);
    }
  }
  return dst;
}

/** The bits that stand for a value of `size` bits behind its code. */
// @ts-ignore: decorator
@inline
function bitsOf(value: i32, size: i32): u32 {
  return <u32>(value + (value >> 31)) & ((1 << size) - 1);
}

// @ts-ignore: decorator
@inline
function sizeOf(value: i32): i32 {
  return 32 - clz<i32>(abs<i32>(value));
}

/** Which of the coefficients of two columns are not zero, as bits of the zigzag's places. */
// @ts-ignore: decorator
@inline
function present(columns: usize, places: usize): u64 {
  const zero = i64x2.splat(0);
  const empty = i8x16.narrow_i16x8_s(i16x8.eq(v128.load(columns), zero), i16x8.eq(v128.load(columns, 16), zero));
  const rows = ~i8x16.bitmask(empty);
  return load<u64>(places + <usize>((rows & 255) << 3)) | load<u64>(places + <usize>(rows & 0xff00) / 32, 2048);
}

/**
 * Writes a block whose coefficients lie column by column; `dc` is the difference of its first. Codes: length in the low
 * byte, code above. Each code is stored with the seven bytes behind it, and the address moves by the bytes that are
 * full: asking whether there is enough to write would be a branch that no processor foresees. What is written goes
 * through locals: globals would cost a trip to memory for each coefficient.
 */
function writeBlock(block: usize, dc: i32, dcCodes: usize, acCodes: usize, zigzag: usize): void {
  let pending = bits;
  let count = bitCount;
  let to = target;
  const dcSize = sizeOf(dc);
  const dcEntry = load<u32>(dcCodes + (<usize>dcSize << 2));
  const dcLength = <i32>(dcEntry & 255) + dcSize;
  pending = (pending << dcLength) | <u64>(((dcEntry >> 8) << dcSize) | bitsOf(dc, dcSize));
  count += dcLength;
  store<u64>(to, bswap<u64>(pending << (64 - count)));
  to += <usize>(count >> 3);
  count &= 7;
  const places = zigzag + 64;
  let left =
    present(block, places) |
    present(block + 32, places + 4096) |
    present(block + 64, places + 8192) |
    present(block + 96, places + 12288);
  left &= ~(<u64>1);
  let last = 0;
  while (left != 0) {
    const place = <i32>ctz<u64>(left);
    left &= left - 1;
    let run = place - last - 1;
    last = place;
    while (run > 15) {
      const zeros = load<u32>(acCodes + (0xf0 << 2));
      pending = (pending << (zeros & 255)) | <u64>(zeros >> 8);
      count += zeros & 255;
      store<u64>(to, bswap<u64>(pending << (64 - count)));
      to += <usize>(count >> 3);
      count &= 7;
      run -= 16;
    }
    const value = <i32>load<i16>(block + <usize>load<u8>(zigzag + place));
    const size = sizeOf(value);
    const entry = load<u32>(acCodes + (<usize>((run << 4) | size) << 2));
    const length = <i32>(entry & 255) + size;
    pending = (pending << length) | <u64>(((entry >> 8) << size) | bitsOf(value, size));
    count += length;
    store<u64>(to, bswap<u64>(pending << (64 - count)));
    to += <usize>(count >> 3);
    count &= 7;
  }
  if (last < 63) {
    const end = load<u32>(acCodes);
    pending = (pending << (end & 255)) | <u64>(end >> 8);
    count += end & 255;
    store<u64>(to, bswap<u64>(pending << (64 - count)));
    to += <usize>(count >> 3);
    count &= 7;
  }
  bits = pending;
  bitCount = count;
  target = to;
}

/** Writes a block outside the picture: as bright as the one before it, and nothing else. */
function writeEmptyBlock(block: usize, dcCodes: usize, acCodes: usize, zigzag: usize): void {
  memory.fill(block, 0, 128);
  writeBlock(block, 0, dcCodes, acCodes, zigzag);
}

/** Copies a row of pixels of `channels` bytes and repeats the last up to `padded` pixels. */
function padRow(src: usize, dst: usize, width: i32, padded: i32, channels: usize): void {
  const bytes = <usize>width * channels;
  memory.copy(dst, src, bytes);
  const end = dst + <usize>padded * channels;
  for (let at = dst + bytes; at < end; at++) store<u8>(at, load<u8>(at - channels));
}

function begin(raw: usize): void {
  bits = 0;
  bitCount = 0;
  target = raw;
}

/** Fills the last byte with ones, and puts everything since `raw` at `out`; returns its end. */
function finish(raw: usize, out: usize): usize {
  if (bitCount > 0) store<u8>(target++, <u8>((bits << (8 - bitCount)) | (255 >> bitCount)));
  return stuff(raw, target, out);
}

/**
 * Writes the scan of an RGB picture to `out` and returns where it ends. `tables`: factors of quantization for luma and
 * chroma (64 floats each), then Huffman codes (256 words each): dc and ac of luma, dc and ac of chroma; then where the
 * zigzag's places lie in a block (64 bytes), and for each column and each set of its rows the places in the zigzag as
 * bits (8 x 256 words of 64 bits). `work`: 1024 bytes, and 54 for each pixel of a row, the row's length raised to a
 * multiple of 16. `raw`: as much memory as the scan may take, and 8 bytes.
 */
export function writeColourScan(src: usize, width: i32, height: i32, tables: usize, work: usize, raw: usize, out: usize): usize {
  const padded = (width + 15) & ~15;
  const codes = tables + 512;
  const zigzag = codes + 4096;
  const block = work + 512;
  const rows = work + 1024;
  const second = rows + <usize>padded * 3;
  const luma = second + <usize>padded * 3;
  const cb = luma + <usize>padded * 32;
  const cr = cb + <usize>padded * 8;
  const lumaStride = <usize>padded * 2;
  const chromaStride = <usize>padded;
  let dcY = 0;
  let dcCb = 0;
  let dcCr = 0;
  begin(raw);
  for (let y = 0; y < height; y += 16) {
    for (let pair = 0; pair < 8; pair++) {
      const above = <usize>min(y + 2 * pair, height - 1);
      const below = <usize>min(y + 2 * pair + 1, height - 1);
      padRow(src + above * <usize>(width * 3), rows, width, padded, 3);
      padRow(src + below * <usize>(width * 3), second, width, padded, 3);
      const at = <usize>pair;
      planesOfTwoRows(rows, second, padded, luma + 2 * at * lumaStride, cb + at * chromaStride, cr + at * chromaStride);
    }
    for (let x: usize = 0; x < <usize>padded; x += 16) {
      for (let part: usize = 0; part < 4; part++) {
        const left = x + 8 * (part & 1);
        const top = 8 * <i32>(part >> 1);
        if (left >= <usize>width || y + top >= height) {
          writeEmptyBlock(block, codes, codes + 1024, zigzag);
          continue;
        }
        const corner = luma + 2 * left + <usize>top * lumaStride;
        transformBlock(corner, lumaStride, tables, block, work);
        const dc = <i32>load<i16>(block);
        writeBlock(block, dc - dcY, codes, codes + 1024, zigzag);
        dcY = dc;
      }
      transformBlock(cb + x, chromaStride, tables + 256, block, work);
      const blue = <i32>load<i16>(block);
      writeBlock(block, blue - dcCb, codes + 2048, codes + 3072, zigzag);
      dcCb = blue;
      transformBlock(cr + x, chromaStride, tables + 256, block, work);
      const red = <i32>load<i16>(block);
      writeBlock(block, red - dcCr, codes + 2048, codes + 3072, zigzag);
      dcCr = red;
    }
  }
  return finish(raw, out);
}

/** The same for a picture of one channel; `work`: 1024 bytes and 17 for each pixel of a row. */
export function writeGreyScan(src: usize, width: i32, height: i32, tables: usize, work: usize, raw: usize, out: usize): usize {
  const padded = (width + 7) & ~7;
  const codes = tables + 512;
  const zigzag = codes + 4096;
  const block = work + 512;
  const row = work + 1024;
  const luma = row + <usize>padded;
  const stride = <usize>padded * 2;
  let previous = 0;
  begin(raw);
  for (let y = 0; y < height; y += 8) {
    for (let line = 0; line < 8; line++) {
      padRow(src + <usize>min(y + line, height - 1) * <usize>width, row, width, padded, 1);
      const to = luma + <usize>line * stride;
      for (let x: usize = 0; x < <usize>padded; x += 8) {
        const values = i16x8.extend_low_i8x16_u(v128.load64_zero(row + x));
        v128.store(to + 2 * x, i16x8.sub(values, i16x8.splat(128)));
      }
    }
    for (let x: usize = 0; x < <usize>padded; x += 8) {
      transformBlock(luma + 2 * x, stride, tables, block, work);
      const dc = <i32>load<i16>(block);
      writeBlock(block, dc - previous, codes, codes + 1024, zigzag);
      previous = dc;
    }
  }
  return finish(raw, out);
}
