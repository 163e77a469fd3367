import { median } from "../ops/median.ts";
import { windowRange } from "../params/window.ts";
import { oddSize, oddSizes } from "../pixels/odd.ts";
import { defineTransform } from "../transform.ts";

/** Takes the median of a square neighbourhood of a random size. */
export const medianBlur = defineTransform({
  name: "MedianBlur",
  doc: "Takes the median of a square neighbourhood of a random size.",
  targets: "image",
  params: { blurLimit: windowRange({ default: [3, 7], doc: "Side of the window in pixels." }) },
  outcomes: ({ blurLimit }) => oddSizes(blurLimit),
  sample: (params, rng) => [median({ size: oddSize(rng, params.blurLimit) })],
});
