import { normalize } from "../../src/transforms/normalize.ts";
import { transformCase } from "./case.ts";

const statistical = ["image", "image_per_channel", "min_max", "min_max_per_channel"] as const;

export default transformCase(normalize, [
  normalize(),
  normalize({ mean: 0.5, std: [0.25], maxPixelValue: 200 }),
  ...statistical.map((normalization) => normalize({ normalization })),
]);
