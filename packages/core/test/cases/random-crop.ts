import { randomCrop } from "../../src/transforms/random-crop.ts";
import { transformCase } from "./case.ts";

export default transformCase(randomCrop, [
  randomCrop({ height: 15, width: 13, p: 1 }),
  randomCrop({ height: 50, width: 13, padIfNeeded: true, fill: [9, 80, 200, 255], fillMask: 7 }),
  randomCrop({ height: 17, width: 60, padIfNeeded: true, padPosition: "random", borderMode: "reflect_101" }),
]);
