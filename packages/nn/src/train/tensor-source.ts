import { badArgument, checkBoolean, checkNumber } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { permutation, RandomStream } from "../random.ts";
import {
  type Batch,
  type BatchSource,
  checkTensor,
  rows,
  showShape,
  sizeOf,
  type Tensor,
} from "../tensor.ts";

/** Samples in memory. */
export interface TensorData {
  x: Tensor;
  y: Tensor;
}

/** Copies the samples of these numbers into a tensor of their own. */
function pick(tensor: Tensor, order: Uint32Array): Tensor {
  const row = sizeOf(tensor.shape.slice(1));
  const picked = tensor.data.slice(0, order.length * row);
  order.forEach((index, i) => {
    picked.set(tensor.data.subarray(index * row, (index + 1) * row), i * row);
  });
  return { data: picked, shape: [order.length, ...tensor.shape.slice(1)] };
}

/** Fails unless x, and y where there is one, are tensors of equally many samples, at least one. */
export function checkSamples(where: string, { x, y }: { x: Tensor; y?: Tensor }): number {
  checkTensor(`${where}: x`, x);
  const n = x.shape[0];
  if (!n) throw new AumentoError("shape", `${where}: x has no samples, its shape is ${showShape(x.shape)}`);
  if (y) {
    checkTensor(`${where}: y`, y);
    if (y.shape[0] !== n)
      throw new AumentoError("shape", `${where}: x has ${n} samples, y has ${y.shape[0] ?? "none"}`);
  }
  return n;
}

/** Tensors as a source of batches; a shuffled order depends on the seed and the epoch alone. */
export function tensorSource(
  where: string,
  data: TensorData,
  options: { batchSize: number; shuffle: boolean; seed: number },
): BatchSource {
  if (!data?.x || !data.y) badArgument(`${where}: data`, "a source of batches or tensors { x, y }", data);
  const n = checkSamples(where, data);
  checkNumber(`${where}: batchSize`, options.batchSize, { min: 1, integer: true });
  checkBoolean(`${where}: shuffle`, options.shuffle);
  const { batchSize, shuffle, seed } = options;
  const shuffled = (epoch: number) => permutation(n, new RandomStream(seed, `shuffle/${epoch}`));
  return {
    n,
    length: Math.ceil(n / batchSize),
    batchSize,
    outcomes: 1,
    order: (epoch) => (shuffle ? shuffled(epoch) : Uint32Array.from({ length: n }, (_, i) => i)),
    async *epoch(epoch): AsyncGenerator<Batch> {
      const order = shuffle ? shuffled(epoch) : undefined;
      for (let start = 0; start < n; start += batchSize) {
        const end = Math.min(start + batchSize, n);
        if (!order) yield { x: rows(data.x, start, end), y: rows(data.y, start, end) };
        else {
          const chosen = order.subarray(start, end);
          yield { x: pick(data.x, chosen), y: pick(data.y, chosen) };
        }
      }
    },
  };
}

/** The last share of samples for validation, taken before any shuffling, as in Keras. */
export function splitTensors(data: TensorData, share: number): { train: TensorData; validation: TensorData } {
  const n = checkSamples("fit", data);
  checkNumber("fit: validationSplit", share, { above: 0, below: 1 });
  const kept = Math.floor(n * (1 - share));
  if (kept === 0 || kept === n)
    throw new AumentoError("argument", `fit: validationSplit ${share} of ${n} samples leaves one side empty`);
  return {
    train: { x: rows(data.x, 0, kept), y: rows(data.y, 0, kept) },
    validation: { x: rows(data.x, kept, n), y: rows(data.y, kept, n) },
  };
}
