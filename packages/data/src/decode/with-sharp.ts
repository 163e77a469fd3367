import type { Image } from "@aumento/core";
import sharp from "sharp";
import { toRgb } from "./to-rgb.ts";

/**
 * Settings of the whole process that suit decoding many pictures in several threads: one thread a picture, and no
 * cache of results, since no picture is asked for twice in a row.
 */
export function tuneSharp(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}

/**
 * Decodes any format that sharp knows to RGB uint8. The Exif orientation is applied; alpha is dropped (not blended),
 * 16-bit values are scaled to 8, palettes and grey are expanded, CMYK is converted by a generic profile, embedded
 * colour profiles are ignored, and of an animation the first frame is taken: as Keras and Pillow's `convert("RGB")`.
 * A truncated file is an error, as in TensorFlow.
 */
export async function decodeWithSharp(bytes: Uint8Array): Promise<Image> {
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
