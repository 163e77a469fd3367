import { randomResizedCrop } from "../../src/transforms/random-resized-crop.ts";
import { transformCase } from "./case.ts";

export default transformCase(randomResizedCrop, [
  randomResizedCrop({ size: [24, 31], p: 1 }),
  randomResizedCrop({ size: [10, 9], scale: [0.5, 0.9], ratio: [1, 1.1], areaForDownscale: "image" }),
  randomResizedCrop({ size: [10, 9], areaForDownscale: "image_mask" }),
  randomResizedCrop({ size: [40, 40], interpolation: "cubic", maskInterpolation: "nearest_exact" }),
]);
