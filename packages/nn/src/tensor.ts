import { AumentoError } from "./errors.ts";

/** Numbers with a shape, row-major. Pictures are NHWC. */
export interface Tensor {
  data: Float32Array | Uint8Array | Int32Array;
  shape: readonly number[];
}

/** Pictures [n, height, width, channels], and what should come out for each. */
export interface Batch {
  x: Tensor;
  y?: Tensor;
  /** Which of the source's samples these are, where the source numbers them. */
  indices?: Uint32Array;
}

/** What `fit` reads from; the flows of `@aumento/data` fit it, and so may any object. */
export interface BatchSource {
  /** Samples in an epoch. */
  readonly n: number;
  /** Batches in an epoch. */
  readonly length: number;
  readonly batchSize: number;
  /** What a model that is trained on it keeps for its file: the classes in the order of the labels, */
  readonly classNames?: readonly string[];
  /** and how its pictures were prepared. */
  readonly preprocessing?: unknown;
  /**
   * How many different pictures a sample can come as, at most; left out: no end of them. Frozen layers need to see a
   * picture only once, which takes `order` and, where batches can lack samples of it, their `indices`. With 1 a sample
   * must be the same in every epoch; a larger number only tells whether it is worthwhile to keep what they make of it.
   */
  readonly outcomes?: number;
  /** The numbers of an epoch's samples in the order in which they come. */
  order?(epoch: number): Uint32Array;
  /** One pass. With `reuse`, a batch's memory is valid only until the next one is asked for. */
  epoch(epoch: number, options?: { signal?: AbortSignal; reuse?: boolean }): AsyncIterable<Batch>;
}

/** Tells a source from tensors in memory. */
export const isSource = (data: BatchSource | object): data is BatchSource =>
  typeof data === "object" && data !== null && "epoch" in data && typeof data.epoch === "function";

/** Fails unless a source says how much it has. */
export function checkSource(where: string, source: BatchSource): BatchSource {
  for (const name of ["n", "length", "batchSize"] as const)
    if (!(Number.isInteger(source[name]) && source[name] > 0))
      throw new AumentoError(
        "argument",
        `${where}: the source's ${name} must be a positive integer, it is ${String(source[name])}`,
      );
  return source;
}

/** Whether batches of this size come again and again, and are not the rest at the end of an epoch. */
export const comesAgain = ({ n, batchSize }: BatchSource, size: number): boolean =>
  size === Math.min(n, batchSize);

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, side) => product * side, 1);

/** A shape as people write it: `[?, 224, 224, 3]`. */
export const showShape = (shape: readonly (number | null)[]): string =>
  `[${shape.map((side) => side ?? "?").join(", ")}]`;

/** Fails unless the tensor is one and holds as many numbers as its shape says. */
export function checkTensor(name: string, tensor: Tensor): void {
  const data: unknown = tensor?.data;
  if (!(data instanceof Float32Array || data instanceof Uint8Array || data instanceof Int32Array))
    throw new AumentoError(
      "shape",
      `${name}: expected a tensor { data, shape } whose data is a Float32Array, Uint8Array or Int32Array`,
    );
  const { shape } = tensor;
  if (!Array.isArray(shape) || !shape.every((side) => Number.isInteger(side) && side >= 0))
    throw new AumentoError("shape", `${name}: the shape must be a list of integers, got ${String(shape)}`);
  if (sizeOf(shape) !== data.length)
    throw new AumentoError(
      "shape",
      `${name}: shape ${showShape(shape)} needs ${sizeOf(shape)} numbers, the data has ${data.length}`,
    );
}

/** The samples `start`..`end` of a tensor, as a view of its memory. */
export function rows(tensor: Tensor, start: number, end: number): Tensor {
  const row = sizeOf(tensor.shape.slice(1));
  return {
    data: tensor.data.subarray(start * row, end * row),
    shape: [end - start, ...tensor.shape.slice(1)],
  };
}
