import { orient } from "../ops/orient.ts";
import { defineTransform } from "../transform.ts";

const either = [false, true] as const;

/** One of the eight ways to lay a square down (the symmetries of the square), each with equal chance. */
export const d4 = defineTransform({
  name: "D4",
  doc: "Lays the picture down in one of eight ways: flips, quarter turns and their combinations.",
  targets: "all",
  p: 1,
  params: {},
  outcomes: 8,
  sample: (_params, rng) => [
    orient({ transpose: rng.choice(either), flipX: rng.choice(either), flipY: rng.choice(either) }),
  ],
});
