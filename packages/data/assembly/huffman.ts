// Entropy decoding of baseline JPEG (ITU-T T.81, annex F.2.2): a bit reader and one 8x8 block.

/** Codes up to this long are looked up at once. */
const LOOK: i32 = 9;
/** One table: 512 entries of u16 (length << 8 | symbol), 17 last codes of i32 by length, 17 offsets of i32, 256 symbols. */
const LOOKUP_BYTES: i32 = (1 << LOOK) * 2;
const LAST_CODE: i32 = LOOKUP_BYTES;
const OFFSET: i32 = LAST_CODE + 17 * 4;
const SYMBOLS: i32 = OFFSET + 17 * 4;
const TABLE_BYTES: i32 = SYMBOLS + 256;

const tables = memory.data(TABLE_BYTES * 4, 16);

/** Place in a row-major block of the k-th coefficient in zigzag order, times two for 16-bit values. */
const naturalOrder = memory.data<u8>([
  0, 2, 16, 32, 18, 4, 6, 20, 34, 48, 64, 50, 36, 22, 8, 10, 24, 38, 52, 66, 80, 96, 82, 68, 54, 40, 26, 12, 14, 28,
  42, 56, 70, 84, 98, 112, 114, 100, 86, 72, 58, 44, 30, 46, 60, 74, 88, 102, 116, 118, 104, 90, 76, 62, 78, 92, 106,
  120, 122, 108, 94, 110, 124, 126,
]);

/** Address of table `id` (0 or 1) of a class: 0 for DC, 1 for AC. */
export function tableAt(kind: i32, id: i32): usize {
  return tables + <usize>((kind * 2 + id) * TABLE_BYTES);
}

/**
 * Builds a table from a DHT segment's 16 counts and the symbols that follow them. False when the counts describe no
 * prefix code.
 */
export function setHuffman(kind: i32, id: i32, source: usize): bool {
  const table = tableAt(kind, id);
  memory.fill(table, 0, LOOKUP_BYTES);
  let code: i32 = 0;
  let symbol: i32 = 0;
  for (let length: i32 = 1; length <= 16; length++) {
    const count = <i32>load<u8>(source + length - 1);
    // The code of all ones stays free (T.81, annex C).
    if ((count > 0 && code + count >= 1 << length) || symbol + count > 256) return false;
    store<i32>(table + OFFSET + length * 4, symbol - code);
    for (let i = 0; i < count; i++, code++, symbol++) {
      const value = load<u8>(source + 16 + symbol);
      if (kind === 0 && value > 15) return false;
      store<u8>(table + SYMBOLS + symbol, value);
      if (length > LOOK) continue;
      const first = code << (LOOK - length);
      const entries = 1 << (LOOK - length);
      for (let e = 0; e < entries; e++) store<u16>(table + ((first + e) << 1), (<u16>length << 8) | <u16>value);
    }
    store<i32>(table + LAST_CODE + length * 4, count > 0 ? code - 1 : -1);
    code <<= 1;
  }
  return true;
}

// The reader: `buffered` holds `available` bits at its top, the last `padded` of them made up past the data's end.
let position: usize = 0;
let limit: usize = 0;
let buffered: u64 = 0;
let available: i32 = 0;
let padded: i32 = 0;

/** Starts reading at an address. */
export function startBits(from: usize, to: usize): void {
  position = from;
  limit = to;
  buffered = 0;
  available = 0;
  padded = 0;
}

/** Whether more bits were taken than there were. */
export function ranOut(): bool {
  return available < padded;
}

/** Fills the buffer to at least 57 bits; stops before a marker and makes up zeros from there. */
function refill(): void {
  if (position + 8 <= limit) {
    const word = load<u64>(position);
    const inverted = ~word;
    // No byte of the word is 0xff: none of the inverted word is zero.
    if (((inverted - 0x0101010101010101) & word & 0x8080808080808080) === 0) {
      buffered |= bswap<u64>(word) >> (<u64>available);
      position += (63 - available) >> 3;
      available |= 56;
      return;
    }
  }
  while (available <= 56) {
    let byte: u64 = 0;
    if (position >= limit) {
      padded += 8;
    } else {
      byte = load<u8>(position);
      if (byte !== 0xff) {
        position++;
      } else if (position + 1 < limit && load<u8>(position + 1) === 0) {
        position += 2;
      } else {
        byte = 0;
        padded += 8;
      }
    }
    buffered |= byte << (<u64>(56 - available));
    available += 8;
  }
}

/** Whether the data ended here: less than a byte is left, then a marker follows. Returns its code, or -1. */
export function markerHere(): i32 {
  if (padded === 0) refill();
  if (available - padded >= 8 || available < padded || position + 1 >= limit || load<u8>(position) !== 0xff) return -1;
  return <i32>load<u8>(position + 1);
}

/** Goes past a marker that `markerHere` found. */
export function skipMarker(): void {
  startBits(position + 2, limit);
}

/** Symbol of a code longer than LOOK bits, with its length: length << 8 | symbol; 0 when there is no such code. */
function longCode(table: usize, bits: u64): i32 {
  for (let length: i32 = LOOK + 1; length <= 16; length++) {
    const code = <i32>(bits >> (<u64>(64 - length)));
    if (code <= load<i32>(table + LAST_CODE + length * 4)) {
      const symbol = (code + load<i32>(table + OFFSET + length * 4)) & 255;
      return (length << 8) | <i32>load<u8>(table + SYMBOLS + symbol);
    }
  }
  return 0;
}

/** The value that `size` bits stand for (T.81, figure F.12): with a leading 0 they are negative. */
@inline
function extend(value: i32, size: i32): i32 {
  return value + (((value - (1 << (size - 1))) >> 31) & ((-1 << size) + 1));
}

/** The difference to the DC coefficient before, as the last call of `decodeBlock` read it. */
export let dcDifference: i32 = 0;

/**
 * Reads a block's AC coefficients, dequantised, to their places, and its DC difference. Returns the last coefficient
 * that is not zero, or -1 for a code that does not exist.
 */
export function decodeBlock(block: usize, dc: usize, ac: usize, quantization: usize): i32 {
  memory.fill(block, 0, 128);
  if (available < 32) refill();
  let bits = buffered;
  let count = available;
  let entry = <i32>load<u16>(dc + (<usize>(bits >> (64 - LOOK)) << 1));
  if (entry === 0) entry = longCode(dc, bits);
  if (entry === 0) return -1;
  let length = entry >> 8;
  let size = entry & 255;
  if (size > 11) return -1;
  bits <<= <u64>length;
  dcDifference = size === 0 ? 0 : extend(<i32>(bits >> (<u64>(64 - size))), size);
  bits <<= <u64>size;
  count -= length + size;
  let last = 0;
  for (let k = 1; k < 64; k++) {
    if (count < 32) {
      buffered = bits;
      available = count;
      refill();
      bits = buffered;
      count = available;
    }
    entry = <i32>load<u16>(ac + (<usize>(bits >> (64 - LOOK)) << 1));
    if (entry === 0) {
      entry = longCode(ac, bits);
      if (entry === 0) return -1;
    }
    length = entry >> 8;
    size = entry & 15;
    const run = (entry >> 4) & 15;
    bits <<= <u64>length;
    if (size === 0) {
      count -= length;
      if (run !== 15) break;
      k += 15;
      continue;
    }
    k += run;
    if (k > 63) return -1;
    const value = extend(<i32>(bits >> (<u64>(64 - size))), size);
    bits <<= <u64>size;
    count -= length + size;
    store<i16>(block + load<u8>(naturalOrder + k), <i16>(value * <i32>load<u16>(quantization + (k << 1))));
    last = k;
  }
  buffered = bits;
  available = count;
  return last;
}
