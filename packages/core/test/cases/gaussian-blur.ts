import { gaussianBlur } from "../../src/transforms/gaussian-blur.ts";
import { transformCase } from "./case.ts";

export default transformCase(gaussianBlur, [
  gaussianBlur({ p: 1 }),
  gaussianBlur({ blurLimit: [3, 8], sigmaLimit: [1.5, 1.5], p: 1 }),
  gaussianBlur({ sigmaLimit: 6, p: 1 }),
]);
