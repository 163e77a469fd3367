import { createImage, type Image, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { throughBytes } from "../pixels/depth.ts";
import { REPLICATE, surround } from "../pixels/surround.ts";

/** Side of the square window, odd. */
export interface MedianParams {
  readonly size: number;
}

/** Largest window whose counts fit a byte. */
const LARGEST_BYTE_WINDOW = 15;

function reference({ size }: MedianParams, image: Image): Image {
  const { width, height, channels, data } = image;
  const radius = (size - 1) / 2;
  const result = createImage(shapeOf(image));
  const window = new Uint8Array(size * size);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        for (let k = 0; k < window.length; k++) {
          const v = Math.min(Math.max(y + Math.floor(k / size) - radius, 0), height - 1);
          const u = Math.min(Math.max(x + (k % size) - radius, 0), width - 1);
          window[k] = data[(v * width + u) * channels + c];
        }
        window.sort();
        result.data[(y * width + x) * channels + c] = window[window.length >> 1];
      }
    }
  }
  return result;
}

/** Every value becomes the median of its neighbourhood in its channel; the edge is repeated outside. */
export const median: OpFactory<MedianParams> = defineOp({
  name: "median",
  masks: false,
  identity: ({ size }) => size === 1,
  reference: (params, image) => throughBytes(image, (bytes) => reference(params, bytes)),
  kernel: {
    run({ size }, call) {
      const { pointer, width, height, channels } = call.output;
      const { kernels } = call;
      const source = surround(call, (size - 1) / 2, REPLICATE);
      if (size === 3) kernels.median9(source, pointer, width, height, channels);
      else if (size === 5)
        kernels.median25(
          source,
          pointer,
          width,
          height,
          channels,
          call.scratch(5 * ((width + 4) * channels + 32)),
        );
      else if (size <= LARGEST_BYTE_WINDOW)
        kernels.medianByBits(source, pointer, width, height, channels, size);
      else kernels.medianByHistogram(source, pointer, width, height, channels, size, call.scratch(1024));
    },
  },
});
