import { AumentoError } from "../../errors.ts";
import { bytesOf, contentHash } from "./content-hash.ts";

/**
 * Features of some pictures as a file: the eight bytes "AUMFEAT1", the length of a header as uint32, the header as
 * JSON in UTF-8, zeros up to a multiple of 4, one row of float32 for each picture, and at the end as text the hash of
 * all before it. All little-endian.
 */
const MAGIC = "AUMFEAT1";
const FIXED = MAGIC.length + 4;
const HASH = 32;

interface Header {
  /** Hash of the layers that made the rows. */
  part: string;
  /** Numbers in a row. */
  size: number;
  /** Hash of each row's picture. */
  keys: string[];
}

export async function writePack(
  header: Header,
  rows: Float32Array,
): Promise<{ bytes: Uint8Array; hash: string }> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = (FIXED + text.length + 3) & ~3;
  const end = start + rows.byteLength;
  const bytes = new Uint8Array(end + HASH);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(MAGIC.length, text.length, true);
  bytes.set(text, FIXED);
  bytes.set(bytesOf(rows), start);
  const hash = await contentHash(bytes.subarray(0, end));
  bytes.set(new TextEncoder().encode(hash), end);
  return { bytes, hash };
}

/** Whether bytes begin like one of these files. */
export const isPack = (bytes: Uint8Array): boolean =>
  new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC;

/**
 * The pictures whose rows a file that `writePack` made has, and where the first row begins. Throws where it is damaged,
 * or of other layers than `part`.
 */
export async function readPack(
  bytes: Uint8Array,
  { part, size }: Omit<Header, "keys">,
): Promise<{ keys: readonly string[]; start: number }> {
  const decode = (from: number, to?: number) => new TextDecoder().decode(bytes.subarray(from, to));
  if (!isPack(bytes)) throw new AumentoError("file", "it is no file of features");
  const end = bytes.length - HASH;
  if (end < FIXED || (await contentHash(bytes.subarray(0, end))) !== decode(end))
    throw new AumentoError("file", "it is damaged or cut off");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  const header: Header = JSON.parse(decode(FIXED, FIXED + length));
  if (header.part !== part || header.size !== size)
    throw new AumentoError("file", "its features are of another network");
  return { keys: header.keys, start: (FIXED + length + 3) & ~3 };
}
