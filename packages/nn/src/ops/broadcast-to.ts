import { broadcastShapes } from "../ir/broadcast.ts";
import { apply, describe, type Op, type Shape, sameShape, shapeError, type Value } from "../ir/value.ts";

type BroadcastAttributes = { shape: Shape };

export const broadcastToOp: Op<BroadcastAttributes> = {
  name: "broadcastTo",
  infer([x], { shape }) {
    const target = { ...x, shape };
    if (!sameShape(broadcastShapes("broadcastTo", x, target), shape)) {
      throw shapeError(
        "broadcastTo",
        `a shape that ${describe(x)} can be repeated to`,
        `[${shape.join(", ")}]`,
      );
    }
    return { shape, dtype: x.dtype };
  },
  emit: (emitter, [x], { attributes: { shape } }) => emitter.node("Expand", [x, emitter.integers(shape)]),
  gradient: ({ inputs: [x] }, dy, { sumTo }) => [sumTo(dy, x)],
};

/** x repeated along its axes of extent 1 (and along new outer axes) to fill `shape`. */
export function broadcastTo(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : apply(broadcastToOp, [x], { shape });
}
