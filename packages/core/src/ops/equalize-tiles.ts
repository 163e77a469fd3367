import type { KernelCall } from "../backend/wasm/call.ts";
import { createImage, type Image, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { between, equalizePlane, type TileGrid, tileGrid } from "../pixels/clahe.ts";
import { throughBytes } from "../pixels/depth.ts";
import { labTables, labToRgb, rgbToLab } from "../pixels/lab.ts";

/** How much contrast one tile may gain, and the number of tiles across and down. */
export interface EqualizeTilesParams {
  readonly clipLimit: number;
  readonly tiles: readonly [number, number];
}

function reference(params: EqualizeTilesParams, image: Image): Image {
  if (image.channels === 1) return equalizePlane(image, params.tiles, params.clipLimit);
  const { width, height, data } = image;
  const pixels = width * height;
  const lab = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) rgbToLab(data[3 * i], data[3 * i + 1], data[3 * i + 2], lab, 3 * i);
  const lightness = { width, height, channels: 1, data: lab.filter((_, i) => i % 3 === 0) };
  const equalized = equalizePlane(lightness, params.tiles, params.clipLimit);
  const result = createImage(shapeOf(image));
  const rgb = new Uint8Array(result.data.buffer); // uint8 in, so a byte a value
  for (let i = 0; i < pixels; i++) labToRgb(equalized.data[i], lab[3 * i + 1], lab[3 * i + 2], rgb, 3 * i);
  return result;
}

/** Equalises the tiles of a plane from one address to another (which may be the same). */
function runOnPlane(call: KernelCall, grid: TileGrid, source: number, target: number): void {
  const { width, height } = call.input;
  const { tilesX, tilesY, tileWidth, tileHeight, limit } = grid;
  const padded = (width + 3) & ~3;
  const weights = new Float32Array(padded);
  const cells = new Uint32Array(padded);
  for (let x = 0; x < width; x++) {
    const { tile, weight } = between(x, tileWidth);
    weights[x] = weight;
    cells[x] = (tile + 1) * 1024;
  }
  const tables = call.scratch(256 * tilesX * tilesY);
  const counts = call.scratch(4096);
  const quads = call.scratch(1024 * (tilesX + 1));
  const weightsAt = call.write(weights);
  const cellsAt = call.write(cells);
  const { kernels } = call;
  kernels.claheTables(source, width, height, tilesX, tilesY, tileWidth, tileHeight, limit, counts, tables);
  kernels.claheInterpolate(
    source,
    target,
    width,
    height,
    tilesX,
    tilesY,
    tileHeight,
    tables,
    quads,
    weightsAt,
    cellsAt,
  );
}

/** Contrast limited adaptive histogram equalisation: of the grey level, or of L* for colour pictures. */
export const equalizeTiles: OpFactory<EqualizeTilesParams> = defineOp({
  name: "equalizeTiles",
  masks: false,
  reference: (params, image) => throughBytes(image, (bytes) => reference(params, bytes)),
  kernel: {
    inPlace: true,
    supports: (_params, shape) => shape.dtype === "uint8" && (shape.channels === 1 || shape.channels === 3),
    run(params, call) {
      const { input, output, kernels } = call;
      const grid = tileGrid(input.width, input.height, params.tiles, params.clipLimit);
      if (input.channels === 1) return runOnPlane(call, grid, input.pointer, output.pointer);
      const pixels = input.width * input.height;
      const [lightness, a, b] = [call.scratch(pixels), call.scratch(pixels), call.scratch(pixels)];
      if (!kernels.hasLabTables()) {
        const { contributions, roots, luminance, gamma } = labTables();
        const [shares, cubeRoots] = [call.write(contributions), call.write(roots)];
        kernels.setLabTables(shares, cubeRoots, call.write(luminance), call.write(gamma));
      }
      kernels.rgbToLab(input.pointer, lightness, a, b, pixels);
      runOnPlane(call, grid, lightness, lightness);
      kernels.labToRgb(lightness, a, b, output.pointer, pixels);
    },
  },
});
