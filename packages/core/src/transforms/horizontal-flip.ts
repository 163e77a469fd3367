import { orient } from "../ops/orient.ts";
import { defineTransform } from "../transform.ts";

/** Mirrors the picture left to right. */
export const horizontalFlip = defineTransform({
  name: "HorizontalFlip",
  doc: "Mirrors the picture left to right.",
  targets: "all",
  params: {},
  outcomes: 1,
  sample: () => [orient({ transpose: false, flipX: true, flipY: false })],
});
