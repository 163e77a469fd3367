import type { Emitter } from "../ir/emitter.ts";
import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";
import { blockedDomain } from "./blocked-conv.ts";
import type { None } from "./elementwise.ts";

const inBlocks = { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] };

export const scaleShiftOp: Op<None> = {
  name: "scaleShift",
  infer([x, scale, shift, addend]) {
    const channels = [x.shape[1]].join();
    const fits = [scale, shift].every(({ shape }) => shape.join() === channels);
    if (!fits || (addend && addend.shape.join() !== x.shape.join())) {
      const came = [x, scale, shift, ...(addend ? [addend] : [])].map(describe).join(", ");
      throw shapeError(
        "scaleShift",
        "x [n, c, …], a scale and a shift [c], and maybe an addend like x",
        came,
      );
    }
    return { shape: x.shape, dtype: "float32" };
  },
  emit(emitter: Emitter, [x, scale, shift, addend], { inputs: [{ shape }] }) {
    const [factor, offset] = [scale, shift].map((vector) =>
      emitter.reshape(vector, [shape[1], ...shape.slice(2).map(() => 1)]),
    );
    const result = emitter.node("Add", [emitter.node("Mul", [x, factor]), offset]);
    return addend === undefined ? result : emitter.node("Add", [result, addend]);
  },
  gradient({ inputs: [x, scale, , addend] }, dy, { constant, mul, reduceSum, scaleShift }) {
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const zeros = constant(new Float32Array(x.shape[1]), [x.shape[1]]);
    return [
      scaleShift(dy, scale, zeros),
      reduceSum(mul(dy, x), axes),
      reduceSum(dy, axes),
      ...(addend ? [dy] : []),
    ];
  },
  /** A convolution of each channel with one weight: a single pass, where a broadcast over blocks takes several. */
  blocked: {
    layouts({ inputs: [x, , , addend] }, block, given) {
      if (given[0] !== "blocked" || x.shape[1] % block !== 0) return undefined;
      const rest = addend ? (["blocked"] as const) : [];
      return { inputs: ["blocked", "plain", "plain", ...rest], output: "blocked" };
    },
    emit(emitter, [x, scale, shift, ...addend], { inputs: [{ shape }] }) {
      const weights = emitter.reshape(scale, [shape[1], 1, 1, 1]);
      return emitter.node(
        "Conv",
        [x, weights, shift, ...addend],
        { ...inBlocks, group: shape[1] },
        blockedDomain,
      );
    },
  },
};

/** x · scale + shift, one of each [c] for each channel (axis 1), plus `addend` where there is one. */
export function scaleShift(x: Value, scale: Value, shift: Value, addend?: Value): Value {
  return apply(scaleShiftOp, addend ? [x, scale, shift, addend] : [x, scale, shift], {});
}
