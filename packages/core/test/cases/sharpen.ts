import { sharpen } from "../../src/transforms/sharpen.ts";
import { transformCase } from "./case.ts";

export default transformCase(sharpen, [
  sharpen({ p: 1 }),
  sharpen({ alpha: [0.1, 1], lightness: [0, 3], p: 1 }),
  sharpen({ method: "gaussian", p: 1 }),
  sharpen({ method: "gaussian", kernelSize: 8, sigma: 2.5, p: 1 }),
]);
