import { orient } from "../ops/orient.ts";
import { defineTransform } from "../transform.ts";

/** Swaps rows and columns. */
export const transpose = defineTransform({
  name: "Transpose",
  doc: "Swaps rows and columns.",
  targets: "all",
  params: {},
  outcomes: 1,
  sample: () => [orient({ transpose: true, flipX: false, flipY: false })],
});
