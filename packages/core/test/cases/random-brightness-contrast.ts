import { randomBrightnessContrast } from "../../src/transforms/random-brightness-contrast.ts";
import { transformCase } from "./case.ts";

export default transformCase(randomBrightnessContrast, [
  randomBrightnessContrast({ p: 1 }),
  randomBrightnessContrast({ brightnessLimit: [0.3, 0.3], contrastLimit: [0.2, 0.2], p: 1 }),
  randomBrightnessContrast({ brightnessLimit: 0.8, contrastLimit: 0.8, ensureSafeRange: true, p: 1 }),
  randomBrightnessContrast({ brightnessByMax: false, contrastLimit: [-1.5, 2], p: 1 }),
  randomBrightnessContrast({ brightnessByMax: false, ensureSafeRange: true, p: 1 }),
]);
