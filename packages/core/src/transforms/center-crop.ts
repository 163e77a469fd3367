import { crop } from "../ops/crop.ts";
import { fixedCropFields, padForCrop } from "../params/crop.ts";
import { defineTransform } from "../transform.ts";

/** Cuts a rectangle of a fixed size from the middle. */
export const centerCrop = defineTransform({
  name: "CenterCrop",
  doc: "Cuts a rectangle of a fixed size from the middle.",
  targets: "all",
  p: 1,
  params: fixedCropFields,
  outcomes: ({ padIfNeeded, padPosition }) =>
    padIfNeeded && padPosition === "random" ? Number.POSITIVE_INFINITY : 1,
  sample(params, rng, { shape }) {
    const { ops, size } = padForCrop("CenterCrop", params, shape, rng);
    const { width, height } = params;
    const x = Math.floor((size.width - width) / 2);
    const y = Math.floor((size.height - height) / 2);
    return [...ops, crop({ x, y, width, height })];
  },
});
