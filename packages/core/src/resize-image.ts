import { wasmBackend } from "./backend/wasm/wasm.ts";
import { assertImage, type Image, type PixelData } from "./image.ts";
import { resize } from "./ops/resize.ts";
import { integer, named } from "./params/fields.ts";
import { type Interpolation, interpolationCodes } from "./params/sampling.ts";

const extent = integer({ min: 1 });
const interpolations = named(interpolationCodes, {});

/**
 * A picture of another size, with the kernel of the transform Resize. Same size: the picture itself. With `out`, whose
 * length and type must fit, the pixels are written there and it becomes the result's data.
 */
export function resizeImage(
  image: Image,
  width: number,
  height: number,
  interpolation: Interpolation = "linear",
  out?: PixelData,
): Image {
  assertImage(image, "image");
  const kind = interpolations.parse(interpolation, "resizeImage.interpolation");
  const size = {
    width: extent.parse(width, "resizeImage.width"),
    height: extent.parse(height, "resizeImage.height"),
  };
  const isSame = size.width === image.width && size.height === image.height;
  if (isSame && !out) return image;
  const ops = isSame ? [] : [resize({ ...size, interpolation: kind, maskInterpolation: kind })];
  return wasmBackend.run(ops, image, "image", out);
}
