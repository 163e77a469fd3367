import { coarseDropout } from "../../src/transforms/coarse-dropout.ts";
import { greyAndColour, transformCase } from "./case.ts";

export default transformCase(
  coarseDropout,
  [
    coarseDropout({ p: 1 }),
    coarseDropout({
      numHolesRange: [3, 6],
      holeHeightRange: [2, 9],
      holeWidthRange: [1, 5],
      fillMask: 2,
      p: 1,
    }),
    coarseDropout({ fill: "random", p: 1 }),
    coarseDropout({ numHolesRange: [4, 4], fill: "random_uniform", p: 1 }),
    coarseDropout({ fill: "inpaint_telea", p: 1 }),
    coarseDropout({ fill: "inpaint_ns", p: 1 }),
  ],
  { shapes: greyAndColour },
);
