import { AumentoError } from "../../errors.ts";
import { headedFile, isHeaded, readHeaded } from "../../headed-file.ts";
import { bytesOf, contentHash } from "./content-hash.ts";

/**
 * Features of some pictures as a file (headed-file.ts): one row of float32 for each picture, and at the end as text the
 * hash of all before it.
 */
const MAGIC = "AUMFEAT1";
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
  const { bytes, start } = headedFile(MAGIC, header, rows.byteLength + HASH);
  const end = bytes.length - HASH;
  bytes.set(bytesOf(rows), start);
  const hash = await contentHash(bytes.subarray(0, end));
  bytes.set(new TextEncoder().encode(hash), end);
  return { bytes, hash };
}

/** Whether bytes begin like one of these files. */
export const isPack = (bytes: Uint8Array): boolean => isHeaded(MAGIC, bytes);

/**
 * The pictures whose rows a file that `writePack` made has, and where the first row begins. Throws where it is damaged,
 * or of other layers than `part`.
 */
export async function readPack(
  bytes: Uint8Array,
  { part, size }: Omit<Header, "keys">,
): Promise<{ keys: readonly string[]; start: number }> {
  if (!isPack(bytes)) throw new AumentoError("file", "it is no file of features");
  const end = bytes.length - HASH;
  const told = new TextDecoder().decode(bytes.subarray(end));
  const read = readHeaded<Header>(MAGIC, bytes);
  if (!read || (await contentHash(bytes.subarray(0, end))) !== told)
    throw new AumentoError("file", "it is damaged or cut off");
  const { header, start } = read;
  if (header.part !== part || header.size !== size)
    throw new AumentoError("file", "its features are of another network");
  return { keys: header.keys, start };
}
