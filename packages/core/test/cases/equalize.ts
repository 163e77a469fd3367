import { equalize } from "../../src/transforms/equalize.ts";
import { greyAndColour, transformCase } from "./case.ts";

export default transformCase(
  equalize,
  [
    equalize({ p: 1 }),
    equalize({ mode: "pil", p: 1 }),
    equalize({ byChannels: false, p: 1 }),
    equalize({ mode: "pil", byChannels: false, p: 1 }),
  ],
  { shapes: greyAndColour },
);
