import type { Image } from "@aumento/core";

/**
 * A decoder's pixels as an RGB picture: grey (one value a pixel) is expanded, alpha (a fourth) dropped, RGB taken as
 * it is, without a copy.
 */
export function toRgb(pixels: Buffer, width: number, height: number): Image {
  const data = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length); // a plain one: Buffer's slice() is no copy
  const values = data.length / (width * height);
  if (values === 3) return { data, width, height, channels: 3 };
  if (values !== 1 && values !== 4) {
    throw new Error(
      `decoded to ${data.length} values of ${width} x ${height} pixels, expected 1, 3 or 4 a pixel`,
    );
  }
  const rgb = new Uint8Array(width * height * 3);
  const [green, blue] = values === 4 ? [1, 2] : [0, 0];
  for (let from = 0, to = 0; from < data.length; from += values) {
    rgb[to++] = data[from];
    rgb[to++] = data[from + green];
    rgb[to++] = data[from + blue];
  }
  return { data: rgb, width, height, channels: 3 };
}
