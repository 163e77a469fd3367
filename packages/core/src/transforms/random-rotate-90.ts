import { orient } from "../ops/orient.ts";
import { defineTransform } from "../transform.ts";

/** No, one, two and three quarter turns to the left (against the clock). */
const turns = [
  { transpose: false, flipX: false, flipY: false },
  { transpose: true, flipX: false, flipY: true },
  { transpose: false, flipX: true, flipY: true },
  { transpose: true, flipX: true, flipY: false },
] as const;

/** Turns the picture by 0, 90, 180 or 270 degrees, each with equal chance. */
export const randomRotate90 = defineTransform({
  name: "RandomRotate90",
  doc: "Turns the picture by 0, 90, 180 or 270 degrees, each with equal chance.",
  targets: "all",
  p: 1,
  params: {},
  outcomes: 4,
  sample: (_params, rng) => [orient(turns[rng.integer(0, 3)])],
});
