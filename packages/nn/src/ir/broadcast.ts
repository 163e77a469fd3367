import { describe, type Shape, shapeError, type Value } from "./value.ts";

/** Shape of two operands broadcast against each other as in NumPy; throws where they do not fit. */
export function broadcastShapes(op: string, a: Value, b: Value): Shape {
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a.shape[axis - rank + a.shape.length] ?? 1;
    const right = b.shape[axis - rank + b.shape.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw shapeError(op, "operands that broadcast against each other", `${describe(a)} and ${describe(b)}`);
    }
    shape.push(left === 1 ? right : left);
  }
  return shape;
}

/** Axes of `shape` along which an operand of shape `operand` was repeated. */
export function repeatedAxes(operand: Shape, shape: Shape): number[] {
  const offset = shape.length - operand.length;
  return shape.flatMap((extent, axis) =>
    axis < offset || (operand[axis - offset] === 1 && extent !== 1) ? [axis] : [],
  );
}
