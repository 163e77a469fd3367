import type { KernelCall } from "../backend/wasm/call.ts";
import { createImage, dtypeOf, type Image, maxValue, type Shape, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { normalNumbers, normalTable } from "../pixels/normal.ts";
import type { NoiseKey } from "../random.ts";

/** Normally distributed noise; mean and deviation are shares of the full range. */
export interface AddGaussNoiseParams {
  readonly mean: number;
  readonly deviation: number;
  /** Whether each channel has its own noise. */
  readonly perChannel: boolean;
  /** Below 1 the noise is made for a picture smaller by this and enlarged by linear interpolation. */
  readonly scale: number;
  readonly key: NoiseKey;
}

/** The picture of noise that is drawn before it is enlarged and repeated for the channels. */
function drawnShape({ perChannel, scale }: AddGaussNoiseParams, shape: Shape) {
  return {
    width: scale === 1 ? shape.width : Math.max(1, Math.trunc(shape.width * scale)),
    height: scale === 1 ? shape.height : Math.max(1, Math.trunc(shape.height * scale)),
    channels: perChannel ? shape.channels : 1,
  };
}

/** For each target position the two source positions and the second one's weight, in single precision. */
function interpolation(target: number, source: number) {
  return Array.from({ length: target }, (_, i) => {
    const position = Math.fround((i + 0.5) * (source / target) - 0.5);
    const first = Math.floor(position);
    const weight = Math.fround(position - first);
    if (first < 0) return { first: 0, second: 0, weight: 0 };
    if (first >= source - 1) return { first: source - 1, second: source - 1, weight: 0 };
    return { first, second: first + 1, weight };
  });
}

const { fround } = Math;
const mix = (a: number, b: number, weight: number) =>
  fround(fround(a * fround(1 - weight)) + fround(b * weight));

/** One number for every value of the picture. */
function noiseFor(params: AddGaussNoiseParams, shape: Shape): (x: number, y: number, c: number) => number {
  const drawn = drawnShape(params, shape);
  const top = maxValue(shape.dtype);
  const count = drawn.width * drawn.height * drawn.channels;
  const numbers = normalNumbers(params.key, count, params.deviation * top, params.mean * top);
  const at = (x: number, y: number, c: number) =>
    numbers[(y * drawn.width + x) * drawn.channels + (params.perChannel ? c : 0)];
  if (params.scale === 1) return at;
  const columns = interpolation(shape.width, drawn.width);
  const rows = interpolation(shape.height, drawn.height);
  return (x, y, c) => {
    const { first, second, weight } = columns[x];
    const row = (v: number) => mix(at(first, v, c), at(second, v, c), weight);
    return mix(row(rows[y].first), row(rows[y].second), rows[y].weight);
  };
}

function reference(params: AddGaussNoiseParams, image: Image): Image {
  const shape = shapeOf(image);
  const dtype = dtypeOf(image.data);
  const top = maxValue(dtype);
  const noise = noiseFor(params, shape);
  const result = createImage(shape);
  let i = 0;
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      for (let c = 0; c < image.channels; c++, i++) {
        const sum = Math.min(Math.max(fround(image.data[i] + noise(x, y, c)), 0), top);
        result.data[i] = dtype === "float32" ? sum : Math.floor(sum);
      }
    }
  }
  return result;
}

/** Enlarges the drawn noise (at `source`) to the picture's size; returns where. */
function enlarge(call: KernelCall, params: AddGaussNoiseParams, source: number): number {
  const { width, height } = call.input;
  const drawn = drawnShape(params, call.input);
  const { channels } = drawn;
  const columns = interpolation(width, drawn.width);
  const rows = interpolation(height, drawn.height);
  const offsets = (first: number, second: number, step: number) => [first * step * 4, second * step * 4];
  const xs = columns.flatMap(({ first, second }) =>
    Array.from({ length: channels }, (_, c) => offsets(first, second, channels).map((o) => o + c * 4)).flat(),
  );
  const xw = columns.flatMap(({ weight }) => new Array<number>(channels).fill(weight));
  const ys = rows.flatMap(({ first, second }) => offsets(first, second, drawn.width * channels));
  const yw = rows.map(({ weight }) => weight);
  const count = width * channels;
  const target = call.scratch(count * height * 4);
  const addresses = [
    Uint32Array.from(xs),
    Float32Array.from(xw),
    Uint32Array.from(ys),
    Float32Array.from(yw),
  ].map((values) => call.write(values));
  call.kernels.enlarge(source, target, count, height, ...addresses, call.scratch(count * 8));
  return target;
}

/** Adds normally distributed noise; sums are cut off to whole numbers and clamped. */
export const addGaussNoise: OpFactory<AddGaussNoiseParams> = defineOp({
  name: "addGaussNoise",
  masks: false,
  identity: (params) => params.mean === 0 && params.deviation === 0,
  reference,
  kernel: {
    inPlace: true,
    run(params, call) {
      const { input, output, kernels } = call;
      const [k0, k1] = params.key;
      const deviation = params.deviation * 255;
      const mean = params.mean * 255;
      const table = call.write(normalTable());
      const work = call.scratch(64 + 128);
      const pixels = input.width * input.height;
      const count = pixels * input.channels;
      if (params.scale === 1 && (params.perChannel || input.channels === 1)) {
        kernels.addNormalNoise(input.pointer, output.pointer, count, k0, k1, deviation, mean, table, work);
        return;
      }
      const drawn = drawnShape(params, input);
      const numbers = drawn.width * drawn.height * drawn.channels;
      let noise = call.scratch((numbers + 32) * 4);
      kernels.normalNoise(noise, numbers, k0, k1, deviation, mean, table, work);
      if (params.scale !== 1) noise = enlarge(call, params, noise);
      if (drawn.channels !== input.channels) {
        const repeated = call.scratch((count + 16) * 4);
        kernels.repeatChannels(noise, repeated, pixels, input.channels);
        noise = repeated;
      }
      kernels.addNoise(input.pointer, output.pointer, count, noise);
    },
  },
});
