import type { Network } from "../network.ts";
import type { ModelState } from "../train/state.ts";

/**
 * Exponential moving average of a generator's weights, running statistics included: it makes steadier pictures than
 * the weights of any one step. In the first steps the past counts less, so that the start is soon forgotten.
 */
export class MovingAverage {
  readonly decay: number;
  readonly #paths: readonly string[];
  readonly #values: ReadonlyMap<string, Float32Array>;
  readonly #state: ModelState;

  /** Begins with the weights as they are. */
  constructor(network: Network, state: ModelState, decay: number) {
    this.decay = decay;
    this.#state = state;
    this.#paths = network.weights.map(({ path }) => path);
    this.#values = new Map(this.#paths.map((path) => [path, state.value(path).slice()]));
  }

  /** The average of a weight: always the same memory. */
  value(path: string): Float32Array {
    return this.#values.get(path)!;
  }

  /** Takes in the weights after step number `step`, counted from 1. */
  update(step: number): void {
    const share = 1 - Math.min(this.decay, (1 + step) / (10 + step));
    for (const path of this.#paths) {
      const average = this.value(path);
      const now = this.#state.value(path);
      for (let i = 0; i < average.length; i++) average[i] += share * (now[i] - average[i]);
    }
  }
}
