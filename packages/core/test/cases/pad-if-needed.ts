import { borderModeCodes } from "../../src/params/sampling.ts";
import { padIfNeeded } from "../../src/transforms/pad-if-needed.ts";
import { transformCase } from "./case.ts";

const modes = Object.keys(borderModeCodes) as (keyof typeof borderModeCodes)[];

export default transformCase(padIfNeeded, [
  padIfNeeded({ minHeight: 60, minWidth: 110, p: 1, fill: [200, 10, 99, 7], fillMask: 3 }),
  padIfNeeded({
    minHeight: null,
    minWidth: null,
    padHeightDivisor: 32,
    padWidthDivisor: 20,
    position: "random",
  }),
  padIfNeeded({ minHeight: 25, minWidth: 50, position: "bottom_right" }),
  ...modes.map((borderMode) =>
    padIfNeeded({ minHeight: 90, minWidth: 80, borderMode, position: "top_right" }),
  ),
]);
