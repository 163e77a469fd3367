import type { Box, Keypoint } from "../annotations/types.ts";
import { bytesPerValue, createImage, type Image, type Shape, type Size, shapeOf } from "../image.ts";
import { defineOp, isOp, type Op, type OpFactory } from "../op.ts";

/**
 * The eight ways to lay a picture down: first transposed (rows become columns) if `transpose`, then mirrored left to
 * right if `flipX`, and top to bottom if `flipY`.
 */
export interface OrientParams {
  readonly transpose: boolean;
  readonly flipX: boolean;
  readonly flipY: boolean;
}

function sizeAfter(params: OrientParams, size: Size): Size {
  return params.transpose ? { width: size.height, height: size.width } : size;
}

/** The one orientation that equals `first` and then `second`. */
function merge(first: OrientParams, second: OrientParams): OrientParams {
  // A transposition swaps the axes that the first one's flips refer to.
  const flipX = second.transpose ? first.flipY : first.flipX;
  const flipY = second.transpose ? first.flipX : first.flipY;
  return {
    transpose: first.transpose !== second.transpose,
    flipX: flipX !== second.flipX,
    flipY: flipY !== second.flipY,
  };
}

/** Moves a box: transposition and reflections about the picture's edges. */
function orientBox(params: OrientParams, box: Box, after: Size): Box {
  let { xMin, yMin, xMax, yMax } = box;
  if (params.transpose) [xMin, yMin, xMax, yMax] = [yMin, xMin, yMax, xMax];
  if (params.flipX) [xMin, xMax] = [after.width - xMax, after.width - xMin];
  if (params.flipY) [yMin, yMax] = [after.height - yMax, after.height - yMin];
  return { xMin, yMin, xMax, yMax, row: box.row };
}

/** Moves a keypoint by pixel centres; its angle as Albumentations' flips, transposition and quarter turns do. */
function orientKeypoint(params: OrientParams, point: Keypoint, after: Size): Keypoint {
  let { x, y, angle } = point;
  if (params.transpose) {
    [x, y] = [y, x];
    angle = angle <= Math.PI ? Math.PI / 2 - angle : (3 * Math.PI) / 2 - angle;
  }
  if (params.flipX) {
    x = after.width - 1 - x;
    angle = Math.PI - angle;
  }
  if (params.flipY) {
    y = after.height - 1 - y;
    angle = -angle;
  }
  return { ...point, x, y, angle };
}

function reference(params: OrientParams, image: Image): Image {
  const before = shapeOf(image);
  const result = createImage({ ...before, ...sizeAfter(params, before) });
  const { width, height, channels } = result;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = params.flipX ? width - 1 - x : x;
      const fromY = params.flipY ? height - 1 - y : y;
      const source = params.transpose ? fromX * image.width + fromY : fromY * image.width + fromX;
      for (let c = 0; c < channels; c++) {
        result.data[(y * width + x) * channels + c] = image.data[source * channels + c];
      }
    }
  }
  return result;
}

/** Flips, transposition and quarter turns: every pixel is moved, none is computed. */
export const orient: OpFactory<OrientParams> = defineOp({
  name: "orient",
  masks: true,
  outputShape: (params, shape): Shape => ({ ...shape, ...sizeAfter(params, shape) }),
  identity: (params) => !params.transpose && !params.flipX && !params.flipY,
  bboxes: (params, boxes, size) => boxes.map((box) => orientBox(params, box, sizeAfter(params, size))),
  keypoints: (params, points, size) =>
    points.map((point) => orientKeypoint(params, point, sizeAfter(params, size))),
  reference,
  kernel: {
    supports: (_params, shape) =>
      [1, 2, 3, 4, 6, 8, 12, 16].includes(shape.channels * bytesPerValue(shape.dtype)),
    run(params, call) {
      const { input, output, kernels } = call;
      const { transpose, flipX, flipY } = params;
      kernels.orient(
        input.pointer,
        output.pointer,
        input.width,
        input.height,
        input.channels * bytesPerValue(input.dtype),
        Number(transpose),
        Number(flipX),
        Number(flipY),
      );
    },
    /** A flip top to bottom is done by copying the rows in from the last to the first. */
    copyIn(params, image, target) {
      if (params.transpose || params.flipX || !params.flipY) return false;
      const stride = target.length / image.height;
      const bytes = new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength);
      for (let y = 0; y < image.height; y++) {
        target.set(bytes.subarray(y * stride, (y + 1) * stride), (image.height - 1 - y) * stride);
      }
      return true;
    },
  },
  rules: [
    {
      level: "exact",
      rewrite(first: Op, second: Op) {
        if (!isOp(first, orient.definition) || !isOp(second, orient.definition)) return undefined;
        return [orient(merge(first.params, second.params))];
      },
    },
  ],
  geometry(params, size) {
    const { width, height } = sizeAfter(params, size);
    const row = (axis: "x" | "y", flip: boolean, extent: number) => {
      const sign = flip ? -1 : 1;
      return [axis === "x" ? sign : 0, axis === "y" ? sign : 0, flip ? extent - 1 : 0];
    };
    const matrix = [
      ...row(params.transpose ? "y" : "x", params.flipX, width),
      ...row(params.transpose ? "x" : "y", params.flipY, height),
      0,
      0,
      1,
    ];
    return { width, height, matrix, resamples: false };
  },
});
