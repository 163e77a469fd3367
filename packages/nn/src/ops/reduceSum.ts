import { apply, type Op, type Shape, shapeError, type Value } from "../ir/value.ts";

type ReduceAttributes = { axes: readonly number[]; keepDimensions: boolean };

/** Shape after reducing `axes`. */
export function reducedShape(name: string, shape: Shape, { axes, keepDimensions }: ReduceAttributes): Shape {
  if (!axes.every((axis, i) => axis >= 0 && axis < shape.length && axes.indexOf(axis) === i)) {
    throw shapeError(name, `different axes of [${shape.join(", ")}]`, `[${axes.join(", ")}]`);
  }
  return keepDimensions
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis));
}

export const reduceSumOp: Op<ReduceAttributes> = {
  name: "reduceSum",
  infer: ([x], attributes) => ({ shape: reducedShape("reduceSum", x.shape, attributes), dtype: x.dtype }),
  emit: (emitter, [x], { attributes: { axes, keepDimensions } }) =>
    emitter.node("ReduceSum", [x, emitter.integers(axes)], { keepdims: keepDimensions ? 1 : 0 }),
  gradient({ inputs: [x], attributes: { axes } }, dy, { broadcastTo, reshape }) {
    const kept = reducedShape("reduceSum", x.shape, { axes, keepDimensions: true });
    return [broadcastTo(reshape(dy, kept), x.shape)];
  },
};

/** Sum over `axes` (all of them by default). */
export function reduceSum(
  x: Value,
  axes: readonly number[] = x.shape.map((_, i) => i),
  keepDimensions = false,
): Value {
  if (axes.length === 0) return x;
  return apply(reduceSumOp, [x], { axes, keepDimensions });
}
