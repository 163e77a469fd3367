import type { Image } from "@aumento/core";
import sharp, { type Sharp } from "sharp";

const gap = 2;
const paper = 255;

/**
 * Pictures of one size in rows of `columns`, side by side with a thin line between, as raw pixels: what a person looks
 * at to judge a generator, and a strip when there is one row.
 */
export function tilePictures(pictures: readonly Image[], columns: number): Image {
  const { width: tileWidth, height: tileHeight, channels } = pictures[0];
  const across = Math.min(columns, pictures.length);
  const rows = Math.ceil(pictures.length / columns);
  const width = across * (tileWidth + gap) - gap;
  const height = rows * (tileHeight + gap) - gap;
  const data = new Uint8Array(width * height * channels).fill(paper);
  const line = tileWidth * channels;
  for (const [place, picture] of pictures.entries()) {
    const left = (place % columns) * (tileWidth + gap);
    const top = Math.floor(place / columns) * (tileHeight + gap);
    for (let y = 0; y < tileHeight; y++) {
      data.set(picture.data.subarray(y * line, (y + 1) * line), ((top + y) * width + left) * channels);
    }
  }
  return { data, width, height, channels };
}

/** A uint8 picture as sharp takes it, for encoding. */
export function asSharp({ data, width, height, channels }: Image): Sharp {
  if (!(data instanceof Uint8Array)) throw new TypeError("expected uint8 pixels");
  // Generators make grey or RGB pictures.
  return sharp(data, { raw: { width, height, channels: channels as 1 | 3 } });
}
