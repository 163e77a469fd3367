import { createHash } from "node:crypto";
import { type Image, resizeImage } from "@aumento/core";
import { AumentoError, show } from "./errors.ts";

/** How a picture is resized, by Keras' names. None of them smooths first where a picture shrinks, except "area". */
export type Interpolation = "nearest" | "bilinear" | "bicubic" | "area";

/** What happens to a picture whose sides are not in the target's proportion. */
export type AspectRatio = "stretch" | "crop" | "pad";

/** The same kernels under core's names. */
const kernels = { nearest: "nearest", bilinear: "linear", bicubic: "cubic", area: "area" } as const;

export const interpolations = Object.keys(kernels) as readonly Interpolation[]; // Object.keys forgets the literal types

/** How a picture of any size becomes one of the target size. */
export interface Fit {
  height: number;
  width: number;
  interpolation: Interpolation;
  aspectRatio: AspectRatio;
}

/** The rectangle of a picture, copied. */
function cropped(image: Image, x: number, y: number, width: number, height: number): Image {
  const { channels } = image;
  const row = width * channels;
  const data = new Uint8Array(row * height);
  for (let line = 0; line < height; line++) {
    const start = ((y + line) * image.width + x) * channels;
    data.set(image.data.subarray(start, start + row), line * row);
  }
  return { data, width, height, channels };
}

/** The largest window in the middle that has the target's proportion (Keras' `crop_to_aspect_ratio`). */
function cropToRatio(image: Image, fit: Fit): Image {
  const width = Math.max(1, Math.min(image.width, Math.floor((image.height * fit.width) / fit.height)));
  const height = Math.max(1, Math.min(image.height, Math.floor((image.width * fit.height) / fit.width)));
  return cropped(image, (image.width - width) >> 1, (image.height - height) >> 1, width, height);
}

/** The picture resized to fit inside the target, in the middle of black. */
function padToRatio(image: Image, fit: Fit, out: Uint8Array): Image {
  const scale = Math.min(fit.width / image.width, fit.height / image.height);
  const width = Math.max(1, Math.min(fit.width, Math.round(image.width * scale)));
  const height = Math.max(1, Math.min(fit.height, Math.round(image.height * scale)));
  const inner = resizeImage(image, width, height, kernels[fit.interpolation]);
  const { channels } = image;
  out.fill(0);
  const left = (fit.width - width) >> 1;
  const top = (fit.height - height) >> 1;
  for (let line = 0; line < height; line++) {
    const row = inner.data.subarray(line * width * channels, (line + 1) * width * channels);
    out.set(row, ((top + line) * fit.width + left) * channels);
  }
  return { data: out, width: fit.width, height: fit.height, channels };
}

/** A uint8 RGB picture in the target size, its pixels in `out` if given. */
export function fitImage(image: Image, fit: Fit, out?: Uint8Array): Image {
  const hasSize = image.width === fit.width && image.height === fit.height;
  if (!hasSize && fit.aspectRatio === "pad") {
    return padToRatio(image, fit, out ?? new Uint8Array(fit.width * fit.height * image.channels));
  }
  const source = !hasSize && fit.aspectRatio === "crop" ? cropToRatio(image, fit) : image;
  return resizeImage(source, fit.width, fit.height, kernels[fit.interpolation], out);
}

/** What is done to a picture before a network sees it, in a form that a saved model can keep. */
export interface Preprocessing {
  /** [height, width]. */
  size: [number, number];
  interpolation: Interpolation;
  aspectRatio: AspectRatio;
  range: [number, number];
  layout: "NHWC";
  channelOrder: "RGB";
  /** SHA-256 of a fixed pattern resized in this way: equal where the arithmetic is equal, to the bit. */
  sha256: string;
}

/** A picture of smooth slopes and hard edges, 61 wide and 47 high, made with integers only. */
function pattern(): Image {
  const width = 61;
  const height = 47;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[at++] = (x * 4) & 255;
      data[at++] = (y * 5 + x * x) & 255;
      data[at++] = ((x >> 2) ^ (y >> 2)) & 1 ? 255 : 0;
    }
  }
  return { data, width, height, channels: 3 };
}

/** Fills in the defaults of `Fit` and checks it. */
export function resolveFit(options: {
  targetSize: readonly [number, number];
  interpolation?: Interpolation;
  aspectRatio?: AspectRatio;
}): Fit {
  const { targetSize, interpolation = "bilinear", aspectRatio = "stretch" } = options;
  if (
    !Array.isArray(targetSize) ||
    targetSize.length !== 2 ||
    !targetSize.every((v) => Number.isInteger(v) && v > 0)
  ) {
    throw new AumentoError(
      "invalid-option",
      `targetSize: expected [height, width], two integers of at least 1, got ${show(targetSize)}`,
    );
  }
  if (!interpolations.includes(interpolation)) {
    throw new AumentoError(
      "invalid-option",
      `interpolation: expected one of ${interpolations.join(", ")}, got ${show(interpolation)}`,
    );
  }
  if (!["stretch", "crop", "pad"].includes(aspectRatio)) {
    throw new AumentoError(
      "invalid-option",
      `aspectRatio: expected stretch, crop or pad, got ${show(aspectRatio)}`,
    );
  }
  return { height: targetSize[0], width: targetSize[1], interpolation, aspectRatio };
}

/**
 * Describes how pictures come to `targetSize`, with a fingerprint of the arithmetic: a model saved with it can check
 * that a program elsewhere prepares its pictures in the same way.
 */
export function describePreprocessing(options: {
  targetSize: readonly [number, number];
  interpolation?: Interpolation;
  aspectRatio?: AspectRatio;
}): Preprocessing {
  const fit = resolveFit(options);
  const { data } = fitImage(pattern(), fit);
  return {
    size: [fit.height, fit.width],
    interpolation: fit.interpolation,
    aspectRatio: fit.aspectRatio,
    range: [0, 255],
    layout: "NHWC",
    channelOrder: "RGB",
    sha256: createHash("sha256").update(data).digest("hex"),
  };
}
