import { perspective } from "../../src/transforms/perspective.ts";
import { transformCase } from "./case.ts";

// Every interpolation with every border mode: see warp.test.ts.
export default transformCase(perspective, [
  perspective({ p: 1 }),
  perspective({ scale: 0.4, keepSize: false, p: 1 }),
  perspective({ scale: [0.1, 0.3], fitOutput: true, fill: 50, fillMask: 2, p: 1 }),
  perspective({ scale: [0.1, 0.3], fitOutput: true, keepSize: false, maskInterpolation: "linear", p: 1 }),
  perspective({ scale: 0.3, fitOutput: true, borderMode: "reflect", interpolation: "lanczos4", p: 1 }),
]);
