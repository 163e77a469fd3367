import { interpolationCodes } from "../../src/params/sampling.ts";
import { resize } from "../../src/transforms/resize.ts";
import { transformCase } from "./case.ts";

const kinds = Object.keys(interpolationCodes) as (keyof typeof interpolationCodes)[];
const sizes = [
  { width: 20, height: 17 },
  { width: 61, height: 70 },
  { width: 9, height: 50 },
];

export default transformCase(resize, [
  ...kinds.flatMap((interpolation) => sizes.map((size) => resize({ ...size, interpolation, p: 1 }))),
  resize({ width: 20, height: 17, areaForDownscale: "image" }),
  resize({ width: 20, height: 17, areaForDownscale: "image_mask", maskInterpolation: "nearest_exact" }),
]);
