import { AumentoError } from "../errors.ts";
import { instantiateKernels, type Kernels } from "./instantiate.ts";

/** Every array begins at a multiple of this many bytes: a cache line. */
const alignment = 64;
const pageBytes = 65_536;
const maximumBytes = 2 ** 32 - pageBytes;

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/**
 * Parameters, gradients and optimizer state in one WebAssembly memory: ONNX Runtime reads and writes views of it, the
 * kernels work on it in place, and nothing is copied in between. Its size is fixed when it is made, because views of a
 * WebAssembly memory are lost when it grows.
 */
export class Arena {
  readonly #kernels: Kernels;
  #next: number;

  /** Room for arrays of these lengths, in float32 elements. */
  constructor(lengths: readonly number[]) {
    this.#kernels = instantiateKernels();
    this.#next = aligned(this.#kernels.heapBase());
    const bytes = lengths.reduce((sum, length) => sum + aligned(4 * length), this.#next);
    const { memory } = this.#kernels;
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
    try {
      if (bytes > maximumBytes) throw new RangeError("more than WebAssembly can address");
      if (missing > 0) memory.grow(missing);
    } catch (cause) {
      throw new AumentoError("runtime", `Not enough memory: the model needs ${bytes} bytes in one piece.`, {
        cause,
      });
    }
  }

  /** The next array, of zeros. Arrays are handed out as long as the lengths given at the start leave room. */
  allocate(length: number): Float32Array {
    const start = this.#next;
    this.#next += aligned(4 * length);
    if (this.#next > this.#kernels.memory.buffer.byteLength) {
      throw new AumentoError("runtime", `Arena: no room left for ${length} elements.`);
    }
    return new Float32Array(this.#kernels.memory.buffer, start, length);
  }

  #pointer(array: Float32Array): number {
    if (array.buffer !== this.#kernels.memory.buffer || array.byteOffset % 16 !== 0) {
      throw new AumentoError("argument", "Arena: expected an array that this arena allocated.");
    }
    return array.byteOffset;
  }

  /** w += v after v = momentum · v - rate · g, in place; with `nesterov` w += momentum · v - rate · g. */
  sgd(
    weights: Float32Array,
    gradients: Float32Array,
    velocities: Float32Array,
    { rate, momentum, nesterov }: { rate: number; momentum: number; nesterov: boolean },
  ): void {
    this.#kernels.sgd(
      this.#pointer(weights),
      this.#pointer(gradients),
      this.#pointer(velocities),
      weights.length,
      rate,
      momentum,
      nesterov,
    );
  }

  /**
   * One step of Adam in place. `step` counts from 1; `decay` is decoupled weight decay: the weight loses
   * rate · decay of itself.
   */
  adam(
    weights: Float32Array,
    gradients: Float32Array,
    means: Float32Array,
    squares: Float32Array,
    {
      rate,
      beta1,
      beta2,
      epsilon,
      step,
      decay = 0,
    }: { rate: number; beta1: number; beta2: number; epsilon: number; step: number; decay?: number },
  ): void {
    const corrected = (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
    this.#kernels.adam(
      this.#pointer(weights),
      this.#pointer(gradients),
      this.#pointer(means),
      this.#pointer(squares),
      weights.length,
      corrected,
      beta1,
      beta2,
      epsilon,
      1 - rate * decay,
    );
  }

  /**
   * Fills a mask with 0 at the given rate and 1 / (1 - rate) elsewhere: the numbers of the stream `stream` of the seed,
   * as RandomStream draws them.
   */
  dropoutMask(mask: Float32Array, rate: number, seed: number, stream: number): void {
    const high = Math.floor(seed / 0x100000000);
    this.#kernels.dropoutMask(
      this.#pointer(mask),
      mask.length,
      Math.fround(rate),
      stream,
      seed | 0,
      high | 0,
    );
  }
}
