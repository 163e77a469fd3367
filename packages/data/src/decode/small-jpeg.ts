import { createRequire } from "node:module";
import type { Image } from "@aumento/core";
import { readJpegHeader } from "./jpeg-header.ts";

/** The part of the codec's module that is used here (the package has no types). */
interface JpegDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8ClampedArray;
  delete(): void;
}
interface CodecModule {
  JPEGDecoder: new () => JpegDecoder;
}

/**
 * sharp costs about 0.65 ms a picture before the first pixel, as much as a small JPEG takes to decode. libjpeg-turbo
 * in WebAssembly has no such start, decodes to the same bytes, and is slower only by the pixel: past about this
 * many pixels sharp is faster.
 */
const MOST_PIXELS = 400_000;

let codec: CodecModule | undefined;
let decoder: JpegDecoder | undefined;
/** Files that the codec refused: it loses memory with each refusal, so they are offered only once. */
const refused = new Set<string>();

/** Compiles the codec; to be awaited before the first `decodeSmallJpeg`. */
export async function loadSmallJpegDecoder(): Promise<void> {
  if (codec) return;
  // CommonJS without types: a factory that resolves to the module described above.
  const factory = createRequire(import.meta.url)(
    "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs",
  ) as () => Promise<CodecModule>;
  codec = await factory();
}

/**
 * The pixels of a small, ordinary JPEG, or undefined where sharp must decide: large pictures, other colour models,
 * an Exif segment, and whatever the codec warns of. The memory is the decoder's own, valid until the next call.
 */
export function decodeSmallJpeg(bytes: Uint8Array, file: string): Image | undefined {
  if (!codec || refused.has(file)) return undefined;
  const header = readJpegHeader(bytes);
  if (!header?.usual || header.exif || header.width * header.height > MOST_PIXELS) return undefined;
  decoder ??= new codec.JPEGDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
  } catch {
    refused.add(file);
    decoder.delete();
    decoder = undefined;
    return undefined;
  }
  const clamped = decoder.getDecodedBuffer();
  const data = new Uint8Array(clamped.buffer, clamped.byteOffset, clamped.length);
  const { width, height } = header;
  return data.length === width * height * 3 ? { data, width, height, channels: 3 } : undefined;
}
