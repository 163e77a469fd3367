import type { Image } from "@aumento/core";
import { loadSharp } from "./load-sharp.ts";
import { toRgb } from "./to-rgb.ts";

/**
 * Decodes any format that sharp knows to RGB uint8. The Exif orientation is applied; alpha is dropped (not blended),
 * 16-bit values are scaled to 8, palettes and grey are expanded, CMYK is converted by a generic profile, embedded
 * colour profiles are ignored, and of an animation the first frame is taken: as Keras and Pillow's `convert("RGB")`.
 * A truncated file is an error, as in TensorFlow.
 */
export async function decodeWithSharp(bytes: Uint8Array): Promise<Image> {
  const sharp = await loadSharp();
  const { data, info } = await sharp(bytes, {
    failOn: "error",
    sequentialRead: true,
    ignoreIcc: true,
    pages: 1,
  })
    .autoOrient()
    .removeAlpha()
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return toRgb(data, info.width, info.height);
}
