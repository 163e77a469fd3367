import type { Box, Keypoint } from "../annotations/types.ts";
import { AumentoError } from "../errors.ts";
import {
  type DType,
  dtypeOf,
  type Image,
  maxValue,
  type PixelData,
  type Role,
  type Shape,
  type Size,
} from "../image.ts";
import { type BoxLimits, defineOp, type KeypointLimits, type OpFactory } from "../op.ts";
import type { DropFill } from "../params/drop-fill.ts";
import { throughBytes } from "../pixels/depth.ts";
import { type InpaintMethod, inpaint } from "../pixels/inpaint.ts";
import { randomWords } from "../pixels/normal.ts";
import type { NoiseKey } from "../random.ts";

/** [left, top, right, bottom] in pixels, right and bottom excluded. */
export type Hole = readonly [number, number, number, number];

export interface FillHolesParams {
  readonly holes: readonly Hole[];
  readonly fill: DropFill;
  /** For masks; null leaves them alone. */
  readonly fillMask: number | readonly number[] | null;
  readonly key: NoiseKey;
}

/** One number a channel, in the picture's type. */
function colour(fill: number | readonly number[], channels: number, dtype: DType): number[] {
  const values = typeof fill === "number" ? new Array<number>(channels).fill(fill) : fill;
  if (values.length !== channels) {
    throw new AumentoError(
      "invalid-parameter",
      `fill: expected ${channels} numbers, one a channel, got ${values.length}`,
    );
  }
  if (dtype === "float32") return [...values];
  const whole = values.map(Math.trunc);
  if (whole.some((value) => value < 0 || value > maxValue(dtype))) {
    throw new AumentoError(
      "invalid-parameter",
      `fill: expected numbers from 0 to ${maxValue(dtype)} for a picture of ${dtype}, got ${values.join(", ")}`,
    );
  }
  return whole;
}

/** Calls `put` with the index of the first channel of every pixel in a hole. */
function forPixels(hole: Hole, shape: Size & { channels: number }, put: (index: number) => void): void {
  const [left, top, right, bottom] = hole;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) put((y * shape.width + x) * shape.channels);
  }
}

/** Uniform numbers of the picture's type: a byte of the stream each for uint8, else a 32-bit word. */
function uniformValues(key: NoiseKey, count: number, dtype: DType): (n: number) => number {
  if (dtype === "uint8") {
    const bytes = new Uint8Array(randomWords(key, (count + 3) >> 2).buffer);
    return (n) => bytes[n];
  }
  const words = randomWords(key, count);
  const top = dtype === "float32" ? 1 : 65536;
  return (n) => (dtype === "float32" ? words[n] / 2 ** 32 : Math.floor((words[n] / 2 ** 32) * top));
}

/** Random values, one for every value or (`whole`) one colour for a whole hole. */
function fillRandomly(data: PixelData, shape: Shape, params: FillHolesParams, whole: boolean): void {
  const { channels } = shape;
  const area = ([left, top, right, bottom]: Hole) => Math.max(right - left, 0) * Math.max(bottom - top, 0);
  const counts = params.holes.map((hole) => (whole ? 1 : area(hole)) * channels);
  const value = uniformValues(
    params.key,
    counts.reduce((sum, count) => sum + count, 0),
    shape.dtype,
  );
  let used = 0;
  for (const [index, hole] of params.holes.entries()) {
    const start = used;
    forPixels(hole, shape, (at) => {
      if (whole) used = start;
      for (let c = 0; c < channels; c++) data[at + c] = value(used++);
    });
    used = start + counts[index];
  }
}

/** One colour, a row at a time. */
function fillPlainly(data: PixelData, { width }: Size, hole: Hole, values: readonly number[]): void {
  const [left, top, right, bottom] = hole;
  const channels = values.length;
  const row = data.slice(0, Math.max(right - left, 0) * channels).map((_, i) => values[i % channels]);
  for (let y = top; y < bottom; y++) data.set(row, (y * width + left) * channels);
}

/** Fills the holes in place. */
function fillAll(data: PixelData, shape: Shape, params: FillHolesParams, fill: DropFill): void {
  if (fill === "random" || fill === "random_uniform") {
    fillRandomly(data, shape, params, fill === "random_uniform");
  } else if (fill === "inpaint_telea" || fill === "inpaint_ns") {
    inpaintHoles(data, shape, params.holes, fill);
  } else {
    const values = colour(fill, shape.channels, shape.dtype);
    for (const hole of params.holes) fillPlainly(data, shape, hole, values);
  }
}

function inpaintHoles(data: PixelData, shape: Shape, holes: readonly Hole[], method: InpaintMethod): void {
  const inHole = new Uint8Array(shape.width * shape.height);
  for (const hole of holes) {
    forPixels(hole, { ...shape, channels: 1 }, (at) => {
      inHole[at] = 1;
    });
  }
  const painted = throughBytes({ ...shape, data }, (bytes) => {
    const copy = { ...bytes, data: bytes.data.slice() };
    inpaint(copy, (x, y) => inHole[y * shape.width + x] === 1, method);
    return copy;
  });
  data.set(painted.data);
}

/** The fill for a role; null: nothing is done. */
function fillFor(params: FillHolesParams, role: Role): DropFill | null {
  return role === "image" ? params.fill : params.fillMask;
}

/** The part of a box that holes leave visible, tightened to whole pixels; undefined where too little is left. */
function visiblePart(box: Box, holes: readonly Hole[], limits: BoxLimits): Box | undefined {
  // The small term forgives what a box's way through other units may have lost.
  const [left, top, right, bottom] = [box.xMin, box.yMin, box.xMax, box.yMax].map((v) =>
    Math.trunc(v + 1e-6),
  );
  let remaining = 0;
  let [xMin, yMin, xMax, yMax] = [right, bottom, left, top];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      if (holes.some((hole) => x >= hole[0] && x < hole[2] && y >= hole[1] && y < hole[3])) continue;
      remaining++;
      xMin = Math.min(xMin, x);
      yMin = Math.min(yMin, y);
      xMax = Math.max(xMax, x + 1);
      yMax = Math.max(yMax, y + 1);
    }
  }
  const visible = remaining / ((right - left) * (bottom - top));
  if (remaining === 0 || remaining < limits.minArea || visible < limits.minVisibility) return undefined;
  return { xMin, yMin, xMax, yMax, row: box.row };
}

/** Fills rectangles; boxes shrink to what is still visible, hidden keypoints go where invisible ones are removed. */
export const fillHoles: OpFactory<FillHolesParams> = defineOp({
  name: "fillHoles",
  masks: true,
  identity: (params, _shape, role) => params.holes.length === 0 || fillFor(params, role) === null,
  bboxes(params, boxes, _size, limits) {
    if (params.holes.length === 0) return [...boxes];
    return boxes.flatMap((box) => visiblePart(box, params.holes, limits) ?? []);
  },
  keypoints(params, points, _size, limits: KeypointLimits): Keypoint[] {
    if (!limits.removeInvisible) return [...points];
    return points.filter(
      ({ x, y }) => !params.holes.some((hole) => x >= hole[0] && x < hole[2] && y >= hole[1] && y < hole[3]),
    );
  },
  reference(params, image, role): Image {
    const fill = fillFor(params, role);
    if (fill === null) return image;
    const result = { ...image, data: image.data.slice() };
    fillAll(result.data, { ...image, dtype: dtypeOf(image.data) }, params, fill);
    return result;
  },
  kernel: {
    inPlace: true,
    // Few pixels are touched: this is TypeScript on the backend's memory, the reference's own code.
    supports: (_params, shape) => shape.dtype === "uint8",
    run(params, call) {
      const fill = fillFor(params, call.role);
      if (fill === null) return;
      const { pointer, width, height, channels } = call.output;
      fillAll(call.read(pointer, width * height * channels), call.output, params, fill);
    },
  },
});
