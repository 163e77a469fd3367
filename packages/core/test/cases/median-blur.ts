import { medianBlur } from "../../src/transforms/median-blur.ts";
import { transformCase } from "./case.ts";

export default transformCase(
  medianBlur,
  [3, 5, 7, 11, 17].map((size) => medianBlur({ blurLimit: [size, size], p: 1 })),
);
