import { createImage, type Image, roundHalfEven, saturate, shapeOf } from "../image.ts";
import { type BorderMode, type Fill, fillValue, type Interpolation } from "../params/sampling.ts";
import { borderIndex } from "./border.ts";
import { isAffine, type Matrix } from "./matrix.ts";
import { cubicWeights, lanczosWeights } from "./weights.ts";

/** A warp of one role: `inverse` takes pixel centres of the output to pixel centres of the input. */
export interface WarpTask {
  readonly inverse: Matrix;
  readonly width: number;
  readonly height: number;
  readonly interpolation: Interpolation;
  readonly borderMode: BorderMode;
  readonly fill: Fill;
}

/** Fractions of a pixel that bilinear interpolation of integers distinguishes. */
const LINEAR_STEPS = 128;
/** Bits behind the point of the coordinates that affine rows are stepped in. */
const FIXED_ONE = 2 ** 32;

/** Where output pixels come from: the coordinate in the input, as the kernels compute it. */
export function sourceOf(inverse: Matrix, x: number, y: number): [number, number] {
  const m = inverse;
  const sourceX = m[0] * x + (m[1] * y + m[2]);
  const sourceY = m[3] * x + (m[4] * y + m[5]);
  if (isAffine(m)) return [sourceX, sourceY];
  const reciprocal = reciprocalOf(m[6] * x + (m[7] * y + m[8]));
  return [bounded(sourceX * reciprocal), bounded(sourceY * reciprocal)];
}

/** On the line that a projection sends to infinity, OpenCV takes the first pixel. */
function reciprocalOf(denominator: number): number {
  return denominator === 0 ? 0 : 1 / denominator;
}

/** A position far beyond any picture, that 32-bit integers still hold in 1/128 pixels. */
function bounded(value: number): number {
  return Math.min(Math.max(value, -8388608), 8388608);
}

/** Warps by looking every output pixel up in the input. */
export function warpReference(task: WarpTask, image: Image): Image {
  const result = createImage({ ...shapeOf(image), width: task.width, height: task.height });
  const sampler = samplerOf(task, image);
  for (let y = 0; y < task.height; y++) {
    for (let x = 0; x < task.width; x++) sampler(x, y, result, (y * task.width + x) * image.channels);
  }
  return result;
}

type Sampler = (x: number, y: number, result: Image, offset: number) => void;

function samplerOf(task: WarpTask, image: Image): Sampler {
  switch (task.interpolation) {
    case "nearest":
    case "nearest_exact":
      return tapSampler(task, image, 0, () => [1], roundHalfEven);
    case "cubic":
      return tapSampler(task, image, 1, cubicWeights, Math.floor);
    case "lanczos4":
      return tapSampler(task, image, 3, lanczosWeights, Math.floor);
    // OpenCV's warps take INTER_AREA for INTER_LINEAR.
    case "area":
    case "linear":
    case "linear_exact":
      return image.data instanceof Uint8Array
        ? fixedLinearSampler(task, image)
        : tapSampler(task, image, 0, (x) => [1 - x, x], Math.floor);
  }
}

/** The input's value at a position that may lie outside. */
function valueAt(task: WarpTask, image: Image, x: number, y: number, channel: number): number {
  const column = borderIndex(x, image.width, task.borderMode);
  const row = borderIndex(y, image.height, task.borderMode);
  if (column < 0 || row < 0) return saturate(fillValue(task.fill, channel), dtypeName(image));
  return image.data[(row * image.width + column) * image.channels + channel];
}

const dtypeName = (image: Image) => shapeOf(image).dtype;

/** Separable interpolation with exact weights; `before` is the number of taps in front of the base. */
function tapSampler(
  task: WarpTask,
  image: Image,
  before: number,
  weightsAt: (fraction: number) => readonly number[],
  base: (value: number) => number,
): Sampler {
  const dtype = dtypeName(image);
  return (x, y, result, offset) => {
    const [sourceX, sourceY] = sourceOf(task.inverse, x, y);
    const baseX = base(sourceX);
    const baseY = base(sourceY);
    const weightsX = weightsAt(sourceX - baseX);
    const weightsY = weightsAt(sourceY - baseY);
    for (let c = 0; c < image.channels; c++) {
      let sum = 0;
      for (let j = 0; j < weightsY.length; j++) {
        let row = 0;
        for (let i = 0; i < weightsX.length; i++) {
          row += weightsX[i] * valueAt(task, image, baseX - before + i, baseY - before + j, c);
        }
        sum += weightsY[j] * row;
      }
      result.data[offset + c] = saturate(sum, dtype);
    }
  };
}

/**
 * Bilinear interpolation of uint8 in fixed point: coordinates to 1/128 of a pixel, weights of 14 bits. Affine rows
 * step in units of 2^-32, which doubles hold exactly.
 */
function fixedLinearSampler(task: WarpTask, image: Image): Sampler {
  const locate = isAffine(task.inverse) ? affineLocator(task.inverse) : projectiveLocator(task.inverse);
  return (x, y, result, offset) => {
    const [fixedX, fixedY] = locate(x, y);
    const baseX = Math.floor(fixedX / LINEAR_STEPS);
    const baseY = Math.floor(fixedY / LINEAR_STEPS);
    const fx = fixedX - baseX * LINEAR_STEPS;
    const fy = fixedY - baseY * LINEAR_STEPS;
    for (let c = 0; c < image.channels; c++) {
      const top =
        (LINEAR_STEPS - fx) * valueAt(task, image, baseX, baseY, c) +
        fx * valueAt(task, image, baseX + 1, baseY, c);
      const bottom =
        (LINEAR_STEPS - fx) * valueAt(task, image, baseX, baseY + 1, c) +
        fx * valueAt(task, image, baseX + 1, baseY + 1, c);
      const sum = (LINEAR_STEPS - fy) * top + fy * bottom;
      result.data[offset + c] = Math.floor(
        (sum + LINEAR_STEPS * LINEAR_STEPS * 0.5) / (LINEAR_STEPS * LINEAR_STEPS),
      );
    }
  };
}

type Locator = (x: number, y: number) => [number, number];

/** Positions in 1/128 pixels, rounded half up. */
function affineLocator(m: Matrix): Locator {
  const unit = FIXED_ONE / LINEAR_STEPS;
  const stepX = roundHalfEven(m[0] * FIXED_ONE);
  const stepY = roundHalfEven(m[3] * FIXED_ONE);
  return (x, y) => [
    Math.floor((roundHalfEven((m[1] * y + m[2]) * FIXED_ONE) + unit / 2 + x * stepX) / unit),
    Math.floor((roundHalfEven((m[4] * y + m[5]) * FIXED_ONE) + unit / 2 + x * stepY) / unit),
  ];
}

function projectiveLocator(m: Matrix): Locator {
  return (x, y) => {
    const [sourceX, sourceY] = sourceOf(m, x, y);
    return [Math.floor(sourceX * LINEAR_STEPS + 0.5), Math.floor(sourceY * LINEAR_STEPS + 0.5)];
  };
}
