import { shiftScaleRotate } from "../../src/transforms/shift-scale-rotate.ts";
import { transformCase } from "./case.ts";

export default transformCase(shiftScaleRotate, [
  shiftScaleRotate({ p: 1 }),
  shiftScaleRotate({
    shiftLimit: 0.5,
    scaleLimit: [-0.5, 1],
    rotateLimit: 180,
    shiftLimitX: [0.1, 0.2],
    interpolation: "lanczos4",
    borderMode: "replicate",
    p: 1,
  }),
  shiftScaleRotate({
    shiftLimitY: 0,
    fill: [1, 2, 3, 4],
    fillMask: 9,
    maskInterpolation: "cubic",
    rotateMethod: "ellipse",
    p: 1,
  }),
]);
