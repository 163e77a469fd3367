import { AumentoError } from "../../errors.ts";

/** Hexadecimal digits of a key: 128 bits. */
const DIGITS = 32;

/** The first half of the SHA-256 of some bytes, as a key of what follows from them. */
export async function contentHash(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle)
    throw new AumentoError(
      "runtime",
      "Keeping features needs crypto.subtle, which browsers have on secure pages only: pass featureCache: false",
    );
  // A copy: shared memory, which loaders use, is not taken.
  const digest = new Uint8Array(await subtle.digest("SHA-256", new Uint8Array(bytes)));
  const text = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.slice(0, DIGITS);
}

/** A tensor's elements as bytes; a view. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
