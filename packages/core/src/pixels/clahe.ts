import type { Image } from "../image.ts";
import { createImage, roundHalfEven, shapeOf } from "../image.ts";

const { fround } = Math;

/** The grid of tiles on a picture: it reaches beyond the picture where the tiles do not divide it. */
export interface TileGrid {
  readonly tilesX: number;
  readonly tilesY: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Counts above this are cut. */
  readonly limit: number;
}

/** Tiles as OpenCV lays them: both sides are extended if either does not divide (by a whole tile count if one does). */
export function tileGrid(
  width: number,
  height: number,
  tiles: readonly [number, number],
  clipLimit: number,
): TileGrid {
  const [tilesX, tilesY] = tiles;
  const divides = width % tilesX === 0 && height % tilesY === 0;
  const paddedWidth = divides ? width : width + tilesX - (width % tilesX);
  const paddedHeight = divides ? height : height + tilesY - (height % tilesY);
  const tileWidth = paddedWidth / tilesX;
  const tileHeight = paddedHeight / tilesY;
  const limit = clipLimit > 0 ? Math.max(Math.trunc((clipLimit * tileWidth * tileHeight) / 256), 1) : 0;
  return { tilesX, tilesY, tileWidth, tileHeight, limit };
}

/** Index mirrored at the ends without repeating them. */
export function reflect(index: number, length: number): number {
  if (length === 1) return 0;
  let i = index;
  while (i < 0 || i >= length) i = i < 0 ? -i : 2 * length - 2 - i;
  return i;
}

/** Cuts counts at the limit and hands what was cut to all values evenly. */
function clipCounts(counts: Int32Array, limit: number): void {
  if (limit <= 0) return;
  let cut = 0;
  for (let i = 0; i < 256; i++) {
    if (counts[i] > limit) {
      cut += counts[i] - limit;
      counts[i] = limit;
    }
  }
  const share = cut >> 8;
  let rest = cut & 255;
  for (let i = 0; i < 256; i++) counts[i] += share;
  const step = Math.max(Math.floor(256 / rest), 1);
  for (let i = 0; i < 256 && rest > 0; i += step, rest--) counts[i]++;
}

/** The table of the tile in column i and row j. */
function tileTable(plane: Image, grid: TileGrid, i: number, j: number): Uint8Array {
  const counts = new Int32Array(256);
  for (let y = j * grid.tileHeight; y < (j + 1) * grid.tileHeight; y++) {
    for (let x = i * grid.tileWidth; x < (i + 1) * grid.tileWidth; x++) {
      counts[plane.data[reflect(y, plane.height) * plane.width + reflect(x, plane.width)]]++;
    }
  }
  clipCounts(counts, grid.limit);
  const scale = fround(255 / (grid.tileWidth * grid.tileHeight));
  let sum = 0;
  return Uint8Array.from(counts, (count) => {
    sum += count;
    return Math.min(roundHalfEven(fround(sum * scale)), 255);
  });
}

/** Where a pixel stands between the centres of two tiles: the first tile (may be -1) and the weight of the second. */
export function between(index: number, tileExtent: number): { tile: number; weight: number } {
  const position = fround(fround(index * fround(1 / tileExtent)) - 0.5);
  const tile = Math.floor(position);
  return { tile, weight: fround(position - tile) };
}

/**
 * Contrast limited adaptive histogram equalisation of a one-channel uint8 picture (Zuiderveld, Graphics Gems IV,
 * 1994), with the roundings of OpenCV's CLAHE: single precision, in this order.
 */
export function equalizePlane(plane: Image, tiles: readonly [number, number], clipLimit: number): Image {
  const grid = tileGrid(plane.width, plane.height, tiles, clipLimit);
  const { tilesX, tilesY } = grid;
  const tables = Array.from({ length: tilesX * tilesY }, (_, n) =>
    tileTable(plane, grid, n % tilesX, Math.floor(n / tilesX)),
  );
  const result = createImage(shapeOf(plane));
  for (let y = 0; y < plane.height; y++) {
    const row = between(y, grid.tileHeight);
    const upper = Math.max(row.tile, 0) * tilesX;
    const lower = Math.min(row.tile + 1, tilesY - 1) * tilesX;
    const rest = fround(1 - row.weight);
    for (let x = 0; x < plane.width; x++) {
      const column = between(x, grid.tileWidth);
      const left = Math.max(column.tile, 0);
      const right = Math.min(column.tile + 1, tilesX - 1);
      const value = plane.data[y * plane.width + x];
      const mix = (base: number) =>
        fround(
          fround(tables[base + left][value] * fround(1 - column.weight)) +
            fround(tables[base + right][value] * column.weight),
        );
      const sum = fround(fround(mix(upper) * rest) + fround(mix(lower) * row.weight));
      result.data[y * plane.width + x] = roundHalfEven(sum);
    }
  }
  return result;
}
