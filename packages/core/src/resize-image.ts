import { wasmBackend } from "./backend/wasm/wasm.ts";
import { assertImage, type Image } from "./image.ts";
import { resize } from "./ops/resize.ts";
import { integer, named } from "./params/fields.ts";
import { type Interpolation, interpolationCodes } from "./params/sampling.ts";

/** A picture of another size, with the kernel of the transform Resize. Same size: the picture itself. */
export function resizeImage(
  image: Image,
  width: number,
  height: number,
  interpolation: Interpolation = "linear",
): Image {
  assertImage(image, "image");
  const extent = integer({ min: 1 });
  const kind = named(interpolationCodes, {}).parse(interpolation, "resizeImage.interpolation");
  const size = {
    width: extent.parse(width, "resizeImage.width"),
    height: extent.parse(height, "resizeImage.height"),
  };
  if (size.width === image.width && size.height === image.height) return image;
  return wasmBackend.run([resize({ ...size, interpolation: kind, maskInterpolation: kind })], image, "image");
}
