// Made by tools/registry.js; do not edit.
import { brightenByMean } from "./ops/brighten-by-mean.ts";
import { clahe } from "./transforms/clahe.ts";
import { equalizeTiles } from "./ops/equalize-tiles.ts";
import { horizontalFlip } from "./transforms/horizontal-flip.ts";
import { hueSaturationValue } from "./transforms/hue-saturation-value.ts";
import { invertImg } from "./transforms/invert-img.ts";
import { orient } from "./ops/orient.ts";
import { pointwise } from "./ops/pointwise.ts";
import { randomBrightnessContrast } from "./transforms/random-brightness-contrast.ts";
import { randomGamma } from "./transforms/random-gamma.ts";
import { shiftHsv } from "./ops/shift-hsv.ts";
import { warp } from "./ops/warp.ts";

/** Every transform. */
export const transforms = [
  clahe,
  horizontalFlip,
  hueSaturationValue,
  invertImg,
  randomBrightnessContrast,
  randomGamma,
] as const;

/** Every op. */
export const ops = [
  brightenByMean,
  equalizeTiles,
  orient,
  pointwise,
  shiftHsv,
  warp,
] as const;
