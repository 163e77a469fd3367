/** One component of a JPEG's scan. */
export interface JpegComponent {
  horizontal: number;
  vertical: number;
  quantization: number;
  dc: number;
  ac: number;
}

/** What a baseline JPEG of one scan says before its entropy-coded data, in places of the file's bytes. */
export interface JpegHeader {
  width: number;
  height: number;
  components: JpegComponent[];
  /** Blocks between restart markers; 0 for none. */
  restartInterval: number;
  /** Where the 64 bytes of each quantisation table begin. */
  quantization: { id: number; at: number }[];
  /** Where the 16 counts and the symbols of each Huffman table begin; kind 0 is DC, 1 is AC. */
  huffman: { kind: number; id: number; at: number }[];
  /** Where the entropy-coded data begins. */
  data: number;
  /** The Exif orientation, 1 where there is none; 0 where an Exif segment cannot be made out. */
  orientation: number;
  /** Adobe's colour transform, if its segment is there: 0 means RGB or CMYK. */
  transform: number | undefined;
}

const START_OF_BASELINE_FRAME = 0xc0;
const HUFFMAN_TABLES = 0xc4;
const START_OF_SCAN = 0xda;
const QUANTIZATION_TABLES = 0xdb;
const RESTART_INTERVAL = 0xdd;
const APPLICATION_1 = 0xe1;
const APPLICATION_14 = 0xee;

function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Frames and scans of other kinds (progressive, arithmetic, lossless), which have markers of their own. */
function isOtherFrame(marker: number): boolean {
  return marker > START_OF_BASELINE_FRAME && marker <= 0xcf && marker !== HUFFMAN_TABLES && marker !== 0xc8;
}

function readFrame(
  bytes: Uint8Array,
  at: number,
  length: number,
  header: JpegHeader,
  ids: number[],
): boolean {
  const count = bytes[at + 5];
  if (bytes[at] !== 8 || length !== 6 + 3 * count || ids.length > 0) return false;
  header.height = bytes[at + 1] * 256 + bytes[at + 2];
  header.width = bytes[at + 3] * 256 + bytes[at + 4];
  for (let place = at + 6; place < at + length; place += 3) {
    ids.push(bytes[place]);
    const sampling = bytes[place + 1];
    header.components.push({
      horizontal: sampling >> 4,
      vertical: sampling & 15,
      quantization: bytes[place + 2],
      dc: 0,
      ac: 0,
    });
  }
  return true;
}

function readQuantization(bytes: Uint8Array, at: number, length: number, header: JpegHeader): boolean {
  if (length % 65 !== 0) return false;
  for (let place = at; place < at + length; place += 65) {
    if (bytes[place] > 3) return false; // tables of 16 bits have their flag in the upper half
    header.quantization.push({ id: bytes[place], at: place + 1 });
  }
  return true;
}

function readHuffman(bytes: Uint8Array, at: number, length: number, header: JpegHeader): boolean {
  let place = at;
  while (place + 17 <= at + length) {
    const kind = bytes[place] >> 4;
    const id = bytes[place] & 15;
    if (kind > 1 || id > 1) return false;
    header.huffman.push({ kind, id, at: place + 1 });
    let symbols = 0;
    for (let i = 1; i <= 16; i++) symbols += bytes[place + i];
    place += 17 + symbols;
  }
  return place === at + length;
}

function readScan(
  bytes: Uint8Array,
  at: number,
  length: number,
  header: JpegHeader,
  ids: readonly number[],
): boolean {
  const count = bytes[at];
  if (count !== ids.length || length !== 4 + 2 * count) return false;
  for (const [place, id] of ids.entries()) {
    const tables = bytes[at + 2 + 2 * place];
    if (bytes[at + 1 + 2 * place] !== id || tables >> 4 > 1 || (tables & 15) > 1) return false;
    header.components[place].dc = tables >> 4;
    header.components[place].ac = tables & 15;
  }
  header.data = at + length;
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
 * Reads the segments of a baseline JPEG up to its scan (ITU-T T.81, annex B). Undefined for anything else, and for
 * anything that is not laid out in the usual way.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const ids: number[] = [];
  const header: JpegHeader = {
    width: 0,
    height: 0,
    components: [],
    restartInterval: 0,
    quantization: [],
    huffman: [],
    data: 0,
    orientation: 1,
    transform: undefined,
  };
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    const length = bytes[at + 2] * 256 + bytes[at + 3] - 2;
    const body = at + 4;
    if (length < 0 || body + length > bytes.length || isOtherFrame(marker)) return undefined;
    let valid = true;
    if (marker === START_OF_BASELINE_FRAME) valid = readFrame(bytes, body, length, header, ids);
    else if (marker === QUANTIZATION_TABLES) valid = readQuantization(bytes, body, length, header);
    else if (marker === HUFFMAN_TABLES) valid = readHuffman(bytes, body, length, header);
    else if (marker === START_OF_SCAN) return readScan(bytes, body, length, header, ids) ? header : undefined;
    else if (marker === RESTART_INTERVAL) header.restartInterval = bytes[body] * 256 + bytes[body + 1];
    else if (marker === APPLICATION_1 && hasText(bytes, body, "Exif\0\0")) {
      header.orientation = readOrientation(bytes.subarray(body + 6, body + length));
    } else if (marker === APPLICATION_14 && hasText(bytes, body, "Adobe"))
      header.transform = bytes[body + 11];
    if (!valid) return undefined;
    at = body + length;
  }
  return undefined;
}
