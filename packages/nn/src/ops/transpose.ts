import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type TransposeAttributes = { permutation: readonly number[] };

export const transposeOp: Op<TransposeAttributes> = {
  name: "transpose",
  infer([x], { permutation }) {
    if ([...permutation].sort((a, b) => a - b).join() !== x.shape.map((_, axis) => axis).join()) {
      throw shapeError(
        "transpose",
        `a permutation of the axes of ${describe(x)}`,
        `[${permutation.join(", ")}]`,
      );
    }
    return { shape: permutation.map((axis) => x.shape[axis]), dtype: x.dtype };
  },
  emit: (emitter, [x], { attributes: { permutation } }) => emitter.transpose(x, permutation),
  gradient({ attributes: { permutation } }, dy, { transpose }) {
    return [
      transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  },
};

/** Axes in another order: axis i of the result is axis `permutation[i]` of x. */
export function transpose(x: Value, permutation: readonly number[]): Value {
  return apply(transposeOp, [x], { permutation });
}
