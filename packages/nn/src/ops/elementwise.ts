import { broadcastShapes } from "../ir/broadcast.ts";
import { apply, type DataType, describe, type Op, shapeError, type Value } from "../ir/value.ts";
import type { OpFunctions } from "./index.ts";

/** Of an op without attributes. */
export type None = Readonly<Record<never, never>>;

/** An op of one operand that maps each element by itself, written as the ONNX operator `type`. */
export function unaryOp(
  name: string,
  type: string,
  gradient: ((output: Value, outputGradient: Value, functions: OpFunctions) => Value) | null,
): Op<None> {
  return {
    name,
    elementwise: true,
    infer([x]) {
      if (x.dtype !== "float32") throw shapeError(name, "a float32 operand", describe(x));
      return { shape: x.shape, dtype: "float32" };
    },
    emit: (emitter, inputs) => emitter.node(type, inputs),
    gradient:
      gradient && ((value, outputGradient, functions) => [gradient(value, outputGradient, functions)]),
  };
}

/** An op of two operands that broadcast against each other, written as the ONNX operator `type`. */
export function binaryOp(
  name: string,
  type: string,
  gradient:
    | ((value: Value, outputGradient: Value, functions: OpFunctions) => readonly (Value | undefined)[])
    | null,
  dtype?: DataType,
): Op<None> {
  return {
    name,
    elementwise: true,
    infer([a, b]) {
      if (a.dtype !== b.dtype) {
        throw shapeError(name, "operands of one type", `${describe(a)} and ${describe(b)}`);
      }
      return { shape: broadcastShapes(name, a, b), dtype: dtype ?? a.dtype };
    },
    emit: (emitter, inputs) => emitter.node(type, inputs),
    gradient:
      gradient &&
      ((value, outputGradient, functions) =>
        gradient(value, outputGradient, functions).map(
          (flow, i) => flow && functions.sumTo(flow, value.inputs[i]),
        )),
  };
}

/** Applies an op without attributes to two operands. */
export function binary(op: Op<None>, a: Value, b: Value): Value {
  return apply(op, [a, b], {});
}
