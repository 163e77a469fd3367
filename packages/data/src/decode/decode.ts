import { readFileSync } from "node:fs";
import type { Image } from "@aumento/core";
import { AumentoError, messageOf } from "../errors.ts";
import { systemCode } from "../write-file-atomic.ts";
import { decodeJpeg } from "./jpeg.ts";
import { decodeBitmap, isBitmap } from "./with-napi.ts";
import { decodeWithSharp } from "./with-sharp.ts";

/** A decoder's complaint in one line: libvips repeats itself over several. */
function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0].trim();
}

function broken(file: string, error: unknown): AumentoError {
  const reason = typeof error === "string" ? error : firstLine(error);
  return new AumentoError("broken-picture", `${file}: cannot be decoded: ${reason}`, { cause: reason });
}

/** What the system's codes mean for a picture. */
const readFailures: Record<string, string> = {
  ENOENT: "not found",
  EISDIR: "is a folder, expected a picture file",
};

function readBytes(file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw broken(file, readFailures[systemCode(error) ?? ""] ?? error);
  }
  if (bytes.length === 0) throw broken(file, "the file is empty");
  return bytes;
}

/**
 * Decodes a picture file to RGB uint8.
 *
 * @throws AumentoError "broken-picture", with the reason alone as its cause.
 */
export async function decodeFile(file: string): Promise<Image> {
  const bytes = readBytes(file);
  try {
    if (isBitmap(bytes)) return await decodeBitmap(bytes);
    return (await decodeJpeg(bytes)) ?? (await decodeWithSharp(bytes));
  } catch (error) {
    throw broken(file, error);
  }
}
