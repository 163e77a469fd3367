import { rows, type Tensor } from "../../tensor.ts";
import type { FrozenPrefix } from "./prefix.ts";

/** Whether numbers are the same to the bit, or both none. */
const same = (a: Float32Array, b: Float32Array): boolean => a.every((value, i) => Object.is(value, b[i]));

/**
 * What frozen layers make of pictures: to the bit what they make of each alone, so that it does not matter with which
 * others a picture came. Batches are faster; in some of the runtime's sums the order, and with it the last bit, depends
 * on a picture's place in memory. So the first batch of each size is tried both ways.
 */
export class PictureFeatures {
  readonly prefix: FrozenPrefix;
  readonly #run: (x: Tensor) => Promise<Float32Array>;
  /** By the batch size, whether batches give what pictures alone give. */
  readonly #agree = new Map<number, boolean>();

  /** `run` gives features of all pictures of a batch, valid until it is called again. */
  constructor(prefix: FrozenPrefix, run: (x: Tensor) => Promise<Float32Array>) {
    this.prefix = prefix;
    this.#run = run;
  }

  /** The features [count, size] of the first `count` pictures of a batch, valid until the next call. */
  async of(x: Tensor, count: number): Promise<Float32Array> {
    const n = x.shape[0];
    if (this.#agree.get(n)) return this.#run(x);
    const { size } = this.prefix;
    const alone = new Float32Array(count * size);
    for (let i = 0; i < count; i++) alone.set(await this.#run(rows(x, i, i + 1)), i * size);
    if (count === n && !this.#agree.has(n)) this.#agree.set(n, same(alone, await this.#run(x)));
    return alone;
  }
}
