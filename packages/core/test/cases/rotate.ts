import { rotate } from "../../src/transforms/rotate.ts";
import { transformCase } from "./case.ts";

// Every interpolation with every border mode: see warp.test.ts.
export default transformCase(rotate, [
  rotate({ p: 1 }),
  rotate({ limit: 0, p: 1 }),
  rotate({ limit: [90, 90], p: 1 }),
  rotate({ limit: 30, cropBorder: true, rotateMethod: "ellipse", p: 1 }),
  rotate({ fill: [10, 200, 90, 255], fillMask: 3, maskInterpolation: "linear", p: 1 }),
  rotate({ borderMode: "wrap", interpolation: "cubic", p: 1 }),
]);
