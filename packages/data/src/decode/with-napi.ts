import { setImmediate } from "node:timers/promises";
import type { Image } from "@aumento/core";
import { messageOf } from "../errors.ts";
import { toRgb } from "./to-rgb.ts";

/** Above this many pixels sharp's decoder is the faster one; it takes 0.7 ms or more before the first of them. */
const MOST_PIXELS = 1_000_000;
/** Chroma of the narrowest pictures is filtered in other ways than libjpeg's. */
const SHORTEST_SIDE = 16;

type PictureSize = Pick<Image, "width" | "height">;

/** The values of a picture, by a library that loads when the first picture needs it: most folders hold none. */
async function decodeRaw(bytes: Buffer): Promise<{ pixels: Buffer; size: () => PictureSize }> {
  const { Transformer } = await import("@napi-rs/image");
  // Node frees the pixels of native libraries in its immediates: a thread that never gets there grows without bound.
  await setImmediate();
  const transformer = new Transformer(bytes);
  return { pixels: transformer.rawPixelsSync(), size: () => transformer.metadataSync() };
}

/**
 * Decodes a JPEG of moderate size to within a few of 255 of libjpeg's accurate transform, at half of sharp's cost.
 * Undefined where sharp must decide.
 */
export async function decodeJpegWithNapi(
  bytes: Buffer,
  { width, height }: PictureSize,
): Promise<Image | undefined> {
  if (Math.min(width, height) < SHORTEST_SIDE || width * height > MOST_PIXELS) return undefined;
  try {
    const { pixels } = await decodeRaw(bytes);
    return toRgb(pixels, width, height);
  } catch {
    return undefined;
  }
}

/** Whether these are the bytes of a Windows bitmap, which sharp does not read and Keras does. */
export function isBitmap(bytes: Buffer): boolean {
  return bytes.length > 26 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/** Decodes a Windows bitmap to RGB; alpha is dropped. */
export async function decodeBitmap(bytes: Buffer): Promise<Image> {
  try {
    const { pixels, size } = await decodeRaw(bytes);
    const { width, height } = size();
    return toRgb(pixels, width, height);
  } catch (error) {
    // The file's size by its own header (BITMAPFILEHEADER): the library says of a cut file that a buffer is not full.
    const size = bytes.readUInt32LE(2);
    const isCut = bytes.length < size;
    throw new Error(
      isCut ? `premature end of BMP image: ${bytes.length} of ${size} bytes` : messageOf(error),
      { cause: error },
    );
  }
}
