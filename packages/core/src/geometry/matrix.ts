import type { Size } from "../image.ts";

/** A 3 x 3 matrix, row-major: a homography of points (x, y, 1). */
export type Matrix = readonly number[];

export const identityMatrix: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** a times b: b is applied first. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const product: number[] = [];
  for (let row = 0; row < 9; row += 3) {
    for (let column = 0; column < 3; column++) {
      product.push(a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6]);
    }
  }
  return product;
}

/** Product of all, the last applied first. */
export function multiplyAll(...matrices: readonly Matrix[]): Matrix {
  return matrices.reduce(multiply);
}

/** The inverse by cofactors; every value is NaN or infinite for a singular matrix. */
export function invert(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    (e * i - f * h) / determinant,
    (c * h - b * i) / determinant,
    (b * f - c * e) / determinant,
    (f * g - d * i) / determinant,
    (a * i - c * g) / determinant,
    (c * d - a * f) / determinant,
    (d * h - e * g) / determinant,
    (b * g - a * h) / determinant,
    (a * e - b * d) / determinant,
  ];
}

/** The inverse of a transformation of pixels; an affine one stays affine to the bit. */
export function invertTransform(m: Matrix): Matrix {
  const inverse = invert(m);
  return isAffine(m) ? [...inverse.slice(0, 6), 0, 0, 1] : inverse;
}

export function isAffine(m: Matrix): boolean {
  return m[6] === 0 && m[7] === 0 && m[8] === 1;
}

/** Whether it is the identity within NumPy's `allclose`, which is where Albumentations leaves a picture alone. */
export function isNearIdentity(m: Matrix): boolean {
  return m.every(
    (value, index) => Math.abs(value - identityMatrix[index]) <= 1e-8 + 1e-5 * identityMatrix[index],
  );
}

export function translation(x: number, y: number): Matrix {
  return [1, 0, x, 0, 1, y, 0, 0, 1];
}

export function scaling(x: number, y: number): Matrix {
  return [x, 0, 0, 0, y, 0, 0, 0, 1];
}

export function transformPoint(m: Matrix, x: number, y: number): [number, number] {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

/** The corners of a picture as points: (0, 0), (width, 0), (width, height), (0, height). */
export function cornersOf(size: Size): [number, number][] {
  const { width, height } = size;
  return [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
}

/** The homography that takes four points to four others: eight linear equations with the last entry set to 1. */
export function homographyOf(
  from: readonly (readonly number[])[],
  to: readonly (readonly number[])[],
): Matrix {
  const rows: number[][] = [];
  from.forEach(([x, y], index) => {
    const [u, v] = to[index];
    rows.push([x, y, 1, 0, 0, 0, -x * u, -y * u, u], [0, 0, 0, x, y, 1, -x * v, -y * v, v]);
  });
  return [...solve(rows), 1];
}

/** Gauss's elimination with partial pivoting of an augmented system; changes `rows`. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = rows[row][column] / rows[column][column];
      for (let k = column; k <= n; k++) rows[row][k] -= factor * rows[column][k];
    }
  }
  return rows.map((row, index) => row[n] / row[index]);
}
