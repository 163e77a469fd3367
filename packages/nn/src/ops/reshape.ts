import {
  apply,
  describe,
  type Op,
  type Shape,
  sameShape,
  shapeError,
  sizeOf,
  type Value,
} from "../ir/value.ts";

type ReshapeAttributes = { shape: Shape };

export const reshapeOp: Op<ReshapeAttributes> = {
  name: "reshape",
  infer([x], { shape }) {
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw shapeError(
        "reshape",
        `a shape of ${sizeOf(x.shape)} elements for ${describe(x)}`,
        `[${shape.join(", ")}]`,
      );
    }
    return { shape, dtype: x.dtype };
  },
  gradient: ({ inputs: [x] }, dy, { reshape }) => [reshape(dy, x.shape)],
};

/** The same elements in row-major order under another shape; the same value where the shape is already that. */
export function reshape(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : apply(reshapeOp, [x], { shape });
}
