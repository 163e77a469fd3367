import type { Box, Keypoint } from "../annotations/types.ts";
import {
  cornersOf,
  invertTransform,
  isAffine,
  type Matrix,
  multiply,
  transformPoint,
} from "../geometry/matrix.ts";
import { type Padding, reflectBoxes, reflectKeypoints, touching } from "../geometry/reflect.ts";
import { tapTable } from "../geometry/tap-table.ts";
import { isWithinReach } from "../geometry/warp-positions.ts";
import { type WarpTask, warpReference } from "../geometry/warp-reference.ts";
import type { Role, Size } from "../image.ts";
import { defineOp, type Geometry, type OpFactory, type Rule } from "../op.ts";
import { borderModeCodes, fillValue, interpolationCodes, type Sampling } from "../params/sampling.ts";

/** A homography, affine ones included, with what it means for boxes and keypoints. */
export interface WarpParams extends Size, Sampling {
  /** Pixel centres of the input to pixel centres of the output. */
  readonly matrix: Matrix;
  /** Corners of the input (the first pixel's upper left is 0, 0) to corners of the output. */
  readonly boxMatrix: Matrix;
  /** Keypoints of the input to keypoints of the output. */
  readonly keypointMatrix: Matrix;
  /** Radians added to the angles of keypoints. */
  readonly angle: number;
  /** Factor of the scales of keypoints. */
  readonly scale: number;
  /** Box around the corners, or around the ellipse in the box (tighter for round things). */
  readonly rotateMethod: "largest_box" | "ellipse";
  /** Whether a reflecting border adds mirror images of boxes and keypoints. */
  readonly mirrors: boolean;
}

function taskFor(params: WarpParams, role: Role): WarpTask {
  const isMask = role === "mask";
  return {
    inverse: invertTransform(params.matrix),
    width: params.width,
    height: params.height,
    interpolation: isMask ? params.maskInterpolation : params.interpolation,
    borderMode: params.borderMode,
    fill: isMask ? params.fillMask : params.fill,
  };
}

function isReflecting(params: WarpParams): boolean {
  return params.mirrors && (params.borderMode === "reflect" || params.borderMode === "reflect_101");
}

/** How far beyond the input the output looks, from the corners there and back. */
function paddingSeen(matrix: Matrix, size: Size): Padding {
  const corners = cornersOf(size);
  const all = [...corners, ...corners.map(([x, y]) => transformPoint(matrix, x, y))];
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const inverse = invertTransform(matrix);
  const back = [
    transformPoint(inverse, left, top),
    transformPoint(inverse, right, top),
    transformPoint(inverse, right, bottom),
    transformPoint(inverse, left, bottom),
  ];
  const [backX, backY] = [back.map(([x]) => x), back.map(([, y]) => y)];
  return {
    left: Math.max(0, Math.ceil(-Math.min(...backX))),
    right: Math.max(0, Math.ceil(Math.max(...backX) - size.width)),
    top: Math.max(0, Math.ceil(-Math.min(...backY))),
    bottom: Math.max(0, Math.ceil(Math.max(...backY) - size.height)),
  };
}

/** Points of a box that decide where its image reaches: its corners, or 360 points of the ellipse in it. */
function outlineOf(box: Box, method: WarpParams["rotateMethod"]): [number, number][] {
  const { xMin, yMin, xMax, yMax } = box;
  if (method === "largest_box") {
    return [
      [xMin, yMin],
      [xMax, yMin],
      [xMax, yMax],
      [xMin, yMax],
    ];
  }
  const [halfWidth, halfHeight] = [(xMax - xMin) / 2, (yMax - yMin) / 2];
  return Array.from({ length: 360 }, (_, degrees) => {
    const angle = (degrees * Math.PI) / 180;
    return [xMin + halfWidth + halfWidth * Math.sin(angle), yMin + halfHeight + halfHeight * Math.cos(angle)];
  });
}

function warpBoxes(params: WarpParams, boxes: readonly Box[], size: Size): Box[] {
  const all = isReflecting(params) ? reflectBoxes(boxes, paddingSeen(params.boxMatrix, size), size) : boxes;
  const moved = all.map((box) => {
    const points = outlineOf(box, params.rotateMethod).map(([x, y]) =>
      transformPoint(params.boxMatrix, x, y),
    );
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    return {
      xMin: Math.min(...xs),
      yMin: Math.min(...ys),
      xMax: Math.max(...xs),
      yMax: Math.max(...ys),
      row: box.row,
    };
  });
  return touching(moved, params);
}

function warpKeypoints(params: WarpParams, points: readonly Keypoint[], size: Size): Keypoint[] {
  const matrix = params.keypointMatrix;
  const all = isReflecting(params) ? reflectKeypoints(points, paddingSeen(matrix, size), size) : points;
  return all.map((point) => {
    const [x, y] = transformPoint(matrix, point.x, point.y);
    return { ...point, x, y, angle: point.angle + params.angle, scale: point.scale * params.scale };
  });
}

/** Whether two steps look values up in the same way; a resize has no border and so agrees with any. */
function agree(first: Geometry, second: Geometry): boolean {
  const free = first.borderMode === undefined || second.borderMode === undefined;
  const sameBorder =
    first.borderMode === second.borderMode && JSON.stringify(first.fill) === JSON.stringify(second.fill);
  return first.interpolation === second.interpolation && (free || sameBorder);
}

/**
 * "fast": two neighbouring geometric ops of which one resamples become one warp, so that pixels are interpolated once
 * and only where the last of them looks. Where both resample they must agree on how. An op that cuts the picture
 * (crop) is not merged into what follows it: the border's fill begins where it cut.
 */
export const mergeIntoWarp: Rule = {
  level: "fast",
  rewrite(first, second, shape, role) {
    const before = first.definition.geometry?.(first.params, shape, role);
    if (!before || before.cuts) return undefined;
    const after = second.definition.geometry?.(second.params, before, role);
    if (!after || !(before.resamples || after.resamples)) return undefined;
    if (before.resamples && after.resamples && !agree(before, after)) return undefined;
    const { interpolation = "linear" } = before.resamples ? before : after;
    const bordered = before.borderMode === undefined ? after : before;
    const { borderMode = "replicate", fill = 0 } = bordered;
    const matrix = multiply(after.matrix, before.matrix);
    const { width, height } = after;
    const sampling = { interpolation, maskInterpolation: interpolation, borderMode, fill, fillMask: fill };
    // Only pixels go through a fused op: boxes and keypoints take the ops that were drawn.
    const annotations = { boxMatrix: matrix, keypointMatrix: matrix, angle: 0, scale: 1 };
    return [
      warp({
        matrix,
        width,
        height,
        ...sampling,
        ...annotations,
        rotateMethod: "largest_box",
        mirrors: false,
      }),
    ];
  },
};

/** Every output pixel is looked up in the input where the inverse matrix says. */
export const warp: OpFactory<WarpParams> = defineOp({
  name: "warp",
  masks: true,
  outputShape: (params, shape) => ({ ...shape, width: params.width, height: params.height }),
  bboxes: warpBoxes,
  keypoints: warpKeypoints,
  reference: (params, image, role) => warpReference(taskFor(params, role), image),
  kernel: {
    supports: (params, shape) =>
      shape.dtype === "uint8" && shape.channels <= 4 && isWithinReach(invertTransform(params.matrix), params),
    run(params, call) {
      const { input, output, kernels } = call;
      const task = taskFor(params, call.role);
      const fill = Float64Array.from({ length: input.channels }, (_, channel) =>
        fillValue(task.fill, channel),
      );
      const { interpolation } = task;
      const table =
        interpolation === "cubic" || interpolation === "lanczos4" ? tapTable(interpolation) : undefined;
      kernels.warp(
        input.pointer,
        output.pointer,
        input.width,
        input.height,
        input.channels,
        output.width,
        output.height,
        call.write(Float64Array.from(task.inverse)),
        Number(isAffine(task.inverse)),
        interpolationCodes[task.interpolation],
        borderModeCodes[task.borderMode],
        call.write(fill),
        call.scratch(1024 + 8 * output.width),
        table ? call.write(table.weights) : 0,
        table ? table.bits : 0,
      );
    },
  },
  rules: [mergeIntoWarp],
  geometry(params, _size, role) {
    const { matrix, width, height, borderMode } = params;
    const { interpolation, fill } = taskFor(params, role);
    return { matrix, width, height, resamples: true, interpolation, borderMode, fill };
  },
});
