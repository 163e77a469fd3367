import { createImage, type Image, roundHalfEven, saturate, shapeOf } from "../image.ts";
import { type BorderMode, type Fill, fillValue, type Interpolation } from "../params/sampling.ts";
import { borderIndex } from "./border.ts";
import type { Matrix } from "./matrix.ts";
import { type TapTable, tapTable, WEIGHT_UNIT } from "./tap-table.ts";
import { locatorOf, POSITION_STEPS, sourceOf } from "./warp-positions.ts";
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

/** Positions farther out, in pixels, stay here. */
const FARTHEST = 2 ** 23;

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
      return nearestSampler(task, image);
    case "cubic":
      return image.data instanceof Uint8Array
        ? fixedTapSampler(task, image, tapTable("cubic"))
        : tapSampler(task, image, 1, cubicWeights);
    case "lanczos4":
      return image.data instanceof Uint8Array
        ? fixedTapSampler(task, image, tapTable("lanczos4"))
        : tapSampler(task, image, 3, lanczosWeights, 2 ** tapTable("lanczos4").bits);
    // OpenCV's warps take INTER_AREA for INTER_LINEAR.
    case "area":
    case "linear":
    case "linear_exact":
      return image.data instanceof Uint8Array
        ? fixedLinearSampler(task, image)
        : tapSampler(task, image, 0, (x) => [1 - x, x]);
  }
}

type LookUp = (x: number, y: number, channel: number) => number;

/** The input's value at a position that may lie outside. */
function lookUpIn(task: WarpTask, image: Image): LookUp {
  const { width, height, channels, data } = image;
  const { dtype } = shapeOf(image);
  const blank = Array.from({ length: channels }, (_, channel) =>
    saturate(fillValue(task.fill, channel), dtype),
  );
  return (x, y, channel) => {
    const column = borderIndex(x, width, task.borderMode);
    const row = borderIndex(y, height, task.borderMode);
    return column < 0 || row < 0 ? blank[channel] : data[(row * width + column) * channels + channel];
  };
}

/**
 * Separable interpolation with exact weights; `before` is the number of taps in front of the base. Positions are
 * rounded to `steps` of a pixel, if given.
 */
function tapSampler(
  task: WarpTask,
  image: Image,
  before: number,
  weightsAt: (fraction: number) => readonly number[],
  steps?: number,
): Sampler {
  const { dtype } = shapeOf(image);
  const valueAt = lookUpIn(task, image);
  return (x, y, result, offset) => {
    const [sourceX, sourceY] = sourceOf(task.inverse, x, y).map((position) => {
      const bounded = Math.min(Math.max(position, -FARTHEST), FARTHEST);
      return steps ? Math.floor(bounded * steps + 0.5) / steps : bounded;
    });
    const baseX = Math.floor(sourceX);
    const baseY = Math.floor(sourceY);
    const weightsX = weightsAt(sourceX - baseX);
    const weightsY = weightsAt(sourceY - baseY);
    for (let c = 0; c < image.channels; c++) {
      let sum = 0;
      for (let j = 0; j < weightsY.length; j++) {
        let row = 0;
        for (let i = 0; i < weightsX.length; i++) {
          row += weightsX[i] * valueAt(baseX - before + i, baseY - before + j, c);
        }
        sum += weightsY[j] * row;
      }
      result.data[offset + c] = saturate(sum, dtype);
    }
  };
}

/**
 * Interpolation of uint8 with a table's weights: along rows in whole numbers, then down the columns in single
 * precision, from the first row to the last.
 */
function fixedTapSampler(task: WarpTask, image: Image, table: TapTable): Sampler {
  const locate = locatorOf(task.inverse);
  const valueAt = lookUpIn(task, image);
  const { taps, bits, weights } = table;
  const steps = 2 ** bits;
  return (x, y, result, offset) => {
    const [across, down] = locate(x, y).map((position) => {
      const step = Math.floor((position * steps) / POSITION_STEPS + 0.5);
      const base = Math.floor(step / steps);
      return { first: base - taps / 2 + 1, weights: weights.subarray((step - base * steps) * taps) };
    });
    for (let c = 0; c < image.channels; c++) {
      let sum = 0;
      for (let j = 0; j < taps; j++) {
        let part = 0;
        for (let i = 0; i < taps; i++) {
          part += across.weights[i] * valueAt(across.first + i, down.first + j, c);
        }
        sum = Math.fround(sum + Math.fround(part * (down.weights[j] / WEIGHT_UNIT ** 2)));
      }
      result.data[offset + c] = saturate(sum, "uint8");
    }
  };
}

/** Nearest neighbours; half-way positions go to the even pixel, as in OpenCV. */
function nearestSampler(task: WarpTask, image: Image): Sampler {
  const locate = locatorOf(task.inverse);
  const valueAt = lookUpIn(task, image);
  return (x, y, result, offset) => {
    const [column, row] = locate(x, y).map((position) => roundHalfEven(position / POSITION_STEPS));
    for (let c = 0; c < image.channels; c++) result.data[offset + c] = valueAt(column, row, c);
  };
}

/** Bilinear interpolation of uint8: four weights of 14 bits that sum to 1, exact sums, rounded half up. */
function fixedLinearSampler(task: WarpTask, image: Image): Sampler {
  const locate = locatorOf(task.inverse);
  const valueAt = lookUpIn(task, image);
  const one = POSITION_STEPS;
  return (x, y, result, offset) => {
    const [positionX, positionY] = locate(x, y);
    const left = Math.floor(positionX / one);
    const top = Math.floor(positionY / one);
    const fx = positionX - left * one;
    const fy = positionY - top * one;
    const both = Math.floor((fx * fy) / one + 0.5);
    for (let c = 0; c < image.channels; c++) {
      const sum =
        (one - fx - fy + both) * valueAt(left, top, c) +
        (fx - both) * valueAt(left + 1, top, c) +
        (fy - both) * valueAt(left, top + 1, c) +
        both * valueAt(left + 1, top + 1, c);
      result.data[offset + c] = Math.floor(sum / one + 0.5);
    }
  };
}
