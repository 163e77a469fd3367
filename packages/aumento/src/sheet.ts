import type { Image } from "@aumento/core";
import sharp, { type OverlayOptions, type Sharp } from "sharp";
import type { Annotation } from "./annotations.ts";
import type { AnnotationFormats } from "./augmenter.ts";
import { annotationShapes, escapeXml, maskOutline } from "./overlay.ts";
import { pixelBytes } from "./pictures.ts";

/** One picture on a contact sheet. */
export interface Tile {
  image: Image;
  alpha?: Image;
  mask?: Image;
  annotation?: Annotation;
  /** Shown below it. */
  caption: string;
}

export interface SheetOptions {
  rows: readonly (readonly Tile[])[];
  /** Width and height of the square that each picture is fitted into. */
  tile: number;
  formats: AnnotationFormats;
}

const gap = 8;
const captionHeight = 20;
const paper = "#ffffff";
const ink = "#333333";

/** A contact sheet: rows of pictures with their boxes, keypoints and mask outlines; encode it as you like. */
export async function drawSheet({ rows, tile, formats }: SheetOptions): Promise<Sharp> {
  const columns = Math.max(...rows.map((row) => row.length));
  const width = gap + columns * (tile + gap);
  const height = gap + rows.length * (tile + captionHeight + gap);
  const layers: OverlayOptions[] = [];
  const shapes: string[] = [];
  for (const [rowIndex, row] of rows.entries()) {
    for (const [column, each] of row.entries()) {
      const left = gap + column * (tile + gap);
      const top = gap + rowIndex * (tile + captionHeight + gap);
      const placed = await placeTile(each, tile, left, top);
      layers.push(...placed.layers);
      if (each.annotation) {
        const inner = annotationShapes(each.image, each.annotation, formats, placed.scale);
        shapes.push(`<g transform="translate(${placed.left} ${placed.top})">${inner}</g>`);
      }
      shapes.push(
        `<text x="${left + tile / 2}" y="${top + tile + 14}" text-anchor="middle" font-family="sans-serif" ` +
          `font-size="12" fill="${ink}">${escapeXml(shorten(each.caption, tile / 7))}</text>`,
      );
    }
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join("")}</svg>`;
  layers.push({ input: Buffer.from(svg), left: 0, top: 0 });
  const sheet = sharp({ create: { width, height, channels: 3, background: paper } }).composite(layers);
  // Composition happens when the pipeline is run; running it here leaves the caller only the encoding.
  const { data, info } = await sheet.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } });
}

const shorten = (text: string, length: number) =>
  text.length <= length ? text : `…${text.slice(text.length - Math.floor(length) + 1)}`;

interface PlacedTile {
  layers: OverlayOptions[];
  left: number;
  top: number;
  /** Tile pixels a picture pixel. */
  scale: number;
}

/** The tile's picture with its alpha. Joined before anything else: sharp would join channels after resizing. */
async function asSharp({ image, alpha }: Tile): Promise<Sharp> {
  const { width, height } = image;
  const channels = image.channels as 1 | 2 | 3 | 4; // pipelines give 1, 3 or 4 channels
  const picture = sharp(pixelBytes(image), { raw: { width, height, channels } });
  if (!alpha) return picture;
  picture.joinChannel(Buffer.from(pixelBytes(alpha)), { raw: { width, height, channels: 1 } });
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width, height, channels: info.channels } });
}

async function placeTile(tile: Tile, size: number, left: number, top: number): Promise<PlacedTile> {
  const { image } = tile;
  const scale = Math.min(size / image.width, size / image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const place = { left: left + ((size - width) >> 1), top: top + ((size - height) >> 1) };
  const picture = await asSharp(tile);
  // Small pictures are enlarged with square pixels, so that what is seen is what is there.
  const kernel = scale > 1.5 ? "nearest" : "lanczos3";
  const layers: OverlayOptions[] = [
    { input: await picture.resize(width, height, { kernel, fit: "fill" }).png().toBuffer(), ...place },
  ];
  if (tile.mask) {
    const input = await maskOutline(tile.mask, width, height);
    layers.push({ input, raw: { width, height, channels: 4 }, ...place });
  }
  return { layers, ...place, scale };
}
