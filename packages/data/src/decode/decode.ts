import { readFileSync } from "node:fs";
import type { Image } from "@aumento/core";
import { AumentoError, messageOf } from "../errors.ts";
import { decodeBmp, isBmp } from "./bmp.ts";
import { decodeJpeg } from "./jpeg.ts";
import { decodeWithSharp } from "./with-sharp.ts";

/** A decoder's complaint in one line: libvips repeats itself over several. */
function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0].trim();
}

function broken(file: string, error: unknown): AumentoError {
  const reason = typeof error === "string" ? error : firstLine(error);
  return new AumentoError("broken-picture", `${file}: cannot be decoded: ${reason}`, { cause: reason });
}

function readBytes(file: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw broken(file, error);
  }
  if (bytes.length === 0) throw broken(file, "the file is empty");
  return bytes;
}

async function decodeAny(bytes: Uint8Array, file: string): Promise<Image> {
  try {
    return isBmp(bytes) ? decodeBmp(bytes) : await decodeWithSharp(bytes);
  } catch (error) {
    throw broken(file, error);
  }
}

/**
 * Decodes a picture file to RGB uint8 and hands it to `use`, which must be done with the pixels when it returns:
 * they may lie in the decoder's own memory, which the next picture of this thread overwrites.
 *
 * @throws AumentoError "broken-picture", with the reason alone as its cause; whatever `use` throws.
 */
export async function decodeFile<T>(file: string, use: (image: Image) => T): Promise<T> {
  const bytes = readBytes(file);
  return use(decodeJpeg(bytes) ?? (await decodeAny(bytes, file)));
}
