import { resize as resizeOp } from "../ops/resize.ts";
import { areaField, kindsFor } from "../params/area.ts";
import { integer } from "../params/fields.ts";
import { resizeFields } from "../params/sampling.ts";
import { defineTransform } from "../transform.ts";

/** Makes the picture a given size. */
export const resize = defineTransform({
  name: "Resize",
  doc: "Makes the picture a given size.",
  targets: "all",
  p: 1,
  params: {
    height: integer({ min: 1, doc: "Height of the result." }),
    width: integer({ min: 1, doc: "Width of the result." }),
    ...resizeFields,
    areaForDownscale: areaField,
  },
  outcomes: 1,
  sample(params, _rng, { shape }) {
    const { width, height } = params;
    return [resizeOp({ width, height, ...kindsFor(params, shape, params) })];
  },
});
