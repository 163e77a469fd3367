import { affine } from "../../src/transforms/affine.ts";
import { transformCase } from "./case.ts";

export default transformCase(affine, [
  affine({ p: 1 }),
  affine({ scale: [0.5, 2], balancedScale: true, keepRatio: true, p: 1 }),
  affine({ scale: { x: [0.3, 0.6] }, translatePercent: 0.1, fill: 200, fillMask: 3, p: 1 }),
  affine({ rotate: [-180, 180], shear: [-20, 20], fitOutput: true, p: 1 }),
  affine({ rotate: 20, shear: { y: 15 }, borderMode: "wrap", rotateMethod: "ellipse", p: 1 }),
  affine({ translatePx: { x: [-9, 9], y: 5 }, interpolation: "nearest", maskInterpolation: "linear", p: 1 }),
  affine({ scale: [4, 8], rotate: 77, interpolation: "cubic", borderMode: "reflect", p: 1 }),
  // Far outside: nothing of the picture is seen.
  affine({ translatePercent: { x: 5, y: -5 }, fill: 7, p: 1 }),
]);
