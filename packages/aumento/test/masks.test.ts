import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readMask } from "../src/masks.ts";
import { temporaryFolder } from "./cli-process.ts";

const folder = temporaryFolder();

function chunk(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length);
  head.write(type, 4, "latin1");
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), body])));
  return Buffer.concat([head, body, sum]);
}

/** A PNG with a palette (ISO/IEC 15948), `depth` bits a pixel, rows without a filter. */
function palettePng(places: readonly number[], width: number, depth: number): Buffer {
  const height = places.length / width;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, 3, 0, 0, 0], 8);
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(1 + Math.ceil((width * depth) / 8));
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      row[1 + (bit >> 3)] |= places[y * width + x] << (8 - depth - (bit & 7));
    }
    return row;
  });
  const colours = Buffer.from(Array.from({ length: 3 << depth }, (_, i) => (i * 37) & 255));
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("PLTE", colours),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("a mask with a palette, as Pascal VOC's are", () => {
  it.each([1, 2, 4, 8])("of %i bits keeps its class numbers", async (depth) => {
    const [width, height] = [7, 5];
    const places = Array.from({ length: width * height }, (_, i) => (i * 5 + 1) % 2 ** depth);
    const path = join(folder, `palette-${depth}.png`);
    writeFileSync(path, palettePng(places, width, depth));
    const mask = await readMask(path);
    expect([mask.width, mask.height, mask.channels]).toEqual([width, height, 1]);
    expect([...mask.data]).toEqual(places);
  });

  it("that is cut is told by name", async () => {
    const path = join(folder, "cut.png");
    writeFileSync(path, palettePng(new Array(35).fill(3), 7, 8).subarray(0, -24));
    await expect(readMask(path)).rejects.toThrow(`${path} cannot be decoded: `);
  });
});
