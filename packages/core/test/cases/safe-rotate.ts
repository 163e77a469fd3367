import { safeRotate } from "../../src/transforms/safe-rotate.ts";
import { transformCase } from "./case.ts";

export default transformCase(safeRotate, [
  safeRotate({ p: 1 }),
  safeRotate({ limit: [20, 40], borderMode: "reflect_101", interpolation: "nearest", p: 1 }),
  safeRotate({ fill: 99, fillMask: 2, maskInterpolation: "linear", rotateMethod: "ellipse", p: 1 }),
]);
