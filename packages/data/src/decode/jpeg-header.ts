/** What a JPEG says of its pixels before the first of them. */
export interface JpegHeader {
  width: number;
  height: number;
  /** The frame's component identifiers: three of them are usually 1, 2 and 3. */
  components: number[];
  /** The sum of the first component's 64 quantization steps: the smaller, the finer the picture was stored. */
  quantization: number;
  /** The Exif orientation, 1 where there is none; 0 where an Exif segment cannot be made out. */
  orientation: number;
  /** Adobe's colour transform, if its segment is there: 0 means RGB or CMYK, 1 YCbCr. */
  transform: number | undefined;
  /** Whether a colour profile (ICC.1, annex B.4) says what the colours are; such a file's values need not be sRGB. */
  profile: boolean;
}

const BASELINE_FRAME = 0xc0;
const HUFFMAN_TABLES = 0xc4;
const FIRST_RESTART = 0xd0;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const QUANTIZATION_TABLES = 0xdb;
const RESTART_INTERVAL = 0xdd;
const APPLICATION_0 = 0xe0;
const APPLICATION_1 = 0xe1;
const APPLICATION_2 = 0xe2;
const APPLICATION_14 = 0xee;
const APPLICATION_15 = 0xef;
const COMMENT = 0xfe;

function isPlain(marker: number): boolean {
  if (marker >= APPLICATION_0 && marker <= APPLICATION_15) return true;
  return [HUFFMAN_TABLES, QUANTIZATION_TABLES, RESTART_INTERVAL, COMMENT].includes(marker);
}

function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The orientation in a TIFF structure's first directory (Exif 2.3, tag 0x0112); 0 where it makes no sense. */
function readOrientation(tiff: Uint8Array): number {
  const littleEndian = hasText(tiff, 0, "II");
  if (tiff.length < 14 || !(littleEndian || hasText(tiff, 0, "MM"))) return 0;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > tiff.length) return 0;
  const entries = view.getUint16(directory, littleEndian);
  if (directory + 2 + entries * 12 > tiff.length) return 0;
  for (let entry = directory + 2; entry < directory + 2 + entries * 12; entry += 12) {
    if (view.getUint16(entry, littleEndian) !== 0x0112) continue;
    const isOneShort =
      view.getUint16(entry + 2, littleEndian) === 3 && view.getUint32(entry + 4, littleEndian) === 1;
    const orientation = view.getUint16(entry + 8, littleEndian);
    return isOneShort && orientation >= 1 && orientation <= 8 ? orientation : 0;
  }
  return 1;
}

/**
 * Whether the entropy-coded data that begins at `at` holds restart markers in their order, no other marker, and ends,
 * as the file does, with the marker that ends a JPEG.
 */
function isWholeScan(bytes: Buffer, at: number): boolean {
  let restarts = 0;
  for (let place = bytes.indexOf(0xff, at); place >= 0; place = bytes.indexOf(0xff, place + 2)) {
    const marker = bytes[place + 1];
    if (marker === END_OF_IMAGE) return place + 2 === bytes.length;
    if (marker === FIRST_RESTART + (restarts & 7)) restarts++;
    else if (marker !== 0) return false; // a zero says that the byte before it is data
  }
  return false;
}

/** Notes the sums of a segment's quantization tables by their numbers (ITU-T T.81, B.2.4.1). */
function sumTables(bytes: Buffer, start: number, end: number, sums: number[]): void {
  for (let at = start; at < end; ) {
    const wide = bytes[at] >> 4;
    const table = bytes[at++] & 15;
    let sum = 0;
    for (const last = Math.min(end, at + 64 * (1 + wide)); at < last; at += 1 + wide)
      sum += wide ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
    sums[table] = sum;
  }
}

/**
 * Reads the segments of a baseline JPEG up to its scan (ITU-T T.81, annex B). Undefined for anything else, and for
 * anything that is not laid out in the usual way from the first byte to the last: cut files, files with several scans,
 * with markers where none belong, or with something after their end.
 */
export function readJpegHeader(bytes: Buffer): JpegHeader | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const header: JpegHeader = {
    width: 0,
    height: 0,
    components: [],
    quantization: 0,
    orientation: 1,
    transform: undefined,
    profile: false,
  };
  const sums: number[] = [];
  let table = 0;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1];
    const length = bytes.readUInt16BE(at + 2) - 2;
    const body = at + 4;
    const end = body + length;
    if (bytes[at] !== 0xff || length < 0 || end > bytes.length) return undefined;
    if (marker === BASELINE_FRAME) {
      if (bytes[body] !== 8 || length !== 6 + 3 * bytes[body + 5] || header.width > 0) return undefined;
      header.height = bytes.readUInt16BE(body + 1);
      header.width = bytes.readUInt16BE(body + 3);
      for (let place = body + 6; place < end; place += 3) header.components.push(bytes[place]);
      table = bytes[body + 8];
    } else if (marker === START_OF_SCAN) {
      const { length: count } = header.components;
      const hasAll = bytes[body] === count && length === 4 + 2 * count;
      header.quantization = sums[table] ?? 0;
      return hasAll && isWholeScan(bytes, end) ? header : undefined;
    } else if (!isPlain(marker)) {
      return undefined;
    } else if (marker === QUANTIZATION_TABLES) {
      sumTables(bytes, body, end, sums);
    } else if (marker === APPLICATION_1 && hasText(bytes, body, "Exif\0\0")) {
      header.orientation = readOrientation(bytes.subarray(body + 6, end));
    } else if (marker === APPLICATION_2 && hasText(bytes, body, "ICC_PROFILE\0")) {
      header.profile = true;
    } else if (marker === APPLICATION_14 && hasText(bytes, body, "Adobe")) {
      header.transform = bytes[body + 11];
    }
    at = end;
  }
  return undefined;
}
