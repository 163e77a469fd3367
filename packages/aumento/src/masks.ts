import { readFile } from "node:fs/promises";
import type { Image } from "@aumento/core";
import { loadSharp } from "@aumento/data";
import { decode } from "fast-png";
import { brokenPicture } from "./pictures.ts";

/**
 * Reads a mask as it is stored: its values are class numbers and must not be converted. 8 bits a channel. Of a PNG with
 * a palette, as Pascal VOC's masks are, the values are the places in the palette, not its colours.
 */
export async function readMask(path: string, bytes?: Buffer): Promise<Image> {
  try {
    const content = bytes ?? (await readFile(path));
    return isPalettePng(content) ? readPlaces(content) : await readValues(content);
  } catch (error) {
    throw brokenPicture(path, error);
  }
}

async function readValues(bytes: Buffer): Promise<Image> {
  const sharp = await loadSharp();
  const source = sharp(bytes, { failOn: "warning" });
  const { channels: stored, depth } = await source.metadata();
  if (depth !== "uchar") throw new Error(`masks have 8 bits a channel, this one is ${depth}`);
  if (stored === 1) source.toColourspace("b-w");
  const { data, info } = await source.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { data: new Uint8Array(data), width, height, channels };
}

/** PNG's colour type 3 (ISO/IEC 15948, 11.2.1), in the header that each file begins with. */
function isPalettePng(bytes: Buffer): boolean {
  return bytes.length > 25 && bytes.toString("latin1", 1, 4) === "PNG" && bytes[25] === 3;
}

/** sharp gives a palette's colours only. */
function readPlaces(bytes: Buffer): Image {
  const { data, width, height, depth } = decode(bytes, { checkCrc: true });
  const perByte = 8 / depth;
  const stride = Math.ceil(width / perByte);
  const places = new Uint8Array(width * height);
  // Several places share a byte, the first in the highest bits; each row begins with a byte of its own.
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const packed = data[y * stride + Math.floor(x / perByte)];
      places[to++] = (packed >> (8 - depth * ((x % perByte) + 1))) & ((1 << depth) - 1);
    }
  return { data: places, width, height, channels: 1 };
}
