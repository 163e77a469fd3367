import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type ConcatAttributes = { axis: number };

export const concatOp: Op<ConcatAttributes> = {
  name: "concat",
  infer(inputs, { axis }) {
    const [first] = inputs;
    const fits = (x: Value) =>
      x.dtype === first.dtype &&
      x.shape.length === first.shape.length &&
      x.shape.every((extent, i) => i === axis || extent === first.shape[i]);
    if (!first || axis < 0 || axis >= first.shape.length || !inputs.every(fits)) {
      throw shapeError("concat", `tensors alike but for axis ${axis}`, inputs.map(describe).join(", "));
    }
    const total = inputs.reduce((sum, x) => sum + x.shape[axis], 0);
    return { shape: first.shape.map((extent, i) => (i === axis ? total : extent)), dtype: first.dtype };
  },
  emit: (emitter, inputs, { attributes: { axis } }) => emitter.node("Concat", inputs, { axis }),
  gradient({ inputs, attributes: { axis } }, dy, { slice }) {
    let start = 0;
    return inputs.map((x) => {
      const from = start;
      start += x.shape[axis];
      return slice(
        dy,
        dy.shape.map((_, i) => (i === axis ? from : 0)),
        dy.shape.map((extent, i) => (i === axis ? from + x.shape[axis] : extent)),
      );
    });
  },
};

/** Tensors joined along one axis. */
export function concat(inputs: readonly Value[], axis: number): Value {
  return inputs.length === 1 ? inputs[0] : apply(concatOp, inputs, { axis });
}
