import { toGray } from "../../src/transforms/to-gray.ts";
import { greyAndColour, transformCase } from "./case.ts";

const anyChannels = ["desaturation", "average", "max", "pca"] as const;

export default transformCase(
  toGray,
  [
    toGray({ p: 1 }),
    toGray({ numOutputChannels: 1, p: 1 }),
    toGray({ numOutputChannels: 2, p: 1 }),
    toGray({ method: "from_lab", p: 1 }),
    ...anyChannels.map((method) => toGray({ method, p: 1 })),
  ],
  { shapes: greyAndColour },
);
