import { crop } from "../ops/crop.ts";
import { fixedCropFields, padForCrop } from "../params/crop.ts";
import { defineTransform } from "../transform.ts";

/** Cuts a rectangle of a fixed size from a random place. */
export const randomCrop = defineTransform({
  name: "RandomCrop",
  doc: "Cuts a rectangle of a fixed size from a random place.",
  targets: "all",
  p: 1,
  params: fixedCropFields,
  sample(params, rng, { shape }) {
    const { ops, size } = padForCrop("RandomCrop", params, shape, rng);
    const { width, height } = params;
    const y = rng.integer(0, size.height - height);
    const x = rng.integer(0, size.width - width);
    return [...ops, crop({ x, y, width, height })];
  },
});
