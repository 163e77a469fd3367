import { erasing } from "../../src/transforms/erasing.ts";
import { transformCase } from "./case.ts";

export default transformCase(erasing, [
  erasing({ p: 1 }),
  erasing({ scale: [0.1, 0.2], ratio: [0.5, 2], fill: 200, fillMask: [1], p: 1 }),
  erasing({ fill: "random", p: 1 }),
  erasing({ fill: "random_uniform", p: 1 }),
]);
