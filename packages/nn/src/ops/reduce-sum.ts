import { apply, type Op, type Shape, shapeError, sizeOf, type Value } from "../ir/value.ts";

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

/**
 * True where everything but the channels of a picture is summed, as for a bias: a product with a row of ones, which the
 * runtime does several times faster than a sum over axes that are not neighbours.
 */
function sumsChannels(shape: Shape, axes: readonly number[]): boolean {
  return shape.length === 4 && [...axes].sort().join() === "0,2,3";
}

/** True where the places of each channel are summed. */
function sumsPlaces(shape: Shape, axes: readonly number[]): boolean {
  return shape.length === 4 && [...axes].sort().join() === "2,3";
}

export const reduceSumOp: Op<ReduceAttributes> = {
  name: "reduceSum",
  infer: ([x], attributes) => ({ shape: reducedShape("reduceSum", x.shape, attributes), dtype: x.dtype }),
  emit(emitter, [x], { inputs, shape, attributes: { axes, keepDimensions } }) {
    if (sumsChannels(inputs[0].shape, axes)) {
      const [batch, channels, ...places] = inputs[0].shape;
      const count = sizeOf(places);
      const ones = emitter.constant(new Float32Array(count).fill(1), [count, 1], "float32");
      const sums = emitter.node("MatMul", [emitter.reshape(x, [batch, channels, count]), ones]);
      return emitter.reshape(
        emitter.node("ReduceSum", [sums, emitter.integers([0])], { keepdims: 0 }),
        shape,
      );
    }
    return emitter.node("ReduceSum", [x, emitter.integers(axes)], { keepdims: keepDimensions ? 1 : 0 });
  },
  gradient({ inputs: [x], attributes: { axes } }, dy, { broadcastTo, reshape }) {
    const kept = reducedShape("reduceSum", x.shape, { axes, keepDimensions: true });
    return [broadcastTo(reshape(dy, kept), x.shape)];
  },
  blocked: {
    layouts({ inputs: [x], attributes: { axes } }, _, given) {
      const apart = sumsChannels(x.shape, axes) || sumsPlaces(x.shape, axes);
      return apart && given[0] === "blocked" ? { inputs: ["blocked"], output: "plain" } : undefined;
    },
    emit(emitter, [x], { inputs, shape, attributes: { axes } }, block) {
      const [batch, channels, height, width] = inputs[0].shape;
      const view = emitter.reshape(x, [batch, channels / block, height * width, block]);
      const ones = emitter.constant(new Float32Array(height * width).fill(1), [1, height * width], "float32");
      const sums = emitter.node("MatMul", [ones, view]);
      if (sumsPlaces(inputs[0].shape, axes)) return emitter.reshape(sums, shape);
      return emitter.reshape(
        emitter.node("ReduceSum", [sums, emitter.integers([0])], { keepdims: 0 }),
        shape,
      );
    },
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
