// Made by tools/registry.js; do not edit.
import { affine } from "./transforms/affine.ts";
import { blur } from "./transforms/blur.ts";
import { centerCrop } from "./transforms/center-crop.ts";
import { clahe } from "./transforms/clahe.ts";
import { coarseDropout } from "./transforms/coarse-dropout.ts";
import { d4 } from "./transforms/d4.ts";
import { equalize } from "./transforms/equalize.ts";
import { erasing } from "./transforms/erasing.ts";
import { gaussNoise } from "./transforms/gauss-noise.ts";
import { gaussianBlur } from "./transforms/gaussian-blur.ts";
import { horizontalFlip } from "./transforms/horizontal-flip.ts";
import { hueSaturationValue } from "./transforms/hue-saturation-value.ts";
import { invertImg } from "./transforms/invert-img.ts";
import { medianBlur } from "./transforms/median-blur.ts";
import { normalize } from "./transforms/normalize.ts";
import { padIfNeeded } from "./transforms/pad-if-needed.ts";
import { perspective } from "./transforms/perspective.ts";
import { randomBrightnessContrast } from "./transforms/random-brightness-contrast.ts";
import { randomCrop } from "./transforms/random-crop.ts";
import { randomGamma } from "./transforms/random-gamma.ts";
import { randomResizedCrop } from "./transforms/random-resized-crop.ts";
import { randomRotate90 } from "./transforms/random-rotate-90.ts";
import { resize } from "./transforms/resize.ts";
import { rotate } from "./transforms/rotate.ts";
import { safeRotate } from "./transforms/safe-rotate.ts";
import { sharpen } from "./transforms/sharpen.ts";
import { shiftScaleRotate } from "./transforms/shift-scale-rotate.ts";
import { toGray } from "./transforms/to-gray.ts";
import { transpose } from "./transforms/transpose.ts";
import { verticalFlip } from "./transforms/vertical-flip.ts";
import { addGaussNoise as addGaussNoiseOp } from "./ops/add-gauss-noise.ts";
import { brightenByMean as brightenByMeanOp } from "./ops/brighten-by-mean.ts";
import { convolution as convolutionOp } from "./ops/convolution.ts";
import { crop as cropOp } from "./ops/crop.ts";
import { equalizeHistogram as equalizeHistogramOp } from "./ops/equalize-histogram.ts";
import { equalizeTiles as equalizeTilesOp } from "./ops/equalize-tiles.ts";
import { fillHoles as fillHolesOp } from "./ops/fill-holes.ts";
import { grey as greyOp } from "./ops/grey.ts";
import { median as medianOp } from "./ops/median.ts";
import { normalizeValues as normalizeValuesOp } from "./ops/normalize-values.ts";
import { orient as orientOp } from "./ops/orient.ts";
import { pad as padOp } from "./ops/pad.ts";
import { pointwise as pointwiseOp } from "./ops/pointwise.ts";
import { resize as resizeOp } from "./ops/resize.ts";
import { separableConvolution as separableConvolutionOp } from "./ops/separable-convolution.ts";
import { shiftHsv as shiftHsvOp } from "./ops/shift-hsv.ts";
import { unsharp as unsharpOp } from "./ops/unsharp.ts";
import { warp as warpOp } from "./ops/warp.ts";

/** Every transform. */
export const transforms = [
  affine,
  blur,
  centerCrop,
  clahe,
  coarseDropout,
  d4,
  equalize,
  erasing,
  gaussNoise,
  gaussianBlur,
  horizontalFlip,
  hueSaturationValue,
  invertImg,
  medianBlur,
  normalize,
  padIfNeeded,
  perspective,
  randomBrightnessContrast,
  randomCrop,
  randomGamma,
  randomResizedCrop,
  randomRotate90,
  resize,
  rotate,
  safeRotate,
  sharpen,
  shiftScaleRotate,
  toGray,
  transpose,
  verticalFlip,
] as const;

/** Every op. */
export const ops = [
  addGaussNoiseOp,
  brightenByMeanOp,
  convolutionOp,
  cropOp,
  equalizeHistogramOp,
  equalizeTilesOp,
  fillHolesOp,
  greyOp,
  medianOp,
  normalizeValuesOp,
  orientOp,
  padOp,
  pointwiseOp,
  resizeOp,
  separableConvolutionOp,
  shiftHsvOp,
  unsharpOp,
  warpOp,
] as const;
