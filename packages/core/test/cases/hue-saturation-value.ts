import { hueSaturationValue } from "../../src/transforms/hue-saturation-value.ts";
import { greyAndColour, transformCase } from "./case.ts";

export default transformCase(
  hueSaturationValue,
  [
    hueSaturationValue({ p: 1 }),
    hueSaturationValue({ hueShiftLimit: [-180, 180], satShiftLimit: 0, valShiftLimit: 0, p: 1 }),
    hueSaturationValue({ hueShiftLimit: 0, satShiftLimit: [-100.5, 100.5], valShiftLimit: 60.5, p: 1 }),
  ],
  { shapes: greyAndColour },
);
