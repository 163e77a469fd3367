import { broadcastShapes } from "../ir/broadcast.ts";
import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type MatMulAttributes = { transposeA: boolean; transposeB: boolean };

function swapped(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
}

export const matMulOp: Op<MatMulAttributes> = {
  name: "matMul",
  infer([a, b], { transposeA, transposeB }) {
    const came = `${describe(a)} and ${describe(b)}`;
    if (a.dtype !== "float32" || b.dtype !== "float32" || a.shape.length < 2 || b.shape.length < 2) {
      throw shapeError("matMul", "two float32 operands of at least two axes", came);
    }
    const [rows, innerA] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
    const [innerB, columns] = transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
    if (innerA !== innerB) throw shapeError("matMul", "equal inner extents", came);
    const outer = broadcastShapes(
      "matMul",
      { ...a, shape: a.shape.slice(0, -2) },
      { ...b, shape: b.shape.slice(0, -2) },
    );
    return { shape: [...outer, rows, columns], dtype: "float32" };
  },
  emit(emitter, [a, b], { inputs, attributes: { transposeA, transposeB } }) {
    if (!transposeA && !transposeB) return emitter.node("MatMul", [a, b]);
    const flags = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
    if (inputs.every((x) => x.shape.length === 2)) return emitter.node("Gemm", [a, b], flags);
    if (emitter.contributed) return emitter.node("FusedMatMul", [a, b], flags, "com.microsoft");
    return emitter.node("MatMul", [
      transposeA ? emitter.transpose(a, swapped(inputs[0].shape.length)) : a,
      transposeB ? emitter.transpose(b, swapped(inputs[1].shape.length)) : b,
    ]);
  },
  gradient({ inputs: [a, b], attributes: { transposeA: ta, transposeB: tb } }, dy, { matMul, sumTo }) {
    const da = ta ? matMul(b, dy, { transposeA: tb, transposeB: true }) : matMul(dy, b, { transposeB: !tb });
    const db = tb ? matMul(dy, a, { transposeA: true, transposeB: ta }) : matMul(a, dy, { transposeA: !ta });
    return [sumTo(da, a), sumTo(db, b)];
  },
};

/** Matrix product over the last two axes, the outer ones broadcast; either operand may be taken transposed. */
export function matMul(a: Value, b: Value, options: Partial<MatMulAttributes> = {}): Value {
  const { transposeA = false, transposeB = false } = options;
  return apply(matMulOp, [a, b], { transposeA, transposeB });
}
