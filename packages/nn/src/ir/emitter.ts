import type { DataType, Shape, TensorData } from "./value.ts";

/** An ONNX attribute: integers are written as they are, a float as `{ float }` so that 1.0 is not taken for 1. */
export type EmittedAttribute = number | string | readonly number[] | { readonly float: number };

/** What an op's emission writes with: names in, names out. */
export interface Emitter {
  /** Appends a node with one output and returns the output's name. An input "" is an absent optional input. */
  node(
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, EmittedAttribute>>,
    domain?: string,
  ): string;
  /** A constant tensor; equal small constants are written once. */
  constant(data: TensorData, shape: Shape, dtype: DataType): string;
  /** A one-axis int64 constant, as shapes and axes are given in ONNX. */
  integers(values: readonly number[]): string;
  /** A float32 constant without axes. */
  scalar(value: number): string;
  /** A Reshape node (free at run time: the memory is shared). */
  reshape(input: string, shape: Shape): string;
  /** A Transpose node. */
  transpose(input: string, permutation: readonly number[]): string;
  /** True where ops of the runtime's own domain `com.microsoft` may be used; false for models to be exported. */
  readonly contributed: boolean;
}
