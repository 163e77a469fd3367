import { equalize } from "../../src/transforms/equalize.ts";
import { drawPicture } from "../pictures.ts";
import { allShapes, transformCase } from "./case.ts";

const [shape] = allShapes;
const half = (channels: number) => {
  const mask = drawPicture(shape.width, shape.height, channels);
  return { ...mask, data: mask.data.map((value) => (value > 100 ? 255 : 0)) };
};

export default transformCase(
  equalize,
  [
    equalize({ mask: half(1), p: 1 }),
    equalize({ mask: half(3), mode: "pil", p: 1 }),
    equalize({ mask: half(1), byChannels: false, p: 1 }),
  ],
  { shapes: [shape] },
);
