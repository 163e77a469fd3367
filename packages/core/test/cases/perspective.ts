import { perspective } from "../../src/transforms/perspective.ts";
import { transformCase } from "./case.ts";

const modes = ["constant", "replicate", "reflect", "wrap", "reflect_101"] as const;
const interpolations = ["nearest", "linear", "cubic", "area", "lanczos4"] as const;

export default transformCase(perspective, [
  perspective({ p: 1 }),
  perspective({ scale: 0.4, keepSize: false, p: 1 }),
  perspective({ scale: [0.1, 0.3], fitOutput: true, fill: 50, fillMask: 2, p: 1 }),
  perspective({ scale: [0.1, 0.3], fitOutput: true, keepSize: false, maskInterpolation: "linear", p: 1 }),
  ...modes.flatMap((borderMode) =>
    interpolations.map((interpolation) =>
      perspective({ scale: 0.3, fitOutput: true, borderMode, interpolation, p: 1 }),
    ),
  ),
]);
