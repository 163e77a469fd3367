import { createImage, dtypeOf, type Image, maxValue, saturate, shapeOf } from "../image.ts";
import { reflect } from "./clahe.ts";

const { fround } = Math;

/** A sum as the picture stores it: rounded for whole numbers, and within the type's range. */
function store(value: number, image: Image): number {
  const dtype = dtypeOf(image.data);
  return dtype === "float32" ? Math.min(Math.max(value, 0), maxValue(dtype)) : saturate(value, dtype);
}

/**
 * Convolution with the same symmetric kernel along rows and columns, the result times `scale`; the picture is
 * mirrored at its edges (BORDER_REFLECT_101). `weights`: from the centre outwards. Single precision: centre first,
 * then pairs outwards.
 */
export function convolveSeparable(image: Image, weights: readonly number[], scale: number): Image {
  const { width, height, channels, data } = image;
  const kernel = weights.map(fround);
  const count = width * channels;
  const rows = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const at = (u: number) => data[y * count + reflect(u, width) * channels + c];
        let sum = fround(at(x) * kernel[0]);
        for (let t = 1; t < kernel.length; t++) {
          sum = fround(sum + fround(fround(at(x - t) + at(x + t)) * kernel[t]));
        }
        rows[y * count + x * channels + c] = sum;
      }
    }
  }
  const result = createImage(shapeOf(image));
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < count; i++) {
      const at = (v: number) => rows[reflect(v, height) * count + i];
      let sum = fround(at(y) * kernel[0]);
      for (let t = 1; t < kernel.length; t++) {
        sum = fround(sum + fround(fround(at(y - t) + at(y + t)) * kernel[t]));
      }
      result.data[y * count + i] = store(fround(sum * fround(scale)), image);
    }
  }
  return result;
}

/** Correlation with a square kernel (rows from the top), as OpenCV's filter2D; single precision, row by row. */
export function convolve(image: Image, kernel: readonly number[]): Image {
  const { width, height, channels, data } = image;
  const size = Math.sqrt(kernel.length);
  const radius = (size - 1) / 2;
  const result = createImage(shapeOf(image));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < kernel.length; k++) {
          const v = reflect(y + Math.floor(k / size) - radius, height);
          const u = reflect(x + (k % size) - radius, width);
          sum = fround(sum + fround(data[(v * width + u) * channels + c] * fround(kernel[k])));
        }
        result.data[(y * width + x) * channels + c] = store(sum, image);
      }
    }
  }
  return result;
}

/** Weights of a Gaussian from the centre outwards, summing to one over both sides. */
export function gaussianWeights(sigma: number, size: number): number[] {
  const radius = (size - 1) / 2;
  const weights = Array.from({ length: radius + 1 }, (_, t) => Math.exp(-0.5 * (t / sigma) ** 2));
  const sum = weights.reduce((total, weight, t) => total + (t === 0 ? weight : 2 * weight), 0);
  return weights.map((weight) => weight / sum);
}

/**
 * The same in 1/256, summing to 256: each rounding error is handed on to the next weight towards the centre, as
 * OpenCV's bit-exact GaussianBlur does.
 */
export function gaussianWeights256(sigma: number, size: number): number[] {
  const exact = gaussianWeights(sigma, size);
  const weights = new Array<number>(exact.length).fill(0);
  let error = 0;
  let rest = 256;
  for (let t = exact.length - 1; t > 0; t--) {
    const wanted = exact[t] * 256 + error;
    weights[t] = Math.round(wanted);
    error = wanted - weights[t];
    rest -= 2 * weights[t];
  }
  weights[0] = rest;
  return weights;
}
