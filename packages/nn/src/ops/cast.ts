import { apply, type DataType, type Op, type Value } from "../ir/value.ts";
import { onnxTypes } from "../onnx/types.ts";

type CastAttributes = { dtype: DataType };

export const castOp: Op<CastAttributes> = {
  name: "cast",
  elementwise: true,
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
  emit: (emitter, inputs, { attributes: { dtype } }) =>
    emitter.node("Cast", inputs, { to: onnxTypes[dtype] }),
  gradient: null,
};

/** The same numbers in another type; the same value where the type is already that. */
export function cast(x: Value, dtype: DataType): Value {
  return x.dtype === dtype ? x : apply(castOp, [x], { dtype });
}
