import { createImage, dtypeOf, type Image, type PixelData, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { countValues } from "../pixels/histogram.ts";

/** How values become float32 numbers: by given constants, or by the picture's own statistics. */
export type NormalizeValuesParams =
  | {
      readonly kind: "standard";
      /** One a channel, or one for all. */
      readonly mean: readonly number[];
      readonly std: readonly number[];
      readonly maxPixelValue: number;
    }
  | { readonly kind: "image" | "image_per_channel" | "min_max" | "min_max_per_channel" };

const { fround } = Math;
const EPSILON = 1e-4;
/** Statistical normalisations are clipped to this. */
const LIMIT = 20;

/** Value to normalised value. */
type Mapping = (value: number) => number;

const clip: (value: number) => number = (value) => Math.min(Math.max(value, -LIMIT), LIMIT);

/** As Albumentations: a list shorter than the channels stands for its first number. */
function constantFor(values: readonly number[], channel: number, channels: number): number {
  return values.length < channels ? values[0] : values[channel];
}

function standardMapping(
  params: Extract<NormalizeValuesParams, { kind: "standard" }>,
  channel: number,
  channels: number,
): Mapping {
  const top = fround(params.maxPixelValue);
  const mean = fround(fround(constantFor(params.mean, channel, channels)) * top);
  const inverse = fround(1 / fround(fround(constantFor(params.std, channel, channels)) * top));
  return (value) => fround(fround(value - mean) * inverse);
}

/** Mean, deviation and extremes of weighted values. */
interface Summary {
  readonly mean: number;
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
}

/** Summary of bytes by their counts: exact sums, so that both backends agree. */
function summarizeCounts(counts: readonly number[]): Summary {
  let total = 0;
  let sum = 0;
  let low = 255;
  let high = 0;
  for (const [value, count] of counts.entries()) {
    total += count;
    sum += value * count;
    if (count > 0) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const mean = sum / total;
  const squares = counts.reduce((acc, count, value) => acc + count * (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / total), low, high };
}

function summarizeValues(data: PixelData, first: number, step: number): Summary {
  let total = 0;
  let sum = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = first; i < data.length; i += step, total++) {
    sum += data[i];
    low = Math.min(low, data[i]);
    high = Math.max(high, data[i]);
  }
  const mean = sum / total;
  let squares = 0;
  for (let i = first; i < data.length; i += step) squares += (data[i] - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / total), low, high };
}

function statisticalMapping(
  kind: NormalizeValuesParams["kind"],
  summary: Summary,
  epsilon = EPSILON,
): Mapping {
  const byDeviation = kind === "image" || kind === "image_per_channel";
  const centre = byDeviation ? summary.mean : summary.low;
  const divisor = (byDeviation ? summary.deviation : summary.high - summary.low) + epsilon;
  return divisor === 0 ? () => 0 : (value) => clip((value - centre) / divisor);
}

function perChannel(kind: NormalizeValuesParams["kind"]): boolean {
  return kind === "image_per_channel" || kind === "min_max_per_channel";
}

/** The mapping of each channel, given the counts of each channel's bytes. */
function mappingsFromCounts(params: NormalizeValuesParams, counts: readonly Int32Array[]): Mapping[] {
  if (params.kind === "standard") return counts.map((_, c) => standardMapping(params, c, counts.length));
  if (perChannel(params.kind)) {
    return counts.map((channel) => statisticalMapping(params.kind, summarizeCounts([...channel])));
  }
  const all = Array.from({ length: 256 }, (_, value) =>
    counts.reduce((sum, channel) => sum + channel[value], 0),
  );
  const mapping = statisticalMapping(params.kind, summarizeCounts(all));
  return counts.map(() => mapping);
}

function mappings(params: NormalizeValuesParams, image: Image): Mapping[] {
  const { channels, data } = image;
  const indices = Array.from({ length: channels }, (_, c) => c);
  if (dtypeOf(data) === "uint8") {
    return mappingsFromCounts(
      params,
      indices.map((c) => countValues(data, c, channels)),
    );
  }
  if (params.kind === "standard") return indices.map((c) => standardMapping(params, c, channels));
  // For other types than uint8 Albumentations leaves the small term out in two of the four.
  if (perChannel(params.kind) && channels > 1) {
    const epsilon = params.kind === "image_per_channel" ? 0 : EPSILON;
    return indices.map((c) => statisticalMapping(params.kind, summarizeValues(data, c, channels), epsilon));
  }
  const isMinMax = params.kind === "min_max" || params.kind === "min_max_per_channel";
  const mapping = statisticalMapping(params.kind, summarizeValues(data, 0, 1), isMinMax ? 0 : EPSILON);
  return indices.map(() => mapping);
}

/** Values as float32 numbers around zero, or from 0 to 1. */
export const normalizeValues: OpFactory<NormalizeValuesParams> = defineOp({
  name: "normalizeValues",
  masks: false,
  outputShape: (_params, shape) => ({ ...shape, dtype: "float32" }),
  reference(params, image): Image {
    const maps = mappings(params, image);
    const result = createImage({ ...shapeOf(image), dtype: "float32" });
    for (let i = 0; i < image.data.length; i++) result.data[i] = maps[i % image.channels](image.data[i]);
    return result;
  },
  kernel: {
    run(params, call) {
      const { input, output, kernels } = call;
      const pixels = input.width * input.height;
      const { channels } = input;
      let counts = Array.from({ length: channels }, () => new Int32Array(256));
      if (params.kind !== "standard") {
        const address = call.scratch(channels * 1024);
        kernels.histogram(input.pointer, pixels, channels, address);
        const bytes = call.read(address, channels * 1024).slice();
        counts = counts.map((_, c) => new Int32Array(bytes.buffer, c * 1024, 256));
      }
      const maps = mappingsFromCounts(params, counts);
      const tables = new Float32Array(256 * channels);
      for (let i = 0; i < tables.length; i++) tables[i] = maps[i >> 8](i & 255);
      kernels.lookupFloats(input.pointer, output.pointer, pixels, channels, call.write(tables));
    },
  },
});
