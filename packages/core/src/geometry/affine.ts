import type { Size } from "../image.ts";
import { cornersOf, type Matrix, multiplyAll, scaling, transformPoint, translation } from "./matrix.ts";

/** A number for each axis. */
export interface Axes {
  readonly x: number;
  readonly y: number;
}

/** What an affine transform does about a centre, from the last to the first. */
export interface AffineSteps {
  /** Pixels. */
  readonly translate: Axes;
  /** Degrees. */
  readonly shear: Axes;
  /** Degrees, counter-clockwise as the picture is seen. */
  readonly rotate: number;
  readonly scale: Axes;
}

const radians = (degrees: number) => degrees * (Math.PI / 180);

/** The centre in pixel centres: the middle of 0..width-1. */
export function pixelCentre(size: Size): Axes {
  return { x: size.width / 2 - 0.5, y: size.height / 2 - 0.5 };
}

/** The centre in corners of pixels: the middle of 0..width. */
export function cornerCentre(size: Size): Axes {
  return { x: size.width / 2, y: size.height / 2 };
}

/** The matrix of scaling, then rotation, then shearing about the centre, and then translation. */
export function affineMatrix(steps: AffineSteps, centre: Axes): Matrix {
  const rest = steps.rotate % 360;
  const angle = radians(rest < 0 ? rest + 360 : rest);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const matrix = multiplyAll(
    translation(centre.x, centre.y),
    translation(steps.translate.x, steps.translate.y),
    [1, Math.tan(radians(steps.shear.x)), 0, Math.tan(radians(steps.shear.y)), 1, 0, 0, 0, 1],
    [cosine, sine, 0, -sine, cosine, 0, 0, 0, 1],
    scaling(steps.scale.x, steps.scale.y),
    translation(-centre.x, -centre.y),
  );
  return [...matrix.slice(0, 6), 0, 0, 1];
}

/**
 * Moves the picture so that all of it is seen, and the size that takes: one more than the distance between the
 * outermost corners' pixels, as Albumentations has it.
 */
export function fitMatrix(matrix: Matrix, size: Size): Size & { readonly matrix: Matrix } {
  const corners = cornersOf(size).map(([x, y]) => transformPoint(matrix, x, y));
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [left, top] = [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys))];
  return {
    width: Math.ceil(Math.max(...xs)) - left + 1,
    height: Math.ceil(Math.max(...ys)) - top + 1,
    matrix: multiplyAll(translation(-left, -top), matrix),
  };
}

/**
 * The largest upright rectangle inside a picture that was rotated about its centre, cut to whole pixels (never less
 * than one). Geometry: where two of its corners touch the longer sides it is bound by the shorter side alone;
 * otherwise all four touch, and its sides solve two linear equations.
 */
export function rectangleInside(size: Size, degrees: number): Size & Axes {
  const { width, height } = size;
  const sine = Math.abs(Math.sin(radians(degrees)));
  const cosine = Math.abs(Math.cos(radians(degrees)));
  const [long, short] = width >= height ? [width, height] : [height, width];
  let inner: readonly [number, number];
  if (short <= 2 * sine * cosine * long || Math.abs(sine - cosine) < 1e-10) {
    const sides = [short / 2 / sine, short / 2 / cosine] as const;
    inner = width >= height ? sides : [sides[1], sides[0]];
  } else {
    const divisor = cosine * cosine - sine * sine;
    inner = [(width * cosine - height * sine) / divisor, (height * cosine - width * sine) / divisor];
  }
  const cut = (length: number, part: number) => {
    const from = Math.max(0, Math.trunc(length / 2 - part / 2));
    const to = Math.min(length, Math.trunc(length / 2 + part / 2));
    return { from, length: Math.max(1, to - from) };
  };
  const [x, y] = [cut(width, inner[0]), cut(height, inner[1])];
  return { x: x.from, y: y.from, width: x.length, height: y.length };
}
