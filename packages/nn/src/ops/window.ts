import { describe, type Shape, sameShape, shapeError, type Value } from "../ir/value.ts";

/** Two extents, height first. */
export type Pair = readonly [number, number];

/** Widths put around a picture: top, left, bottom, right (ONNX' order). */
export type Pads = readonly [number, number, number, number];

/** How a window slides over the two last axes of an NCHW tensor. */
export type Window = {
  readonly strides: Pair;
  readonly pads: Pads;
  readonly dilations: Pair;
};

/** Height and width of the result of sliding a kernel of the given extents. */
export function slidOver(op: string, x: Value, kernel: Pair, { strides, pads, dilations }: Window): Pair {
  const extent = (axis: 0 | 1): number => {
    const reach = dilations[axis] * (kernel[axis] - 1) + 1;
    const room = x.shape[axis + 2] + pads[axis] + pads[axis + 2];
    if (reach > room) {
      throw shapeError(
        op,
        `a picture of at least ${reach} along axis ${axis + 2}`,
        `${describe(x)}, padded ${room}`,
      );
    }
    return Math.floor((room - reach) / strides[axis]) + 1;
  };
  return [extent(0), extent(1)];
}

/** Pads that keep height and width at extent / stride rounded up, the odd one at the end, as TensorFlow's "same". */
export function samePads(shape: Shape, kernel: Pair, strides: Pair, dilations: Pair): Pads {
  const total = (axis: 0 | 1): number => {
    const extent = shape[axis + 2];
    const reach = dilations[axis] * (kernel[axis] - 1) + 1;
    return Math.max((Math.ceil(extent / strides[axis]) - 1) * strides[axis] + reach - extent, 0);
  };
  const [height, width] = [total(0), total(1)];
  return [height >> 1, width >> 1, height - (height >> 1), width - (width >> 1)];
}

/** Fills in what a caller left out: stride 1, no pads, no dilation. */
export function windowOf(options: Partial<Window>): Window {
  return { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], ...options };
}

/** For each place of a kernel, row by row: the strided region of the padded picture that it meets. */
export function windowPlaces(
  kernel: Pair,
  { strides, dilations }: Window,
  [height, width]: readonly number[],
): { starts: Pair; ends: Pair }[] {
  const places: { starts: Pair; ends: Pair }[] = [];
  for (let row = 0; row < kernel[0]; row++) {
    for (let column = 0; column < kernel[1]; column++) {
      const starts: Pair = [row * dilations[0], column * dilations[1]];
      const ends: Pair = [
        starts[0] + (height - 1) * strides[0] + 1,
        starts[1] + (width - 1) * strides[1] + 1,
      ];
      places.push({ starts, ends });
    }
  }
  return places;
}

/** Rows and columns at the end that a window's strides never reach: `output_padding` of the transposed form. */
export function leftOver(
  input: Shape,
  output: Shape,
  kernel: Pair,
  { strides, pads, dilations }: Window,
): Pair {
  const along = (axis: 0 | 1): number => {
    const reach = dilations[axis] * (kernel[axis] - 1) + 1;
    return input[axis + 2] + pads[axis] + pads[axis + 2] - (strides[axis] * (output[axis + 2] - 1) + reach);
  };
  return [along(0), along(1)];
}

/** True where a kernel is as large as the picture and meets it once: a convolution is then a product of matrices. */
export function meetsAll(input: Shape, output: Shape, weights: Shape, pads: Pads): boolean {
  return (
    output[2] === 1 &&
    output[3] === 1 &&
    weights[2] === input[2] &&
    weights[3] === input[3] &&
    pads.every((width) => width === 0)
  );
}

/** True where windows tile a picture: no overlap, no pads, nothing left over. */
export function tiles(shape: Shape, kernel: Pair, { strides, pads }: Window): boolean {
  return (
    sameShape(kernel, strides) &&
    pads.every((width) => width === 0) &&
    shape[2] % kernel[0] === 0 &&
    shape[3] % kernel[1] === 0
  );
}
