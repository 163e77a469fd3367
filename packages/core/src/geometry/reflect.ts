import type { Box, Keypoint } from "../annotations/types.ts";
import type { Size } from "../image.ts";

/** Pixels added on each side. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Copies of the picture that a reflecting border shows: columns and rows relative to the picture itself. */
function cells(padding: Padding, size: Size): { column: number; row: number }[] {
  const { width, height } = size;
  const result: { column: number; row: number }[] = [];
  for (let row = -Math.ceil(padding.top / height); row <= Math.ceil(padding.bottom / height); row++) {
    for (
      let column = -Math.ceil(padding.left / width);
      column <= Math.ceil(padding.right / width);
      column++
    ) {
      result.push({ column, row });
    }
  }
  return result;
}

/** Boxes with their mirror images in the border, in the picture's coordinates, as Albumentations adds them. */
export function reflectBoxes(boxes: readonly Box[], padding: Padding, size: Size): Box[] {
  return cells(padding, size).flatMap(({ column, row }) =>
    boxes.map((box) => {
      let { xMin, yMin, xMax, yMax } = box;
      if (column % 2 !== 0) [xMin, xMax] = [size.width - xMax, size.width - xMin];
      if (row % 2 !== 0) [yMin, yMax] = [size.height - yMax, size.height - yMin];
      const shiftX = column * size.width;
      const shiftY = row * size.height;
      return {
        xMin: xMin + shiftX,
        yMin: yMin + shiftY,
        xMax: xMax + shiftX,
        yMax: yMax + shiftY,
        row: box.row,
      };
    }),
  );
}

/** Keypoints with their mirror images in the border, in the picture's coordinates, as Albumentations adds them. */
export function reflectKeypoints(points: readonly Keypoint[], padding: Padding, size: Size): Keypoint[] {
  return cells(padding, size).flatMap(({ column, row }) =>
    points.map((point) => {
      const mirrorX = column % 2 !== 0;
      const mirrorY = row % 2 !== 0;
      return {
        ...point,
        x: (mirrorX ? size.width - point.x : point.x) + column * size.width,
        y: (mirrorY ? size.height - point.y : point.y) + row * size.height,
        angle: mirrorX !== mirrorY ? -point.angle : point.angle,
      };
    }),
  );
}

/** Boxes of which some part is inside. */
export function touching(boxes: readonly Box[], size: Size): Box[] {
  return boxes.filter(
    (box) => box.xMax > 0 && box.yMax > 0 && box.xMin < size.width && box.yMin < size.height,
  );
}
