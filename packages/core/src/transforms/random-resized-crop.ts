import type { Size } from "../image.ts";
import { roundHalfEven } from "../image.ts";
import { type CropParams, crop } from "../ops/crop.ts";
import { resize } from "../ops/resize.ts";
import { areaField, kindsFor } from "../params/area.ts";
import { list, range } from "../params/fields.ts";
import { resizeFields } from "../params/sampling.ts";
import type { Rng } from "../random.ts";
import { defineTransform } from "../transform.ts";

const ATTEMPTS = 10;

interface Extent {
  readonly scale: readonly [number, number];
  readonly ratio: readonly [number, number];
}

/** A rectangle of random area and shape; after ten that do not fit, the largest in the middle of an allowed shape. */
function drawRectangle({ scale, ratio }: Extent, { width, height }: Size, rng: Rng): CropParams {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = rng.uniform(scale) * width * height;
    const aspect = Math.exp(rng.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const cropWidth = roundHalfEven(Math.sqrt(area * aspect));
    const cropHeight = roundHalfEven(Math.sqrt(area / aspect));
    if (cropWidth < 1 || cropHeight < 1 || cropWidth > width || cropHeight > height) continue;
    const y = rng.integer(0, height - cropHeight);
    const x = rng.integer(0, width - cropWidth);
    return { x, y, width: cropWidth, height: cropHeight };
  }
  const given = width / height;
  const cropHeight = given < ratio[0] ? Math.min(height, roundHalfEven(width / ratio[0])) : height;
  const cropWidth = given > ratio[1] ? Math.min(width, roundHalfEven(height * ratio[1])) : width;
  const x = Math.floor((width - cropWidth) / 2);
  const y = Math.floor((height - cropHeight) / 2);
  return { x, y, width: cropWidth, height: cropHeight };
}

/** Cuts a rectangle of random area, shape and place, and makes it a given size. */
export const randomResizedCrop = defineTransform({
  name: "RandomResizedCrop",
  doc: "Cuts a rectangle of random area, shape and place, and makes it a given size.",
  targets: "all",
  p: 1,
  params: {
    size: list({ length: 2, min: 1, integer: true, doc: "[height, width] of the result." }),
    scale: range({
      default: [0.08, 1],
      min: 0,
      max: 1,
      doc: "Area of the crop, as a share of the picture's.",
    }),
    ratio: range({ default: [0.75, 1.3333333333333333], above: 0, doc: "Width over height of the crop." }),
    ...resizeFields,
    areaForDownscale: areaField,
  },
  sample(params, rng, { shape }) {
    const rectangle = drawRectangle(params, shape, rng);
    const [height, width] = params.size;
    return [crop(rectangle), resize({ width, height, ...kindsFor(params, rectangle, { width, height }) })];
  },
});
