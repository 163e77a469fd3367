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
  // In files for other runtimes an outermost extent that stays is written as 0, "as it comes": it may be the batch,
  // whose size is left open there.
  emit: (emitter, [x], { shape, inputs: [from] }) =>
    emitter.reshape(x, !emitter.contributed && shape[0] === from.shape[0] ? [0, ...shape.slice(1)] : shape),
  gradient: ({ inputs: [x] }, dy, { reshape }) => [reshape(dy, x.shape)],
};

/** The same elements in row-major order under another shape; the same value where the shape is already that. */
export function reshape(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : apply(reshapeOp, [x], { shape });
}
