// The one scan of a baseline JPEG: blocks to planes, planes to RGB.
import { blendRows, doubleRow, greyToRgb, rowToRgb, widenRow } from "./colour";
import { dcDifference, decodeBlock, markerHere, ranOut, skipMarker, startBits, tableAt } from "./huffman";
import { flatBlock, inverseTransform } from "./transform";

const END_OF_IMAGE: i32 = 0xd9;
const FIRST_RESTART: i32 = 0xd0;

/** Four quantisation tables of 64 16-bit values in zigzag order. */
const quantizations = memory.data(4 * 128, 16);
const block = memory.data(128, 16);

/** Takes a quantisation table of 64 bytes. */
export function setQuantization(id: i32, source: usize): void {
  for (let k = 0; k < 64; k++) store<u16>(quantizations + (id << 7) + (k << 1), load<u8>(source + k));
}

/** Of each of three components: the DC coefficient before (i32) and the plane's address (u32). */
const previous = memory.data(3 * 4, 4);
const planes = memory.data(3 * 4, 4);

/** Room for vectors that reach past an end. */
const SLACK: i32 = 64;

@inline
function blocksAcross(size: i32, sampling: i32): i32 {
  return (size + 8 * sampling - 1) / (8 * sampling);
}

/** Bytes of workspace that a picture needs: its planes and three rows. */
export function workspaceSize(width: i32, height: i32, components: i32, horizontal: i32, vertical: i32): i32 {
  const blocks = blocksAcross(width, horizontal) * blocksAcross(height, vertical);
  const luma = blocks * horizontal * vertical * 64;
  const row = blocksAcross(width, horizontal) * horizontal * 8 + SLACK;
  return luma + (components - 1) * blocks * 64 + 6 * row + 4 * SLACK;
}

/** Decodes one block into its plane; false for an impossible code. `tables`: quantisation, DC << 2, AC << 3. */
@inline
function readBlock(component: i32, tables: i32, target: usize, stride: usize): bool {
  const quantization = quantizations + <usize>((tables & 3) << 7);
  const last = decodeBlock(block, tableAt(0, (tables >> 2) & 1), tableAt(1, (tables >> 3) & 1), quantization);
  if (last < 0) return false;
  const dc = load<i32>(previous + component * 4) + dcDifference;
  store<i32>(previous + component * 4, dc);
  const value = <i16>(dc * <i32>load<u16>(quantization));
  if (last === 0) {
    flatBlock(<i32>value, target, stride);
  } else {
    store<i16>(block, value);
    inverseTransform(block, target, stride);
  }
  return true;
}

/** Begins a restart interval: the DC coefficients count from zero again. */
function restart(interval: i32): bool {
  if (markerHere() !== FIRST_RESTART + (interval & 7)) return false;
  skipMarker();
  memory.fill(previous, 0, 12);
  return true;
}

/** Decodes every block of the scan into the planes. */
function readPlanes(width: i32, height: i32, components: i32, horizontal: i32, vertical: i32, interval: i32, tables: i32): bool {
  const across = blocksAcross(width, horizontal);
  const down = blocksAcross(height, vertical);
  const lumaStride = across * horizontal * 8;
  const chromaStride = across * 8;
  memory.fill(previous, 0, 12);
  let unit = 0;
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++, unit++) {
      if (interval > 0 && unit > 0 && unit % interval === 0 && !restart(unit / interval - 1)) return false;
      const corner = <usize>load<u32>(planes) + <usize>(row * vertical * 8 * lumaStride + column * horizontal * 8);
      for (let v = 0; v < vertical; v++) {
        for (let h = 0; h < horizontal; h++) {
          if (!readBlock(0, tables, corner + <usize>(v * 8 * lumaStride + h * 8), <usize>lumaStride)) return false;
        }
      }
      for (let c = 1; c < components; c++) {
        const target = <usize>load<u32>(planes + c * 4) + <usize>(row * 8 * chromaStride + column * 8);
        if (!readBlock(c, tables >> (c << 3), target, <usize>chromaStride)) return false;
      }
      if (ranOut()) return false;
    }
  }
  return markerHere() === END_OF_IMAGE;
}

/** Writes row `y` of a chroma plane at full size to `target`, by way of `sums`. */
@inline
function chromaRow(plane: usize, y: i32, target: usize, sums: usize, width: i32, height: i32, stride: i32, vertical: i32): void {
  if (vertical === 1) {
    widenRow(plane + <usize>(y * stride), sums, width);
    doubleRow(sums, target, width, 1, 2, 2);
    return;
  }
  const near = y >> 1;
  const far = max(0, min(height - 1, near + ((y & 1) === 1 ? 1 : -1)));
  blendRows(plane + <usize>(near * stride), plane + <usize>(far * stride), sums, width);
  doubleRow(sums, target, width, 8, 7, 4);
}

function writeRgb(width: i32, height: i32, components: i32, horizontal: i32, vertical: i32, rows: usize, output: usize): void {
  const across = blocksAcross(width, horizontal);
  const lumaStride = across * horizontal * 8;
  const chromaStride = across * 8;
  const chromaWidth = (width + horizontal - 1) / horizontal;
  const chromaHeight = (height + vertical - 1) / vertical;
  const cbRow = rows;
  const crRow = rows + lumaStride + SLACK;
  const sums = crRow + lumaStride + 2 * SLACK;
  const cb = <usize>load<u32>(planes + 4);
  const cr = <usize>load<u32>(planes + 8);
  for (let y = 0; y < height; y++) {
    const luma = <usize>load<u32>(planes) + <usize>(y * lumaStride);
    const target = output + <usize>(y * width * 3);
    if (components === 1) {
      greyToRgb(luma, target, width);
    } else if (horizontal === 1) {
      const at = <usize>(y * chromaStride);
      rowToRgb(luma, cb + at, cr + at, target, width);
    } else {
      chromaRow(cb, y, cbRow, sums, chromaWidth, chromaHeight, chromaStride, vertical);
      chromaRow(cr, y, crRow, sums, chromaWidth, chromaHeight, chromaStride, vertical);
      rowToRgb(luma, cbRow, crRow, target, width);
    }
  }
}

/**
 * Decodes entropy-coded data that must end with the picture's last marker. One component, or three of which the
 * first is sampled `horizontal` x `vertical` times as finely (1x1, 2x1, 2x2). `tables` has a byte a component:
 * quantisation table, DC table << 2, AC table << 3. `output` needs 64 bytes more than the pixels. False for anything
 * that is not as it should be.
 */
export function decodeScan(
  from: usize,
  to: usize,
  width: i32,
  height: i32,
  components: i32,
  horizontal: i32,
  vertical: i32,
  interval: i32,
  tables: i32,
  workspace: usize,
  output: usize,
): bool {
  const blocks = blocksAcross(width, horizontal) * blocksAcross(height, vertical);
  let next = workspace;
  store<u32>(planes, <u32>next);
  next += <usize>(blocks * horizontal * vertical * 64);
  for (let c = 1; c < components; c++) {
    store<u32>(planes + c * 4, <u32>next);
    next += <usize>(blocks * 64);
  }
  startBits(from, to);
  if (!readPlanes(width, height, components, horizontal, vertical, interval, tables)) return false;
  writeRgb(width, height, components, horizontal, vertical, next + SLACK, output);
  return true;
}
