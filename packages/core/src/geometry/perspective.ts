import { roundHalfEven, type Size } from "../image.ts";
import { cornersOf, homographyOf, type Matrix, transformPoint } from "./matrix.ts";

/** A homography and the size of the picture that it fills. */
export interface Projection extends Size {
  readonly matrix: Matrix;
}

type Point = [number, number];

/** The four in the order upper left, upper right, lower right, lower left. */
function inOrder(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  const [upperLeft, lowerLeft] = sorted[0][1] < sorted[1][1] ? [0, 1] : [1, 0];
  const [upperRight, lowerRight] = sorted[2][1] < sorted[3][1] ? [2, 3] : [3, 2];
  return [upperLeft, upperRight, lowerRight, lowerLeft].map((index) => [
    Math.fround(sorted[index][0]),
    Math.fround(sorted[index][1]),
  ]);
}

/** The distance of two points; below 2 pixels they are moved apart first, as Albumentations does. */
function distanceApart(a: Point, b: Point): number {
  const distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
  if (distance >= 2) return distance;
  const step = (2 - distance) / 2;
  for (const axis of [0, 1]) {
    if (a[axis] > b[axis]) a[axis] += step;
    if (a[axis] > b[axis]) b[axis] -= step;
    if (a[axis] <= b[axis]) a[axis] -= step;
    if (a[axis] <= b[axis]) b[axis] += step;
  }
  return 2;
}

/**
 * The projection that pulls four points of the picture into its corners. The size is that of the longer sides of the
 * points' outline.
 */
export function projectionOf(points: readonly Point[], size: Size): Projection {
  const ordered = inOrder(points);
  const [upperLeft, upperRight, lowerRight, lowerLeft] = ordered;
  const width = Math.max(distanceApart(upperRight, upperLeft), distanceApart(lowerRight, lowerLeft));
  const height = Math.max(distanceApart(lowerRight, upperRight), distanceApart(lowerLeft, upperLeft));
  return {
    matrix: homographyOf(ordered, cornersOf(size)),
    width: Math.trunc(width),
    height: Math.trunc(height),
  };
}

/** The same projection, moved so that all of the picture is seen, with its corners on whole pixels. */
export function fitProjection(matrix: Matrix, size: Size): Projection {
  const corners = cornersOf(size);
  const moved = corners.map(([x, y]) => transformPoint(matrix, x, y));
  const left = Math.min(...moved.map(([x]) => x));
  const top = Math.min(...moved.map(([, y]) => y));
  const fitted = moved.map(([x, y]) => [roundHalfEven(x - left), roundHalfEven(y - top)]);
  return {
    matrix: homographyOf(corners, fitted),
    width: Math.max(1, ...fitted.map(([x]) => x)),
    height: Math.max(1, ...fitted.map(([, y]) => y)),
  };
}
