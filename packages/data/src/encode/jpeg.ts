import type { Image } from "@aumento/core";
import { huffmanCodes, huffmanTables, quantizationTables, zigzag } from "./jpeg-tables.ts";
import { kernels } from "./kernels.gen.ts";

/** Scale factors of the fast transform in assembly/jpeg-dct.ts, by row and by column. */
const dctScale = [0, 1, 2, 3, 4, 5, 6, 7].map((k) =>
  k === 0 ? 1 : Math.SQRT2 * Math.cos((k * Math.PI) / 16),
);

/** A picture above this many pixels is left to other encoders: the working memory is held for good. */
const MOST_PIXELS = 4_000_000;

/** No block takes more bytes: a dc code and 63 of 26 bits; at worst a zero comes behind each byte. */
const BYTES_PER_BLOCK = 216;
/** Factors of quantization, Huffman codes, and two tables of the zigzag: see assembly/jpeg.ts. */
const TABLE_BYTES = 512 + 4096 + 64 + 16_384;

// Node's types leave this to the browser's; these are the parts that are used.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: object };
};

/** What assembly/index.ts exports. */
interface Kernels {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  heapBase(): number;
  writeColourScan: ScanWriter;
  writeGreyScan: ScanWriter;
}

type ScanWriter = (
  source: number,
  width: number,
  height: number,
  tables: number,
  work: number,
  raw: number,
  out: number,
) => number;

/** The thread's instance, the quality its tables are for, and the header made last: pictures of a set are alike. */
let instance: Kernels | undefined;
let tablesQuality = 0;
let lastHeader: { of: string; bytes: Uint8Array } = { of: "", bytes: new Uint8Array() };

function kernelInstance(): Kernels {
  if (instance) return instance;
  const made = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(kernels, "base64")));
  instance = made.exports as Kernels; // as compiled from assembly/index.ts
  return instance;
}

/** The kernel's tables, transposed as it has its coefficients. */
function tablesFor(quality: number): Uint8Array {
  const bytes = new Uint8Array(TABLE_BYTES);
  const factors = new Float32Array(bytes.buffer, 0, 128);
  for (const [at, table] of quantizationTables(quality).entries()) {
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 8; column++) {
        factors[at * 64 + column * 8 + row] =
          1 / (8 * table[row * 8 + column] * dctScale[row] * dctScale[column]);
      }
    }
  }
  const codes = new Uint32Array(bytes.buffer, 512, 1024);
  for (const [at, table] of huffmanTables.entries()) codes.set(huffmanCodes(table), at * 256);
  const offsets = new Uint8Array(bytes.buffer, 4608, 64);
  const places = new BigUint64Array(bytes.buffer, 4672);
  for (const [place, natural] of zigzag.entries()) {
    const [row, column] = [natural >> 3, natural & 7];
    offsets[place] = 2 * (column * 8 + row);
    for (let rows = 0; rows < 256; rows++)
      if (rows & (1 << row)) places[column * 256 + rows] |= 1n << BigInt(place);
  }
  return bytes;
}

function segment(marker: number, content: readonly number[]): number[] {
  const length = content.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...content];
}

/** Everything before the scan. */
function headerOf(width: number, height: number, grey: boolean, quality: number): Uint8Array {
  const of = `${width} ${height} ${grey} ${quality}`;
  if (lastHeader.of !== of)
    lastHeader = { of, bytes: Uint8Array.from(segments(width, height, grey, quality)) };
  return lastHeader.bytes;
}

function segments(width: number, height: number, grey: boolean, quality: number): number[] {
  const tables = quantizationTables(quality).slice(0, grey ? 1 : 2);
  const codes = huffmanTables.slice(0, grey ? 2 : 4);
  const components = grey
    ? [[1, 0x11, 0]]
    : [
        [1, 0x22, 0],
        [2, 0x11, 1],
        [3, 0x11, 1],
      ]; // id, sampling, table
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  return [
    ...[0xff, 0xd8],
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]), // "JFIF", 1.1, square pixels
    ...tables.flatMap((table, id) => segment(0xdb, [id, ...zigzag.map((place) => table[place])])),
    ...segment(0xc0, [8, ...size, components.length, ...components.flat()]),
    // Class (0 dc, 1 ac) in the upper half of a byte, number in the lower.
    ...codes.flatMap(({ counts, symbols }, at) =>
      segment(0xc4, [((at & 1) << 4) | (at >> 1), ...counts, ...symbols]),
    ),
    ...segment(0xda, [
      components.length,
      ...components.flatMap(([id, , table]) => [id, table * 0x11]),
      0,
      63,
      0,
    ]),
  ];
}

/**
 * A baseline JPEG of a uint8 picture, RGB or grey: libjpeg's quantization for the quality (1 to 100), colour at half
 * the width and height, the standard's Huffman tables. The bytes are the same on every machine. It takes a fraction
 * of sharp's time, which sets a pipeline up for each picture. Undefined for very large pictures.
 */
export function encodeJpeg(image: Image, quality: number): Uint8Array | undefined {
  const { data, width, height, channels } = image;
  if (!(data instanceof Uint8Array) || (channels !== 3 && channels !== 1)) return undefined;
  if (width * height > MOST_PIXELS || Math.max(width, height) > 65_535) return undefined;
  const kernel = kernelInstance();
  const [paddedWidth, paddedHeight] = [(width + 15) & ~15, (height + 15) & ~15];
  const blocks = ((paddedWidth * paddedHeight) / 64) * (channels === 3 ? 1.5 : 1);
  const tables = (kernel.heapBase() + 63) & ~63;
  const source = tables + TABLE_BYTES;
  const work = (source + data.length + 63) & ~63;
  const header = headerOf(width, height, channels === 1, quality);
  const raw = work + 1024 + paddedWidth * 54;
  const rawBytes = blocks * BYTES_PER_BLOCK + 64;
  const out = raw + rawBytes;
  const missing = out + header.length + 2 * rawBytes - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / 65_536));
  const bytes = new Uint8Array(kernel.memory.buffer);
  if (tablesQuality !== quality) bytes.set(tablesFor(quality), tables);
  tablesQuality = quality;
  bytes.set(data, source);
  bytes.set(header, out);
  const write = channels === 3 ? kernel.writeColourScan : kernel.writeGreyScan;
  const end = write(source, width, height, tables, work, raw, out + header.length);
  bytes.set([0xff, 0xd9], end);
  return bytes.slice(out, end + 2);
}
