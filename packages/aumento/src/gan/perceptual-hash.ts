import { type Image, resizeImage } from "@aumento/core";

/**
 * The perceptual hash of a picture: 64 bits in two words, equal or nearly so for pictures that look the same.
 * It is the DCT hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), section
 * 3.2.1: luma, 32×32, type II discrete cosine transform, the 8×8 block of the lowest frequencies without the
 * constant row and column, and a bit for each coefficient that lies above their median.
 */
export type PerceptualHash = readonly [number, number];

const side = 32;
const frequencies = 8;

/** cosines[u][x] of frequency u + 1. The constant factors of the transform cancel against the median. */
const cosines = Array.from({ length: frequencies }, (_, u) =>
  Float64Array.from({ length: side }, (_, x) => Math.cos(((2 * x + 1) * (u + 1) * Math.PI) / (2 * side))),
);

/** Rec. 601 luma, 8 bits. */
function luma({ data, width, height, channels }: Image): Image {
  const grey = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += channels) {
    grey[pixel] =
      channels < 3 ? data[at] : Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]);
  }
  return { data: grey, width, height, channels: 1 };
}

function lowFrequencies(pixels: ArrayLike<number>): Float64Array {
  const rows = new Float64Array(side * frequencies);
  for (let y = 0; y < side; y++) {
    for (let u = 0; u < frequencies; u++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += pixels[y * side + x] * cosines[u][x];
      rows[y * frequencies + u] = sum;
    }
  }
  const found = new Float64Array(frequencies * frequencies);
  for (let v = 0; v < frequencies; v++) {
    for (let u = 0; u < frequencies; u++) {
      let sum = 0;
      for (let y = 0; y < side; y++) sum += rows[y * frequencies + u] * cosines[v][y];
      found[v * frequencies + u] = sum;
    }
  }
  return found;
}

/** The hash of a uint8 picture of any size, grey or RGB. */
export function perceptualHash(image: Image): PerceptualHash {
  const values = lowFrequencies(resizeImage(luma(image), side, side, "area").data);
  const sorted = Float64Array.from(values).sort();
  const median = (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  const words: [number, number] = [0, 0];
  for (const [place, value] of values.entries()) {
    if (value > median) words[place >> 5] |= 1 << (place & 31);
  }
  return [words[0] >>> 0, words[1] >>> 0];
}

/** The picture as a mirror shows it. */
export function mirrored({ data, width, height, channels }: Image): Image {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = (y * width + (width - 1 - x)) * channels;
      for (let channel = 0; channel < channels; channel++) flipped[to + channel] = data[from + channel];
    }
  }
  return { data: flipped, width, height, channels };
}

/** Number of set bits of a 32-bit word. */
function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** In how many of the 64 bits two hashes differ (Hamming distance). */
export function hashDistance(a: PerceptualHash, b: PerceptualHash): number {
  return bitCount(a[0] ^ b[0]) + bitCount(a[1] ^ b[1]);
}
