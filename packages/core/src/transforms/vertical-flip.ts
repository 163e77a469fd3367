import { orient } from "../ops/orient.ts";
import { defineTransform } from "../transform.ts";

/** Mirrors the picture top to bottom. */
export const verticalFlip = defineTransform({
  name: "VerticalFlip",
  doc: "Mirrors the picture top to bottom.",
  targets: "all",
  params: {},
  outcomes: 1,
  sample: () => [orient({ transpose: false, flipX: false, flipY: true })],
});
