import { roundHalfEven } from "../image.ts";

const { fround } = Math;

/** Counts of one channel's values, of all pixels or of those whose mask value is not zero. */
export function countValues(
  data: ArrayLike<number>,
  channel: number,
  channels: number,
  mask?: (pixel: number) => boolean,
): Int32Array {
  const counts = new Int32Array(256);
  for (let i = channel, pixel = 0; i < data.length; i += channels, pixel++) {
    if (!mask || mask(pixel)) counts[data[i]]++;
  }
  return counts;
}

/** The table that spreads the counts over 0..255 as OpenCV's equalizeHist does; `masked` as Albumentations does. */
export function equalizingTable(counts: Int32Array, masked: boolean): Uint8Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const first = counts.findIndex((count) => count > 0);
  const table = new Uint8Array(256);
  if (first < 0) return table;
  if (counts[first] === total) return masked ? table : table.fill(first);
  const scale = fround(255 / (total - counts[first]));
  let sum = 0;
  for (let value = first + 1; value < 256; value++) {
    sum += counts[value];
    table[value] = Math.min(roundHalfEven(fround(sum * scale)), 255);
  }
  return table;
}

/** The table as Albumentations makes it after Pillow's ImageOps.equalize; undefined where nothing is to be done. */
export function pillowTable(counts: Int32Array): Uint8Array | undefined {
  const filled = counts.filter((count) => count > 0);
  if (filled.length <= 1) return undefined;
  const step = Math.floor(filled.subarray(0, -1).reduce((sum, count) => sum + count, 0) / 255);
  if (step === 0) return undefined;
  let sum = 0;
  return Uint8Array.from(counts, (count) => {
    sum += count;
    return Math.min(Math.floor((sum + Math.floor(step / 2)) / step), 255);
  });
}
