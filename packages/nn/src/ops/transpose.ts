import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";
import { blockedDomain } from "./blocked-conv.ts";

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
  /** Between blocks and channels last (which vectors are made of) there is a way without NCHW. */
  blocked: {
    layouts({ shape, dtype, attributes: { permutation } }, block, given) {
      if (dtype !== "float32") return undefined;
      if (permutation.join() === "0,2,3,1" && given[0] === "blocked")
        return { inputs: given, output: "plain" };
      const channelsFirst = permutation.join() === "0,3,1,2" && shape[1] % block === 0;
      return channelsFirst ? { inputs: ["plain"], output: "blocked" } : undefined;
    },
    emit: (emitter, [x], { inputs, attributes: { permutation } }) =>
      permutation[3] === 1
        ? emitter.node(
            "ReorderOutput",
            [x],
            { channels: inputs[0].shape[1], channels_last: 1 },
            blockedDomain,
          )
        : emitter.node("ReorderInput", [x], { channels_last: 1 }, blockedDomain),
  },
};

/** Axes in another order: axis i of the result is axis `permutation[i]` of x. */
export function transpose(x: Value, permutation: readonly number[]): Value {
  return apply(transposeOp, [x], { permutation });
}
