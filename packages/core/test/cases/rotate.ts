import { rotate } from "../../src/transforms/rotate.ts";
import { transformCase } from "./case.ts";

const modes = ["constant", "replicate", "reflect", "wrap", "reflect_101"] as const;
const interpolations = ["nearest", "linear", "cubic", "area", "lanczos4"] as const;

export default transformCase(rotate, [
  rotate({ p: 1 }),
  rotate({ limit: 0, p: 1 }),
  rotate({ limit: [90, 90], p: 1 }),
  rotate({ limit: 30, cropBorder: true, rotateMethod: "ellipse", p: 1 }),
  rotate({ fill: [10, 200, 90, 255], fillMask: 3, maskInterpolation: "linear", p: 1 }),
  ...modes.flatMap((borderMode) =>
    interpolations.map((interpolation) => rotate({ borderMode, interpolation, fill: 77, p: 1 })),
  ),
]);
