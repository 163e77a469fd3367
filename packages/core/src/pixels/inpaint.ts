import { type Image, roundHalfEven } from "../image.ts";
import { type Field, Front, INSIDE, inPicture, KNOWN, march } from "./marching.ts";

/** How far the surroundings of a pixel reach that it is painted from. */
const RADIUS = 3;
const UNREACHED = 1e6;
const { fround } = Math;

export type InpaintMethod = "inpaint_telea" | "inpaint_ns";

/** Pixels that touch a hole, row by row: where the front starts. */
function edgeOf(holes: Uint8Array, field: Field): number[] {
  const { stride } = field;
  const edge: number[] = [];
  for (let pixel = 0; pixel < holes.length; pixel++) {
    if (holes[pixel] || !inPicture(field, pixel)) continue;
    if (holes[pixel - stride] || holes[pixel + stride] || holes[pixel - 1] || holes[pixel + 1])
      edge.push(pixel);
  }
  return edge;
}

/** Distances around the holes, negative, as far as the radius: the level lines that Telea's weights follow. */
function marchOutwards(holes: Uint8Array, field: Field, edge: readonly number[]): void {
  const { stride, rows, distance } = field;
  const state = new Uint8Array(holes.length);
  for (let pixel = 0; pixel < holes.length; pixel++) {
    if (!holes[pixel]) continue;
    for (let dy = -RADIUS; dy <= RADIUS; dy++) {
      for (let dx = -RADIUS; dx <= RADIUS; dx++) {
        const x = (pixel % stride) + dx;
        const y = Math.floor(pixel / stride) + dy;
        if (x <= 0 || y <= 0 || x >= stride - 1 || y >= rows - 1) continue;
        if (!holes[y * stride + x]) state[y * stride + x] = INSIDE;
      }
    }
  }
  const front = new Front();
  for (const pixel of edge) {
    state[pixel] = KNOWN;
    front.push(pixel, 0);
  }
  const reached: number[] = [];
  march({ ...field, state }, front, (pixel) => reached.push(pixel));
  for (const pixel of reached) distance[pixel] = -distance[pixel];
}

/** What both methods share: the picture, and where in it a pixel of the framed field lies. */
interface Work extends Field {
  readonly image: Image;
}

/** Values of one channel along a line through a pixel: the one before it, its own, the one after it. */
type Line = readonly [before: number, here: number, after: number];

/**
 * The value of a pixel and the lines through it along x and y; beyond the picture its edge is repeated. As in OpenCV,
 * the lines of pixels in the first row or column are those of the second.
 */
function readLines(
  { image, stride }: Work,
  pixel: number,
  channel: number,
): { value: number; x: Line; y: Line } {
  const { width, height, channels, data } = image;
  const x = (pixel % stride) - 1;
  const y = Math.floor(pixel / stride) - 1;
  const at = (column: number, row: number) => {
    const u = Math.min(Math.max(column, 0), width - 1);
    const v = Math.min(Math.max(row, 0), height - 1);
    return data[(v * width + u) * channels + channel];
  };
  const row = Math.max(y, 1);
  const column = Math.max(x, 1);
  return {
    value: at(x, y),
    x: [at(x - 1, row), at(x, row), at(x + 1, row)],
    y: [at(column, y - 1), at(column, y), at(column, y + 1)],
  };
}

/** Calls `use` for every known pixel within the radius, with the vector from it to `centre` (x, y). */
function forNeighbours(
  work: Work,
  centre: number,
  use: (pixel: number, rx: number, ry: number) => void,
): void {
  const { stride, state } = work;
  for (let dy = -RADIUS; dy <= RADIUS; dy++) {
    for (let dx = -RADIUS; dx <= RADIUS; dx++) {
      if (dx * dx + dy * dy > RADIUS * RADIUS) continue;
      const pixel = centre + dy * stride + dx;
      const x = (centre % stride) + dx;
      if (x <= 0 || x >= stride - 1 || !inPicture(work, pixel) || state[pixel] === INSIDE) continue;
      use(pixel, -dx, -dy);
    }
  }
}

/** Difference quotient of the distance along one axis (`step` pixels apart), from what is known. */
function distanceSlope({ state, distance }: Field, pixel: number, step: number): number {
  const after = state[pixel + step] !== INSIDE;
  const before = state[pixel - step] !== INSIDE;
  if (after && before) return (distance[pixel + step] - distance[pixel - step]) / 2;
  if (after) return distance[pixel + step] - distance[pixel];
  return before ? distance[pixel] - distance[pixel - step] : 0;
}

/** Slope of the picture along one axis: OpenCV doubles the central difference. */
function valueSlope(after: boolean, before: boolean, [behind, here, ahead]: Line): number {
  if (after && before) return (ahead - behind) * 2;
  if (after) return ahead - here;
  return before ? here - behind : 0;
}

/** One value after Telea, "An image inpainting technique based on the fast marching method" (2004). */
function telea(work: Work, centre: number, channel: number): number {
  const { distance, state, stride } = work;
  const slopeX = distanceSlope(work, centre, 1);
  const slopeY = distanceSlope(work, centre, stride);
  let sum = 0;
  let weights = 1e-20;
  let jx = 0;
  let jy = 0;
  forNeighbours(work, centre, (pixel, rx, ry) => {
    const squared = rx * rx + ry * ry;
    const level = fround(1 / (1 + Math.abs(fround(distance[pixel] - distance[centre]))));
    let direction = fround(fround(rx * slopeX) + fround(ry * slopeY));
    if (Math.abs(direction) <= 0.01) direction = fround(1e-6);
    const near = fround(1 / (squared * Math.sqrt(squared)));
    const weight = Math.abs(fround(fround(near * level) * direction));
    const lines = readLines(work, pixel, channel);
    const known = (step: number) => state[pixel + step] !== INSIDE;
    const slope = [
      valueSlope(known(1), known(-1), lines.x) * rx,
      valueSlope(known(stride), known(-stride), lines.y) * ry,
    ];
    sum = fround(sum + fround(weight * lines.value));
    jx = fround(jx - fround(weight * slope[0]));
    jy = fround(jy - fround(weight * slope[1]));
    weights = fround(weights + weight);
  });
  const length = fround(Math.sqrt(fround(fround(jx * jx) + fround(jy * jy))));
  return fround(fround(fround(sum / weights) + fround(fround(jx + jy) / fround(length + 1e-20))) + 0.5);
}

/** Sum of the absolute differences to both neighbours along one axis; one that is unknown is taken as the other. */
function variation(after: boolean, before: boolean, [behind, here, ahead]: Line): number {
  const forwards = after ? Math.abs(ahead - here) : 0;
  const backwards = before ? Math.abs(here - behind) : 0;
  return after && before ? forwards + backwards : 2 * (forwards + backwards);
}

/**
 * One value after Bertalmio, Bertozzi and Sapiro, "Navier-Stokes, fluid dynamics, and image and video inpainting"
 * (2001), in OpenCV's form: weights follow the lines of equal brightness.
 */
function navierStokes(work: Work, centre: number, channel: number): number {
  const { state, stride } = work;
  let sum = 0;
  let weights = 1e-20;
  forNeighbours(work, centre, (pixel, rx, ry) => {
    const squared = rx * rx + ry * ry;
    const lines = readLines(work, pixel, channel);
    const known = (step: number) => state[pixel + step] !== INSIDE;
    const isLastRow = Math.floor(pixel / stride) === work.rows - 2;
    // There OpenCV looks from the row before.
    const y: Line = isLastRow ? [lines.y[0], lines.y[0], lines.y[1]] : lines.y;
    const along = -variation(known(stride), known(-stride), y);
    const across = variation(known(1), known(-1), lines.x);
    let direction = rx * along + ry * across;
    if (Math.abs(direction) <= 0.01) direction = 1e-6;
    else direction = Math.abs(direction / Math.sqrt(squared * (along * along + across * across)));
    const weight = fround(fround(1 / (squared * squared + 1)) * fround(direction));
    sum = fround(sum + fround(weight * lines.value));
    weights = fround(weights + weight);
  });
  return sum / weights;
}

/**
 * Paints over the holes of a uint8 picture from their surroundings, pixel by pixel from the edge inwards, in place.
 * `inHole` is asked for every pixel once.
 */
export function inpaint(
  image: Image,
  inHole: (x: number, y: number) => boolean,
  method: InpaintMethod,
): void {
  const stride = image.width + 2;
  const rows = image.height + 2;
  const holes = new Uint8Array(stride * rows);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) holes[(y + 1) * stride + x + 1] = inHole(x, y) ? INSIDE : KNOWN;
  }
  const work: Work = {
    image,
    stride,
    rows,
    state: holes.slice(),
    distance: new Float32Array(holes.length).fill(UNREACHED),
  };
  const edge = edgeOf(holes, work);
  const front = new Front();
  for (const pixel of edge) {
    work.distance[pixel] = 0;
    front.push(pixel, 0);
  }
  if (method === "inpaint_telea") marchOutwards(holes, work, edge);
  march(work, front, (pixel) => {
    const x = (pixel % stride) - 1;
    const y = Math.floor(pixel / stride) - 1;
    for (let c = 0; c < image.channels; c++) {
      const value = method === "inpaint_telea" ? telea(work, pixel, c) : navierStokes(work, pixel, c);
      image.data[(y * image.width + x) * image.channels + c] = Math.min(
        Math.max(roundHalfEven(value), 0),
        255,
      );
    }
  });
}
