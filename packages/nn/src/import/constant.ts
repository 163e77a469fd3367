/** An extent or integer of a foreign graph: known, or the number of samples in the batch, which is open. */
export type Extent = number | "batch";

/** A tensor of a foreign graph that is known without running it. */
export interface Constant {
  readonly kind: "constant";
  readonly name: string;
  readonly shape: readonly number[];
  /** Float32 numbers as they are stored; integers and truth values as numbers, in which the batch's size may stand. */
  readonly data: Float32Array | readonly Extent[];
}

/** A tensor of a foreign graph that follows from its input. */
export interface Dynamic {
  readonly kind: "dynamic";
  readonly name: string;
  /** Shape of one sample, in the file's order of axes. */
  readonly sample: readonly number[];
  /** The layer that makes it, -1 for the model's input. */
  readonly from: number;
}

export type Operand = Constant | Dynamic;

/** A float32 constant, told from integers. */
export interface FloatConstant extends Constant {
  readonly data: Float32Array;
}

export const isFloat = (constant: Constant): constant is FloatConstant =>
  constant.data instanceof Float32Array;
