import { createImage, dtypeOf, type Image, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { throughBytes } from "../pixels/depth.ts";
import { rgbToLab } from "../pixels/lab.ts";
import { principalGrey } from "../pixels/principal.ts";

/** How a grey level is made of a pixel's channels, and in how many equal channels it is stored. */
export interface GreyParams {
  readonly method: "weighted_average" | "from_lab" | "desaturation" | "average" | "max" | "pca";
  readonly channels: number;
}

/** Weights of R, G, B in a grey level (ITU-R BT.601) in 1/32768, as OpenCV's COLOR_RGB2GRAY has them. */
const WEIGHTS = [9798, 19235, 3735] as const;

/** Grey levels from pixels as a plane. */
function plane(method: GreyParams["method"], image: Image): Image {
  if (method === "pca") return principalGrey(image);
  const result = createImage({ ...shapeOf(image), channels: 1 });
  const whole = dtypeOf(image.data) !== "float32";
  const lab = new Uint8Array(3);
  for (let i = 0; i < result.data.length; i++) {
    const pixel = image.data.subarray(i * image.channels, (i + 1) * image.channels);
    let grey: number;
    switch (method) {
      case "weighted_average":
        grey = WEIGHTS[0] * pixel[0] + WEIGHTS[1] * pixel[1] + WEIGHTS[2] * pixel[2];
        grey = whole ? Math.floor((grey + 16384) / 32768) : grey / 32768;
        break;
      case "from_lab":
        rgbToLab(pixel[0], pixel[1], pixel[2], lab, 0);
        grey = lab[0];
        break;
      case "desaturation":
        grey = (Math.max(...pixel) + Math.min(...pixel)) / 2;
        break;
      case "average":
        grey = Array.from(pixel).reduce((sum, value) => sum + value, 0) / pixel.length;
        break;
      case "max":
        grey = Math.max(...pixel);
    }
    result.data[i] = whole ? Math.floor(grey) : grey;
  }
  return result;
}

/** A plane in several equal channels. */
function repeat(image: Image, channels: number): Image {
  const result = createImage({ ...shapeOf(image), channels });
  for (let i = 0; i < result.data.length; i++) result.data[i] = image.data[Math.floor(i / channels)];
  return result;
}

function reference({ method, channels }: GreyParams, image: Image): Image {
  if (image.channels === 1) return image;
  const grey = method === "from_lab" ? throughBytes(image, (b) => plane(method, b)) : plane(method, image);
  return channels === 1 ? grey : repeat(grey, channels);
}

/** Colour to grey. A picture of one channel stays as it is. */
export const grey: OpFactory<GreyParams> = defineOp({
  name: "grey",
  masks: false,
  outputShape: ({ channels }, shape) => (shape.channels === 1 ? shape : { ...shape, channels }),
  identity: (_params, shape) => shape.channels === 1,
  reference,
  kernel: {
    supports: ({ method, channels }, shape) =>
      shape.dtype === "uint8" &&
      shape.channels === 3 &&
      (channels === 1 || channels === 3) &&
      method === "weighted_average",
    run({ channels }, call) {
      const { input, output, kernels } = call;
      const pixels = input.width * input.height;
      const target = channels === 1 ? output.pointer : call.scratch(pixels);
      kernels.weightedGrey(input.pointer, target, pixels, ...WEIGHTS, 15);
      if (channels === 3) kernels.greyToRgb(target, output.pointer, pixels);
    },
  },
});
