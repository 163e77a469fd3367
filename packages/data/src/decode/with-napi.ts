import type { Image } from "@aumento/core";
import { Transformer } from "@napi-rs/image";
import { messageOf } from "../errors.ts";
import { type JpegHeader, readJpegHeader } from "./jpeg-header.ts";
import { toRgb } from "./to-rgb.ts";

/** Above this many pixels sharp's decoder is the faster one; it takes 0.7 ms or more before the first of them. */
const MOST_PIXELS = 1_000_000;
/** Chroma of the narrowest pictures is filtered in other ways than libjpeg's. */
const SHORTEST_SIDE = 16;

/** The component identifiers "R", "G", "B", which libjpeg takes as RGB where no segment says otherwise. */
const RGB = "82,71,66";

/**
 * Decodes a JPEG of ordinary size at a third of sharp's cost, to within a few of 255 of the same values. Undefined
 * where sharp must decide: large, tiny, progressive, rotated and cut pictures, other colour models, whatever is not laid
 * out in the usual way, and whatever the library refuses, which fills what is missing of a cut picture without a word.
 */
export function decodeJpeg(bytes: Buffer): Image | undefined {
  return decodeWithHeader(bytes, readJpegHeader(bytes));
}

/**
 * The same for pictures of three channels without a colour profile: what sharp would give too if it were asked to
 * keep grey grey and to convert profiles to sRGB.
 */
export function decodePlainJpeg(bytes: Buffer): Image | undefined {
  const header = readJpegHeader(bytes);
  return header?.components.length === 3 && !header.profile ? decodeWithHeader(bytes, header) : undefined;
}

function decodeWithHeader(bytes: Buffer, header: JpegHeader | undefined): Image | undefined {
  if (header?.orientation !== 1) return undefined;
  const { width, height, components, transform = 1 } = header;
  const isColour = components.length === 3 && transform === 1 && components.join() !== RGB;
  if (!isColour && components.length !== 1) return undefined;
  if (Math.min(width, height) < SHORTEST_SIDE || width * height > MOST_PIXELS) return undefined;
  try {
    return toRgb(new Transformer(bytes).rawPixelsSync(), width, height);
  } catch {
    return undefined;
  }
}

/** Whether these are the bytes of a Windows bitmap, which sharp does not read and Keras does. */
export function isBmp(bytes: Buffer): boolean {
  return bytes.length > 26 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/** Decodes a Windows bitmap to RGB. */
export function decodeBmp(bytes: Buffer): Image {
  const transformer = new Transformer(bytes);
  try {
    const pixels = transformer.rawPixelsSync();
    const { width, height } = transformer.metadataSync();
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
