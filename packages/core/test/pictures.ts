import { createImage, type DType, type Image, maxValue } from "../src/image.ts";

/**
 * A picture that both sides of a comparison can draw without sharing a file: smooth waves, hard edges and a little
 * texture, from integer arithmetic alone (`tools/oracles/albumentations_cases.py` has the same formula).
 */
export function drawPicture(width: number, height: number, channels: number, dtype: DType = "uint8"): Image {
  const image = createImage({ width, height, channels, dtype });
  const top = maxValue(dtype);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const value = pictureValue(x, y, c);
        image.data[(y * width + x) * channels + c] = dtype === "uint8" ? value : (value / 255) * top;
      }
    }
  }
  return image;
}

function pictureValue(x: number, y: number, c: number): number {
  const ramp = (x * (5 + c) + y * (3 + 2 * c)) % 511;
  const wave = ramp > 255 ? 510 - ramp : ramp;
  const edge = ((x >> 3) + (y >> 3) + c) % 3 === 0 ? 40 : 0;
  const texture = (x * x * 31 + y * 17 + x * y * 7 + c * 101) % 23;
  return Math.min(255, Math.floor((wave * 3) / 4) + edge + texture);
}

/** A mask of labels 0..4: blocks and a diagonal. */
export function drawMask(width: number, height: number): Image {
  const image = createImage({ width, height, channels: 1, dtype: "uint8" });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      image.data[y * width + x] = x > y && (x >> 2) % 2 === 0 ? 4 : ((x >> 4) + 2 * (y >> 4)) % 4;
    }
  }
  return image;
}
