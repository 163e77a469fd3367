import { clahe } from "../../src/transforms/clahe.ts";
import { greyAndColour, transformCase } from "./case.ts";

export default transformCase(
  clahe,
  [
    clahe({ p: 1 }),
    clahe({ clipLimit: [1, 1], tileGridSize: [4, 3], p: 1 }),
    clahe({ clipLimit: [40, 60], p: 1 }),
  ],
  { shapes: greyAndColour },
);
