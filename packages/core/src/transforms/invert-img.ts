import { pointwise } from "../ops/pointwise.ts";
import { defineTransform } from "../transform.ts";

/** Makes a negative: every value is subtracted from the largest. */
export const invertImg = defineTransform({
  name: "InvertImg",
  doc: "Makes a negative: every value is subtracted from the largest.",
  targets: "image",
  params: {},
  outcomes: 1,
  sample: () => [pointwise({ functions: [{ kind: "invert" }] })],
});
