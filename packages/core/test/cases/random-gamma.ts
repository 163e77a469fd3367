import { randomGamma } from "../../src/transforms/random-gamma.ts";
import { transformCase } from "./case.ts";

export default transformCase(randomGamma, [
  randomGamma({ p: 1 }),
  randomGamma({ gammaLimit: [20, 300], p: 1 }),
]);
