import {
  apply,
  type DataType,
  type Layout,
  type Op,
  type Shape,
  shapeError,
  sizeOf,
  type TensorData,
  type Value,
} from "../ir/value.ts";

type Named = { name: string; shape: Shape; dtype: DataType; layout?: Layout };

function notEmitted(): never {
  throw new Error("Leaves are emitted by the compiler as inputs and initializers of the graph.");
}

function leaf(name: string): Op<Named> {
  return {
    name,
    infer(_, { name: given, shape, dtype }) {
      if (given === "") throw shapeError(name, "a name", "an empty one");
      if (!shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
        throw shapeError(`${name} "${given}"`, "a shape of positive integers", `[${shape.join(", ")}]`);
      }
      return { shape, dtype };
    },
    emit: notEmitted,
    gradient: null,
  };
}

export const inputOp: Op<Named> = {
  ...leaf("input"),
  blocked: {
    layouts: ({ attributes: { layout } }) =>
      layout === "blocked" ? { inputs: [], output: "blocked" } : undefined,
    emit: notEmitted,
  },
};
export const parameterOp = leaf("parameter");

/**
 * A tensor that is fed at each run. `name` is its name in the ONNX graph, `layout` how its elements come: in blocks they
 * can only come from a graph that was compiled with the same size of them.
 */
export function input(
  name: string,
  shape: Shape,
  dtype: DataType = "float32",
  layout: Layout = "plain",
): Value {
  return apply(inputOp, [], { name, shape, dtype, layout });
}

/** A trainable tensor: fed like an input in a training graph, stored as an initializer in an exported one. */
export function parameter(name: string, shape: Shape): Value {
  return apply(parameterOp, [], { name, shape, dtype: "float32" });
}

export type ConstantAttributes = { data: TensorData; shape: Shape; dtype: DataType };

export const constantOp: Op<ConstantAttributes> = {
  name: "constant",
  infer(_, { data, shape, dtype }) {
    if (data.length !== sizeOf(shape)) {
      throw shapeError("constant", `${sizeOf(shape)} elements for [${shape.join(", ")}]`, `${data.length}`);
    }
    return { shape, dtype };
  },
  emit: (emitter, _, { attributes: { data, shape, dtype } }) => emitter.constant(data, shape, dtype),
  gradient: null,
};

function typeOf(data: TensorData): DataType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  return data instanceof BigInt64Array ? "int64" : "uint8";
}

/** A tensor known when the graph is built; its type follows from the array's. */
export function constant(data: TensorData, shape: Shape): Value {
  return apply(constantOp, [], { data, shape, dtype: typeOf(data) });
}

/** A float32 constant without axes. */
export function scalar(value: number): Value {
  return constant(Float32Array.of(value), []);
}
