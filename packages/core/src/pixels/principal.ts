import { createImage, type Image, maxValue, roundHalfEven, shapeOf } from "../image.ts";

/** The unit vector along which a symmetric matrix stretches most (power iteration). */
function principalAxis(matrix: readonly (readonly number[])[]): number[] {
  const size = matrix.length;
  // Squaring doubles the number of steps taken at a time; the trace keeps the numbers in range.
  let power = matrix.map((row) => [...row]);
  for (let step = 0; step < 60; step++) {
    const trace = power.reduce((sum, row, i) => sum + row[i], 0);
    if (trace === 0) break;
    const scaled = power.map((row) => row.map((value) => value / trace));
    power = scaled.map((row) =>
      row.map((_, j) => row.reduce((sum, value, k) => sum + value * scaled[k][j], 0)),
    );
  }
  const strongest = power.reduce((best, row, i) => (row[i] > power[best][best] ? i : best), 0);
  const column = power.map((row) => row[strongest]);
  const length = Math.hypot(...column);
  if (length === 0) return Array.from({ length: size }, (_, i) => (i === 0 ? 1 : 0));
  return column.map((value) => value / length);
}

/**
 * Each pixel's place along the line that the picture's colours spread most, from 0 to the type's maximum. The line's
 * direction is chosen so that the sum of its components is positive: brighter pixels come out brighter.
 */
export function principalGrey(image: Image): Image {
  const { channels, data } = image;
  const pixels = data.length / channels;
  const mean = new Array<number>(channels).fill(0);
  for (let i = 0; i < data.length; i++) mean[i % channels] += data[i] / pixels;
  const covariance = mean.map(() => new Array<number>(channels).fill(0));
  for (let i = 0; i < data.length; i += channels) {
    for (let a = 0; a < channels; a++) {
      for (let b = 0; b < channels; b++)
        covariance[a][b] += (data[i + a] - mean[a]) * (data[i + b] - mean[b]);
    }
  }
  let axis = principalAxis(covariance);
  if (axis.reduce((sum, value) => sum + value, 0) < 0) axis = axis.map((value) => -value);
  const places = Float64Array.from({ length: pixels }, (_, i) =>
    axis.reduce((sum, value, c) => sum + value * (data[i * channels + c] - mean[c]), 0),
  );
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const place of places) {
    low = Math.min(low, place);
    high = Math.max(high, place);
  }
  const shape = shapeOf(image);
  const result = createImage({ ...shape, channels: 1 });
  const span = high - low || 1;
  for (let i = 0; i < pixels; i++) {
    const share = (places[i] - low) / span;
    result.data[i] = shape.dtype === "float32" ? share : roundHalfEven(share * maxValue(shape.dtype));
  }
  return result;
}
