import { centerCrop } from "../../src/transforms/center-crop.ts";
import { transformCase } from "./case.ts";

export default transformCase(centerCrop, [
  centerCrop({ height: 15, width: 13, p: 1 }),
  centerCrop({ height: 50, width: 13, padIfNeeded: true, fill: 30, fillMask: 7 }),
  centerCrop({ height: 17, width: 60, padIfNeeded: true, padPosition: "bottom_left", borderMode: "wrap" }),
]);
