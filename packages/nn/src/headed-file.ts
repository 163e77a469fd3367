/**
 * Files of our own that hold numbers: eight bytes that say what they are, the length of a header as uint32, the header
 * as JSON in UTF-8, zeros up to a multiple of 4, then the numbers. All little-endian.
 */
const MAGIC = 8;
const FIXED = MAGIC + 4;

/** A length in bytes, up to the next multiple of 4. */
export const aligned = (length: number): number => (length + 3) & ~3;

/** A file with room for `length` bytes after its header, which are still to be written from `start` on. */
export function headedFile(
  magic: string,
  header: object,
  length: number,
): { bytes: Uint8Array; start: number } {
  const encoder = new TextEncoder();
  const text = encoder.encode(JSON.stringify(header));
  const start = aligned(FIXED + text.length);
  const bytes = new Uint8Array(start + length);
  bytes.set(encoder.encode(magic));
  new DataView(bytes.buffer).setUint32(MAGIC, text.length, true);
  bytes.set(text, FIXED);
  return { bytes, start };
}

/** Whether bytes begin as such a file does. */
export const isHeaded = (magic: string, bytes: Uint8Array): boolean =>
  bytes.length >= FIXED && new TextDecoder().decode(bytes.subarray(0, MAGIC)) === magic;

/** The header as it was written, and where the numbers begin; undefined where it is no such file, or damaged. */
export function readHeaded<Header>(
  magic: string,
  bytes: Uint8Array,
): { header: Header; start: number } | undefined {
  if (!isHeaded(magic, bytes)) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC, true);
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(FIXED, FIXED + length)));
    return { header, start: aligned(FIXED + length) };
  } catch {
    return undefined;
  }
}
