import type { NodeProto } from "../onnx/onnx.gen.ts";
import { sizeOf } from "../tensor.ts";
import { type Constant, type Extent, isFloat } from "./constant.ts";
import type { NodeReader } from "./node.ts";
import type { TensorReader } from "./tensors.ts";

/** What folding makes; its name is that of the node's output. */
type Folded = Omit<Constant, "kind" | "name">;

const failWithBatch = (node: NodeReader): never =>
  node.fail("it calculates with the batch's size: a dynamic shape that cannot be resolved");

const list = (data: readonly Extent[]): Folded => ({ shape: [data.length], data });

/** Each element of the result's data as the places of the operands' that it comes from, broadcast as in NumPy. */
function broadcast(node: NodeReader, a: readonly number[], b: readonly number[]) {
  const rank = Math.max(a.length, b.length);
  const extent = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [extent(a, axis), extent(b, axis)];
    if (left !== right && left !== 1 && right !== 1)
      node.fail(`constants of shapes [${a}] and [${b}] do not fit`);
    return left === 1 ? right : left;
  });
  const placeIn = (operand: readonly number[], index: number): number => {
    let rest = index;
    let place = 0;
    let step = 1;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const here = rest % shape[axis];
      rest = (rest - here) / shape[axis];
      const own = extent(operand, axis);
      if (own > 1) place += here * step;
      step *= own;
    }
    return place;
  };
  const places = Array.from({ length: sizeOf(shape) }, (_, i) => [placeIn(a, i), placeIn(b, i)] as const);
  return { shape, places };
}

type Arithmetic = (a: number, b: number, whole: boolean) => number;

const arithmetic: Readonly<Record<string, Arithmetic>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b, whole) => (whole ? Math.trunc(a / b) : a / b),
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
  Pow: (a, b) => a ** b,
};

/** The batch's size passes arithmetic that leaves it as it is; anything else would depend on it. */
function combine(node: NodeReader, a: Extent, b: Extent, whole: boolean): Extent {
  if (a !== "batch" && b !== "batch") return arithmetic[node.op](a, b, whole);
  if (b === (["Mul", "Div"].includes(node.op) ? 1 : 0)) return a;
  if (a === (node.op === "Mul" ? 1 : 0) && ["Add", "Mul"].includes(node.op)) return b;
  return failWithBatch(node);
}

/** The constant with another shape. */
const shaped = ({ data }: Constant, shape: readonly number[]): Folded => ({ shape, data });

function transposed({ shape, data }: Constant, permutation: readonly number[]): Folded {
  const steps = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const target = permutation.map((axis) => shape[axis]);
  const at = (index: number): number => {
    let rest = index;
    let place = 0;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const here = rest % target[axis];
      rest = (rest - here) / target[axis];
      place += here * steps[permutation[axis]];
    }
    return place;
  };
  const moved =
    data instanceof Float32Array ? data.map((_, i) => data[at(i)]) : data.map((_, i) => data[at(i)]);
  return { shape: target, data: moved };
}

const rounding: Readonly<Record<string, (x: number) => number>> = {
  Floor: Math.floor,
  Ceil: Math.ceil,
  Neg: (x) => -x,
  Sqrt: Math.sqrt,
};

type Fold = (node: NodeReader, operands: readonly Constant[]) => Folded;

const axesOf = (node: NodeReader, rank: number): number[] | undefined =>
  node.integersOrAttribute(1, "axes")?.map((axis) => (axis < 0 ? axis + rank : axis));

const folds: Readonly<Record<string, Fold>> = {
  Identity: (_, [x]) => x,
  Dropout: (_, [x]) => x,
  Cast(node, [x]) {
    const to = node.int("to", 1);
    const whole = to !== 1 && to !== 11 && to !== 10;
    if (whole) return isFloat(x) ? { shape: x.shape, data: Array.from(x.data, Math.trunc) } : x;
    if (isFloat(x)) return x;
    const numbers = x.data as readonly Extent[];
    if (numbers.includes("batch")) failWithBatch(node);
    return { shape: x.shape, data: Float32Array.from(numbers as readonly number[]) };
  },
  Concat(node, operands) {
    if (operands.some(({ shape }) => shape.length !== 1)) node.fail("only lists of constants can be joined");
    if (operands.every(isFloat))
      return {
        shape: [operands.reduce((n, { data }) => n + data.length, 0)],
        data: Float32Array.from(operands.flatMap(({ data }) => [...data])),
      };
    return list(operands.flatMap(({ data }) => [...data]));
  },
  Gather(node, [x, indices]) {
    if (x.shape.length !== 1) node.fail("constants can be picked from lists only");
    const picked = Array.from(
      indices.data,
      (at) => x.data[Number(at) < 0 ? Number(at) + x.data.length : Number(at)],
    );
    if (picked.includes(undefined as never)) node.fail("its index lies outside of the list");
    return isFloat(x)
      ? { shape: indices.shape, data: Float32Array.from(picked as number[]) }
      : { shape: indices.shape, data: picked };
  },
  Slice(node, [x]) {
    const [start] = node.integersOrAttribute(1, "starts") ?? [0];
    const [end] = node.integersOrAttribute(2, "ends") ?? [x.data.length];
    const [step] = node.integers(4, "steps") ?? [1];
    if (x.shape.length !== 1 || step !== 1) node.fail("only lists of constants can be cut, in steps of 1");
    const data = x.data.slice(start, end);
    return { shape: [data.length], data };
  },
  Squeeze(node, [x]) {
    const axes = axesOf(node, x.shape.length);
    return shaped(
      x,
      x.shape.filter((extent, axis) => !(axes ? axes.includes(axis) : extent === 1)),
    );
  },
  Unsqueeze(node, [x]) {
    const given = node.integersOrAttribute(1, "axes") ?? [];
    const rank = x.shape.length + given.length;
    const axes = axesOf(node, rank) ?? [];
    const rest = [...x.shape];
    return shaped(
      x,
      Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1))),
    );
  },
  Reshape(node, [x]) {
    const wanted = node.integers(1, "its shape") ?? [];
    const size = sizeOf(x.shape);
    const kept = wanted.map((extent, i) => (extent === 0 ? x.shape[i] : extent));
    const known = kept.reduce((product, extent) => (extent > 0 ? product * extent : product), 1);
    const shape = kept.map((extent) => (extent === -1 ? size / known : extent));
    if (sizeOf(shape) !== size) node.fail(`a constant of shape [${x.shape}] cannot become [${wanted}]`);
    return shaped(x, shape);
  },
  Transpose: (node, [x]) =>
    transposed(x, node.ints("perm") ?? x.shape.map((_, axis) => x.shape.length - 1 - axis)),
  ReduceProd: (node, [x]) => ({
    shape: node.int("keepdims", 1) === 0 ? [] : x.shape.map(() => 1),
    data: [
      (x.data as readonly Extent[]).reduce<number>(
        (product, extent) => product * Number(extent === "batch" ? failWithBatch(node) : extent),
        1,
      ),
    ],
  }),
};

/** A constant operator's tensor: a `Constant` node. */
export async function readConstant(
  proto: NodeProto,
  node: NodeReader,
  tensors: TensorReader,
): Promise<Constant> {
  const name = proto.output[0];
  const tensor = proto.attribute.find((attribute) => attribute.name === "value")?.t;
  if (tensor) return tensors.read(tensor, name);
  const attribute = proto.attribute[0];
  switch (attribute?.name) {
    case "value_int":
      return { kind: "constant", name, shape: [], data: [Number(attribute.i)] };
    case "value_ints":
      return { kind: "constant", name, ...list(attribute.ints.map(Number)) };
    case "value_float":
      return { kind: "constant", name, shape: [], data: Float32Array.of(attribute.f) };
    case "value_floats":
      return {
        kind: "constant",
        name,
        shape: [attribute.floats.length],
        data: Float32Array.from(attribute.floats),
      };
    default:
      return node.fail("only tensors and lists of numbers are supported");
  }
}

/** What a node computes from constants alone: sizes and axes mostly, which exporters calculate in the graph. */
export function fold(node: NodeReader, operands: readonly Constant[]): Folded {
  if (node.op in folds) return folds[node.op](node, operands);
  if (node.op in rounding) {
    const [{ shape, data }] = operands;
    const map = rounding[node.op];
    if (data instanceof Float32Array) return { shape, data: data.map(map) };
    return {
      shape,
      data: data.map((value) => (value === "batch" ? failWithBatch(node) : map(value))),
    };
  }
  if (!(node.op in arithmetic))
    return node.fail(
      `it calculates with constants, which is known of ${[...Object.keys(folds), ...Object.keys(rounding), ...Object.keys(arithmetic)].sort().join(", ")} only`,
    );
  const [a, b] = operands;
  const { shape, places } = broadcast(node, a.shape, b.shape);
  if (isFloat(a) && isFloat(b))
    return {
      shape,
      data: Float32Array.from(places, ([i, j]) => arithmetic[node.op](a.data[i], b.data[j], false)),
    };
  return { shape, data: places.map(([i, j]) => combine(node, a.data[i], b.data[j], true)) };
}

/** The shape of what is computed, as a Shape node gives it. */
export function foldShape(node: NodeReader): Folded {
  const operand = node.operands[0];
  const whole: readonly Extent[] =
    operand?.kind === "constant" ? operand.shape : ["batch", ...node.dynamic(0).sample];
  return list(whole.slice(node.int("start", 0), node.has("end") ? node.int("end", 0) : undefined));
}
