import { shiftHsv } from "../ops/shift-hsv.ts";
import { range } from "../params.ts";
import { needChannels } from "../pixels/channels.ts";
import { defineTransform } from "../transform.ts";

/** Shifts hue, saturation and value by random amounts. */
export const hueSaturationValue = defineTransform({
  name: "HueSaturationValue",
  doc: "Shifts hue, saturation and value by random amounts.",
  targets: "image",
  params: {
    hueShiftLimit: range({ default: [-20, 20], scalar: "symmetric", doc: "Hue, in units of two degrees." }),
    satShiftLimit: range({ default: [-30, 30], scalar: "symmetric", doc: "Saturation, of 0..255." }),
    valShiftLimit: range({ default: [-20, 20], scalar: "symmetric", doc: "Value, of 0..255." }),
  },
  sample(params, rng, { shape }) {
    needChannels("HueSaturationValue", shape, [1, 3]);
    const hue = rng.uniform(params.hueShiftLimit);
    const saturation = rng.uniform(params.satShiftLimit);
    return [shiftHsv({ hue, saturation, value: rng.uniform(params.valShiftLimit) })];
  },
});
