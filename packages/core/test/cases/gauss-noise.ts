import { gaussNoise } from "../../src/transforms/gauss-noise.ts";
import { transformCase } from "./case.ts";

export default transformCase(gaussNoise, [
  gaussNoise({ p: 1 }),
  gaussNoise({ stdRange: [0, 1], meanRange: [-0.5, 0.5], p: 1 }),
  gaussNoise({ perChannel: false, p: 1 }),
  gaussNoise({ noiseScaleFactor: 0.3, p: 1 }),
  gaussNoise({ noiseScaleFactor: 0.55, perChannel: false, p: 1 }),
]);
