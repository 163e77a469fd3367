import { createImage, type Image, maxValue, roundHalfEven, shapeOf } from "../image.ts";

/**
 * Runs what is defined for bytes on a picture of any type: other types are brought to 0..255, rounded, and back, as
 * Albumentations does for the transforms that OpenCV offers for bytes only.
 */
export function throughBytes(image: Image, run: (image: Image) => Image): Image {
  const { dtype } = shapeOf(image);
  if (dtype === "uint8") return run(image);
  const top = maxValue(dtype);
  const bytes = createImage({ ...shapeOf(image), dtype: "uint8" });
  for (let i = 0; i < bytes.data.length; i++) {
    bytes.data[i] = Math.min(Math.max(roundHalfEven((image.data[i] / top) * 255), 0), 255);
  }
  const done = run(bytes);
  const result = createImage({ ...shapeOf(done), dtype });
  const scale = top / 255;
  for (let i = 0; i < result.data.length; i++) {
    result.data[i] = dtype === "float32" ? done.data[i] / 255 : done.data[i] * scale;
  }
  return result;
}
