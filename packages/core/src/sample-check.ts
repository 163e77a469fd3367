import { fieldsOf } from "./annotations/targets.ts";
import { AumentoError } from "./errors.ts";
import { assertImage, type Image, type Sample } from "./image.ts";

/** Throws unless every picture and mask of the sample has the size of its image. */
export function checkSizes(sample: Sample, additional: Readonly<Record<string, string>> | undefined): void {
  const { width, height } = sample.image;
  const check = (value: unknown, where: string) => {
    assertImage(value, where);
    const image: Image = value;
    if (image.width === width && image.height === height) return;
    throw new AumentoError(
      "invalid-sample",
      `${where}: expected the image's ${width} x ${height}, got ${image.width} x ${image.height}; isCheckShapes: false turns this check off`,
    );
  };
  for (const field of [...fieldsOf("image", additional), ...fieldsOf("mask", additional)]) {
    if (sample[field] !== undefined) check(sample[field], field);
  }
  for (const field of fieldsOf("masks", additional)) {
    const masks = sample[field];
    if (!Array.isArray(masks)) continue;
    for (const [index, mask] of masks.entries()) check(mask, `${field}[${index}]`);
  }
}
