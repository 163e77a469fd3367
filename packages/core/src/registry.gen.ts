// Made by tools/registry.js; do not edit.
import { addGaussNoise } from "./ops/add-gauss-noise.ts";
import { blur } from "./transforms/blur.ts";
import { brightenByMean } from "./ops/brighten-by-mean.ts";
import { clahe } from "./transforms/clahe.ts";
import { convolution } from "./ops/convolution.ts";
import { crop } from "./ops/crop.ts";
import { equalizeTiles } from "./ops/equalize-tiles.ts";
import { gaussNoise } from "./transforms/gauss-noise.ts";
import { gaussianBlur } from "./transforms/gaussian-blur.ts";
import { horizontalFlip } from "./transforms/horizontal-flip.ts";
import { hueSaturationValue } from "./transforms/hue-saturation-value.ts";
import { invertImg } from "./transforms/invert-img.ts";
import { median } from "./ops/median.ts";
import { medianBlur } from "./transforms/median-blur.ts";
import { orient } from "./ops/orient.ts";
import { pad } from "./ops/pad.ts";
import { pointwise } from "./ops/pointwise.ts";
import { randomBrightnessContrast } from "./transforms/random-brightness-contrast.ts";
import { randomGamma } from "./transforms/random-gamma.ts";
import { separableConvolution } from "./ops/separable-convolution.ts";
import { sharpen } from "./transforms/sharpen.ts";
import { shiftHsv } from "./ops/shift-hsv.ts";
import { unsharp } from "./ops/unsharp.ts";
import { warp } from "./ops/warp.ts";

/** Every transform. */
export const transforms = [
  blur,
  clahe,
  gaussNoise,
  gaussianBlur,
  horizontalFlip,
  hueSaturationValue,
  invertImg,
  medianBlur,
  randomBrightnessContrast,
  randomGamma,
  sharpen,
] as const;

/** Every op. */
export const ops = [
  addGaussNoise,
  brightenByMean,
  convolution,
  crop,
  equalizeTiles,
  median,
  orient,
  pad,
  pointwise,
  separableConvolution,
  shiftHsv,
  unsharp,
  warp,
] as const;
