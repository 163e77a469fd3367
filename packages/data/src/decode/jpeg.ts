import type { Image } from "@aumento/core";
import { type JpegHeader, readJpegHeader } from "./jpeg-header.ts";
import { decodeJpegWithNapi } from "./with-napi.ts";
import { decodeJpegWithTurbo } from "./with-turbo.ts";

/** The component identifiers "R", "G", "B", which libjpeg takes as RGB where no segment says otherwise. */
const RGB = "82,71,66";

/**
 * The sum of libjpeg's luminance table lies above this up to quality 94 and below it from quality 95 on. Finer steps
 * than these are lost in the fast inverse transform, whose factors are rounded to quarters: mean square errors of
 * photographs against the accurate one are 1.7 to 1.9 up to quality 93, and 3.7 and more from 95 on.
 */
const FINE_QUANTIZATION = 400;

/**
 * Decodes an ordinary JPEG in a fraction of sharp's time: to the very bytes that TensorFlow, and so Keras, gives, where
 * its quality is below 95, and to within a few of 255 of the accurate transform's values from there on. Undefined where
 * sharp must decide: progressive, rotated and cut pictures, other colour models, whatever is not laid out in the usual
 * way, and whatever the libraries refuse.
 */
export function decodeJpeg(bytes: Buffer): Promise<Image | undefined> {
  return decodeWithHeader(bytes, readJpegHeader(bytes));
}

/**
 * The same for pictures of three channels without a colour profile: what sharp would give too if it were asked to
 * keep grey grey and to convert profiles to sRGB.
 */
export async function decodePlainJpeg(bytes: Buffer): Promise<Image | undefined> {
  const header = readJpegHeader(bytes);
  return header?.components.length === 3 && !header.profile ? decodeWithHeader(bytes, header) : undefined;
}

async function decodeWithHeader(bytes: Buffer, header: JpegHeader | undefined): Promise<Image | undefined> {
  if (header?.orientation !== 1) return undefined;
  const { components, transform = 1 } = header;
  const isColour = components.length === 3 && transform === 1 && components.join() !== RGB;
  if (!isColour && components.length !== 1) return undefined;
  return header.quantization < FINE_QUANTIZATION
    ? decodeJpegWithNapi(bytes, header)
    : decodeJpegWithTurbo(bytes, header);
}
