import type { Image } from "@aumento/core";
import { type JpegHeader, readJpegHeader } from "./jpeg-header.ts";
import { kernels } from "./kernels.gen.ts";

/** Larger pictures are left to sharp, whose memory comes back: WebAssembly's only grows. About 20 MB a thread. */
const MOST_PIXELS = 4_000_000;

const PAGE = 65536;
/** Vectors may be stored this far past the last pixel. */
const SLACK = 64;

/** The part of WebAssembly that is used here; Node's types leave it to the DOM's. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

/** The kernels in packages/data/assembly. */
interface JpegKernels {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  heapBase(): number;
  setQuantization(id: number, source: number): void;
  setHuffman(kind: number, id: number, source: number): number;
  workspaceSize(
    width: number,
    height: number,
    components: number,
    horizontal: number,
    vertical: number,
  ): number;
  decodeScan(
    from: number,
    to: number,
    width: number,
    height: number,
    components: number,
    horizontal: number,
    vertical: number,
    interval: number,
    tables: number,
    workspace: number,
    output: number,
  ): number;
}

let instance: JpegKernels | undefined;

function compiled(): JpegKernels {
  // The exports are those of packages/data/assembly/index.ts, which this interface describes.
  instance ??= new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(kernels, "base64")))
    .exports as JpegKernels;
  return instance;
}

function reserve(wasm: JpegKernels, bytes: number): void {
  const missing = bytes - wasm.memory.buffer.byteLength;
  if (missing > 0) wasm.memory.grow(Math.ceil(missing / PAGE));
}

/** How often the first component is sampled for one of the others; undefined for layouts that sharp is left with. */
function samplingOf(header: JpegHeader): { horizontal: number; vertical: number } | undefined {
  const { components, width } = header;
  if (components.length === 1) return { horizontal: 1, vertical: 1 };
  if (components.length !== 3 || (header.transform ?? 1) !== 1) return undefined;
  const [{ horizontal, vertical }, ...chroma] = components;
  if (chroma.some((component) => component.horizontal !== 1 || component.vertical !== 1)) return undefined;
  const known =
    (horizontal === 1 && vertical === 1) || (horizontal === 2 && (vertical === 1 || vertical === 2));
  // libjpeg filters chroma of more than two columns only.
  return known && !(horizontal === 2 && width <= 4) ? { horizontal, vertical } : undefined;
}

function setTables(wasm: JpegKernels, header: JpegHeader, input: number): boolean {
  const used = new Set<string>();
  for (const { id, at } of header.quantization) {
    wasm.setQuantization(id, input + at);
    used.add(`q${id}`);
  }
  for (const { kind, id, at } of header.huffman) {
    if (!wasm.setHuffman(kind, id, input + at)) return false;
    used.add(`${kind}${id}`);
  }
  return header.components.every(
    ({ quantization, dc, ac }) => used.has(`q${quantization}`) && used.has(`0${dc}`) && used.has(`1${ac}`),
  );
}

/**
 * Decodes a baseline JPEG to the same bytes as libjpeg, and so as sharp, which takes about 0.7 ms before the first
 * pixel: as long as a picture of 300 x 300 takes here. Undefined where sharp must decide: very large pictures,
 * progressive and rotated ones, other colour models, and whatever is not perfectly in order. The pixels lie in the
 * kernels' memory, valid until the next call.
 */
export function decodeJpeg(bytes: Uint8Array): Image | undefined {
  const header = readJpegHeader(bytes);
  if (header?.orientation !== 1) return undefined;
  const { width, height, components } = header;
  const sampling = samplingOf(header);
  if (!sampling || width * height === 0 || width * height > MOST_PIXELS) return undefined;
  const wasm = compiled();
  const { horizontal, vertical } = sampling;
  const input = (wasm.heapBase() + 15) & ~15;
  const workspace = (input + bytes.length + SLACK + 15) & ~15;
  const output =
    workspace + ((wasm.workspaceSize(width, height, components.length, horizontal, vertical) + 15) & ~15);
  const length = width * height * 3;
  reserve(wasm, output + length + SLACK);
  new Uint8Array(wasm.memory.buffer, input, bytes.length).set(bytes);
  if (!setTables(wasm, header, input)) return undefined;
  let tables = 0;
  for (const [place, { quantization, dc, ac }] of components.entries()) {
    tables |= (quantization | (dc << 2) | (ac << 3)) << (8 * place);
  }
  const done = wasm.decodeScan(
    input + header.data,
    input + bytes.length,
    width,
    height,
    components.length,
    horizontal,
    vertical,
    header.restartInterval,
    tables,
    workspace,
    output,
  );
  if (!done) return undefined;
  return { data: new Uint8Array(wasm.memory.buffer, output, length), width, height, channels: 3 };
}
