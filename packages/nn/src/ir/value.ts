import { AumentoError } from "../errors.ts";
import type { OpFunctions } from "../ops/index.ts";
import type { Emitter } from "./emitter.ts";

/** Sizes of a tensor's axes, outermost first. Always concrete numbers: a graph is compiled per batch size. */
export type Shape = readonly number[];

export type DataType = "float32" | "uint8" | "int32" | "int64" | "bool";

/** Elements of a tensor, row-major; `bool` is held as bytes 0 and 1. */
export type TensorData = Float32Array | Uint8Array | Int32Array | BigInt64Array;

export type AttributeValue = number | string | boolean | readonly number[] | TensorData | undefined;

export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DataType;
}

/** Where the channels of a four-axis tensor lie in memory: NCHW, or NCHW cut into blocks of channels (NCHWc). */
export type Layout = "plain" | "blocked";

/** A tensor that a graph will compute: an op applied to other values. Immutable; a graph is what outputs reach. */
export interface Value<A extends Attributes = Attributes> extends TensorType {
  readonly op: Op<A>;
  readonly inputs: readonly Value[];
  readonly attributes: A;
}

/** How an op is written in the runtime's blocked layout, for the shapes where it can be. */
export interface BlockedForm<A extends Attributes> {
  /**
   * Layout of each input and of the output in this form, or undefined where these shapes have no blocked form or where
   * it does not pay; `given` is how the inputs come.
   */
  layouts(
    value: Value<A>,
    block: number,
    given: readonly Layout[],
  ): { inputs: readonly Layout[]; output: Layout } | undefined;
  /** Writes the nodes; `inputs` are names of tensors in the layouts that `layouts` asked for. */
  emit(
    emitter: Emitter,
    inputs: readonly string[],
    value: Value<A>,
    block: number,
    layouts: readonly Layout[],
  ): string;
}

/** See `Op.gradient`. Written as a method's type, so that a rule for particular attributes fits where any may come. */
export type GradientRule<A extends Attributes> = {
  rule(value: Value<A>, outputGradient: Value, functions: OpFunctions): readonly (Value | undefined)[];
}["rule"];

/** Everything about one op: shape rule, ONNX emission, gradient, blocked form. */
export interface Op<A extends Attributes = Attributes> {
  readonly name: string;
  /** True where every output element depends on the elements at the same place of the (broadcast) inputs alone. */
  readonly elementwise?: boolean;
  /** Shape and type of the output; throws an AumentoError that names op, expectation and what came. */
  infer(inputs: readonly Value[], attributes: A): TensorType;
  /** Writes ONNX nodes for plain-layout inputs and returns the name of the output tensor. */
  emit(emitter: Emitter, inputs: readonly string[], value: Value<A>): string;
  /**
   * Gradients with respect to each input (undefined: none flows there), given the gradient of the output; they are
   * values made with the other ops, handed over as `functions` so that op files need not import each other. Null where
   * the op is piecewise constant or not defined on real numbers, so that nothing flows back.
   */
  readonly gradient: GradientRule<A> | null;
  readonly blocked?: BlockedForm<A>;
}

/** Applies an op to values, checking shapes at once. */
export function apply<A extends Attributes>(op: Op<A>, inputs: readonly Value[], attributes: A): Value<A> {
  const type = op.infer(inputs, attributes);
  return { op, inputs, attributes, shape: type.shape, dtype: type.dtype };
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** An error about the operands or attributes of an op. */
export function shapeError(op: string, expected: string, came: string): AumentoError {
  return new AumentoError("shape", `${op}: expected ${expected}, got ${came}.`);
}

/** "float32[32, 3, 224, 224]" */
export function describe(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(", ")}]`;
}
