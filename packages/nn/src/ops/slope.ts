import { apply, type Op, type Value } from "../ir/value.ts";

type SlopeAttributes = { alpha: number };

/** Makes every number but 0 and the smallest ones larger than 1 or smaller than -1. */
const huge = 3e38;

export const slopeOp: Op<SlopeAttributes> = {
  name: "slope",
  elementwise: true,
  infer: ([x]) => ({ shape: x.shape, dtype: "float32" }),
  // Comparing, converting and scaling takes the runtime two to three times as long.
  emit(emitter, [x], { attributes: { alpha } }) {
    if (alpha === 0) return emitter.node("HardSigmoid", [x], { alpha: { float: huge }, beta: { float: 0 } });
    const steep = emitter.node("Mul", [x, emitter.scalar(huge)]);
    return emitter.node("Clip", [steep, emitter.scalar(alpha), emitter.scalar(1)]);
  },
  gradient: null,
};

/** 1 where x is positive, `alpha` elsewhere: the derivative of ReLU and, for 0 <= alpha <= 1, of leaky ReLU. */
export function slope(x: Value, alpha: number): Value {
  return apply(slopeOp, [x], { alpha });
}
