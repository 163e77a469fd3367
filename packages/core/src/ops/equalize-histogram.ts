import type { KernelCall } from "../backend/wasm/call.ts";
import { AumentoError } from "../errors.ts";
import { createImage, type Image, type Size, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { throughBytes } from "../pixels/depth.ts";
import { countValues, equalizingTable, pillowTable } from "../pixels/histogram.ts";
import { lumaOf, withLuma } from "../pixels/luma.ts";

/** A picture as plain data. */
export interface PlainMask extends Size {
  readonly channels: number;
  readonly data: readonly number[];
}

export interface EqualizeHistogramParams {
  readonly mode: "cv" | "pil";
  /** Each channel by its own histogram; otherwise luma only. */
  readonly byChannels: boolean;
  /** Only pixels where it is not zero are counted; all are changed. */
  readonly mask: PlainMask | null;
}

function identityTable(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, i) => i);
}

function tableFor({ mode, mask }: EqualizeHistogramParams, counts: Int32Array): Uint8Array {
  return mode === "pil" ? (pillowTable(counts) ?? identityTable()) : equalizingTable(counts, mask !== null);
}

/** Whether a pixel counts, for one channel. */
function counted(
  { mask }: EqualizeHistogramParams,
  channel: number,
): ((pixel: number) => boolean) | undefined {
  if (!mask) return undefined;
  return (pixel) => mask.data[pixel * mask.channels + (mask.channels === 1 ? 0 : channel)] !== 0;
}

function assertMask({ mask }: EqualizeHistogramParams, size: Size): void {
  if (!mask || (mask.width === size.width && mask.height === size.height)) return;
  throw new AumentoError(
    "invalid-sample",
    `Equalize.mask: expected the picture's size, ${size.width} x ${size.height}, got ${mask.width} x ${mask.height}`,
  );
}

function reference(params: EqualizeHistogramParams, image: Image): Image {
  assertMask(params, image);
  const { channels, data } = image;
  const result = createImage(shapeOf(image));
  if (channels === 1 || params.byChannels) {
    for (let c = 0; c < channels; c++) {
      const table = tableFor(params, countValues(data, c, channels, counted(params, c)));
      for (let i = c; i < data.length; i += channels) result.data[i] = table[data[i]];
    }
    return result;
  }
  const luma = new Uint8Array(data.length / 3);
  for (let i = 0; i < luma.length; i++) luma[i] = lumaOf(data[3 * i], data[3 * i + 1], data[3 * i + 2]);
  const table = tableFor(params, countValues(luma, 0, 1, counted(params, 0)));
  const rgb = new Uint8Array(result.data.buffer); // uint8 in, so a byte a value
  for (let i = 0; i < luma.length; i++) {
    withLuma(data[3 * i], data[3 * i + 1], data[3 * i + 2], table[luma[i]], rgb, 3 * i);
  }
  return result;
}

/** Histograms of a picture in memory, one a channel. */
function countInMemory(call: KernelCall, pointer: number, pixels: number, channels: number): Int32Array[] {
  const address = call.scratch(channels * 1024);
  call.kernels.histogram(pointer, pixels, channels, address);
  const bytes = call.read(address, channels * 1024);
  const all = new Int32Array(bytes.buffer, bytes.byteOffset, channels * 256);
  return Array.from({ length: channels }, (_, c) => all.slice(c * 256, (c + 1) * 256));
}

/** Spreads the values of each channel, or of luma, evenly over the range. */
export const equalizeHistogram: OpFactory<EqualizeHistogramParams> = defineOp({
  name: "equalizeHistogram",
  masks: false,
  reference: (params, image) => throughBytes(image, (bytes) => reference(params, bytes)),
  kernel: {
    inPlace: true,
    // A mask is plain data of its own: counting through it stays with the reference.
    supports: ({ mask }, shape) =>
      shape.dtype === "uint8" && !mask && (shape.channels === 1 || shape.channels === 3),
    run(params, call) {
      const { input, output, kernels } = call;
      const pixels = input.width * input.height;
      if (input.channels === 1 || params.byChannels) {
        const counts = countInMemory(call, input.pointer, pixels, input.channels);
        const tables = new Uint8Array(256 * input.channels);
        for (const [c, channel] of counts.entries()) tables.set(tableFor(params, channel), 256 * c);
        const address = call.write(tables);
        const pairs = call.scratch(3 * 2 * 65536);
        kernels.lookupChannels(input.pointer, output.pointer, pixels, input.channels, address, pairs);
        return;
      }
      const luma = call.scratch(pixels);
      kernels.weightedGrey(input.pointer, luma, pixels, 4899, 9617, 1868, 14);
      const [counts] = countInMemory(call, luma, pixels, 1);
      kernels.mapLuma(input.pointer, output.pointer, pixels, call.write(tableFor(params, counts)));
    },
  },
});
