import { createImage, type Image, type Size, saturate, shapeOf } from "../image.ts";
import type { Interpolation } from "../params/sampling.ts";
import { isFixedLinear, nearestPositions, resizeTaps, type Taps } from "./resize-taps.ts";

/** Resizes as OpenCV does: half-pixel centres, edges repeated. */
export function resizeReference(image: Image, size: Size, interpolation: Interpolation): Image {
  const result = createImage({ ...shapeOf(image), width: size.width, height: size.height });
  if (interpolation === "nearest" || interpolation === "nearest_exact") {
    pick(image, result, interpolation === "nearest_exact");
    return result;
  }
  const isInteger = !(image.data instanceof Float32Array);
  const taps = resizeTaps(image, size, interpolation, isInteger);
  blend(image, result, taps, roundingOf(interpolation, taps, image));
  return result;
}

function pick(image: Image, result: Image, exact: boolean): void {
  const columns = nearestPositions(image.width, result.width, exact);
  const rows = nearestPositions(image.height, result.height, exact);
  const { channels } = image;
  for (let y = 0; y < result.height; y++) {
    for (let x = 0; x < result.width; x++) {
      const source = (rows[y] * image.width + columns[x]) * channels;
      for (let c = 0; c < channels; c++) {
        result.data[(y * result.width + x) * channels + c] = image.data[source + c];
      }
    }
  }
}

/** From the weighted sums of the rows (`sums`, along x) and their weights to the value. */
type Rounding = (sums: readonly number[], weights: ArrayLike<number>, first: number) => number;

function roundingOf(interpolation: Interpolation, taps: Taps, image: Image): Rounding {
  const { dtype } = shapeOf(image);
  if (isFixedLinear(interpolation, taps)) {
    // OpenCV drops four bits of the sums along x and sixteen of each product, then rounds the last two.
    return (sums, weights, first) => {
      const top = Math.floor((weights[first] * Math.floor(sums[0] / 16)) / 65536);
      const bottom = Math.floor((weights[first + 1] * Math.floor(sums[1] / 16)) / 65536);
      return Math.floor((top + bottom + 2) / 4);
    };
  }
  return (sums, weights, first) => {
    let total = 0;
    for (let k = 0; k < sums.length; k++) total += weights[first + k] * sums[k];
    const value = total / taps.unit;
    return saturate(taps.halfUp && dtype !== "float32" ? Math.floor(value + 0.5) : value, dtype);
  };
}

function blend(image: Image, result: Image, taps: Taps, rounding: Rounding): void {
  const { x: across, y: down } = taps;
  const { channels } = image;
  for (let y = 0; y < result.height; y++) {
    for (let x = 0; x < result.width; x++) {
      for (let c = 0; c < channels; c++) {
        const sums: number[] = [];
        for (let j = 0; j < down.count; j++) {
          const row = down.positions[y * down.count + j] * image.width;
          let sum = 0;
          for (let i = 0; i < across.count; i++) {
            const column = across.positions[x * across.count + i];
            sum += across.weights[x * across.count + i] * image.data[(row + column) * channels + c];
          }
          sums.push(sum);
        }
        result.data[(y * result.width + x) * channels + c] = rounding(sums, down.weights, y * down.count);
      }
    }
  }
}
