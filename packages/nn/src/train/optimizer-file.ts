import { AumentoError } from "../errors.ts";
import { headedFile, readHeaded } from "../headed-file.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { showShape } from "../tensor.ts";

/** The state of an optimizer as a file (headed-file.ts): the numbers are the slots', as float32. */
const MAGIC = "AUMOPT01";

/** A tensor of the optimizer that belongs to a weight: SGD's velocity, Adam's moments. */
export interface Slot {
  readonly weight: string;
  readonly slot: string;
  /** Shape of the weight as it is stored in the ONNX file. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface OptimizerState {
  readonly className: Optimizer["className"];
  /** Steps taken. */
  readonly iterations: number;
  readonly learningRate: number;
  /** Tells the weights that the state belongs to. */
  readonly weightsHash: string;
  readonly slots: readonly Slot[];
}

interface Header extends Omit<OptimizerState, "slots"> {
  version: 1;
  slots: { weight: string; slot: string; shape: readonly number[]; offset: number; length: number }[];
}

/** A 64-bit hash (two lanes of FNV-1a over 32-bit words) of weights, to tell files that do not belong together. */
export function hashWeights(weights: Iterable<Float32Array>): string {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (const weight of weights) {
    const words = new Uint32Array(weight.buffer, weight.byteOffset, weight.length);
    for (let i = 0; i < words.length; i++) {
      a = Math.imul(a ^ words[i], 0x01000193);
      b = Math.imul(b ^ (words[i] >>> 15) ^ words[i], 0x85ebca6b);
    }
  }
  return [a, b].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

export function writeOptimizerState(state: OptimizerState): Uint8Array {
  let offset = 0;
  const slots = state.slots.map(({ weight, slot, shape, data }) => {
    const entry = { weight, slot, shape, offset, length: data.length };
    offset += 4 * data.length;
    return entry;
  });
  const header: Header = { version: 1, ...state, slots };
  const { bytes, start } = headedFile(MAGIC, header, offset);
  state.slots.forEach(({ data }, i) => {
    new Float32Array(bytes.buffer, start + slots[i].offset, data.length).set(data);
  });
  return bytes;
}

/** Reads what `writeOptimizerState` wrote; `source` is how errors call it. */
export function readOptimizerState(bytes: Uint8Array, source: string): OptimizerState {
  const damaged = () =>
    new AumentoError("file", `${source}: it is no optimizer state of aumento, or it is cut off`);
  const read = readHeaded<Header>(MAGIC, bytes);
  if (!read) throw damaged();
  const { header, start } = read;
  const slots = header.slots.map(({ weight, slot, shape, offset, length }) => {
    const from = start + offset;
    if (from + 4 * length > bytes.length) throw damaged();
    return {
      weight,
      slot,
      shape,
      data: new Float32Array(new Uint8Array(bytes.subarray(from, from + 4 * length)).buffer),
    };
  });
  return { ...header, slots };
}

/** Fails unless the state belongs to weights of these names and shapes with these values. */
export function checkBelongs(
  state: OptimizerState,
  source: string,
  className: string,
  weights: ReadonlyMap<string, readonly number[]>,
  weightsHash: string,
): void {
  if (state.className !== className)
    throw new AumentoError(
      "model",
      `${source}: it is the state of ${state.className}, the model has ${className}`,
    );
  for (const { weight, shape } of state.slots) {
    const own = weights.get(weight);
    if (!own || showShape(own) !== showShape(shape))
      throw new AumentoError(
        "model",
        `${source}: it belongs to another architecture: it has ${weight} ${showShape(shape)}, the model ${own ? showShape(own) : "has no such weight"}`,
      );
  }
  if (state.weightsHash !== weightsHash)
    throw new AumentoError(
      "model",
      `${source}: it was saved with other weights than the model's; delete it, or pass { optimizerState: false }, to start the optimizer afresh`,
    );
}
