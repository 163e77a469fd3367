import type { OptimizerState } from "../train/optimizer-file.ts";
import type { ModelState } from "../train/state.ts";
import type { Cursor } from "./batches.ts";
import type { Gan } from "./gan.ts";
import type { MovingAverage } from "./moving-average.ts";
import { SIDES, type Side } from "./step-graph.ts";

/** Numbers and their copy. */
interface Copied {
  readonly original: Float32Array;
  readonly copy: Float32Array;
}

/** All that a step of a GAN changes, as it was at some moment. */
export class GanSnapshot {
  readonly #gan: Gan;
  readonly #states: Readonly<Record<Side, ModelState>>;
  readonly #copies: Copied[] = [];
  #optimizers: Partial<Record<Side, OptimizerState>> = {};
  #step = 0;
  #cursor: Cursor = { epoch: 0, batch: 0 };

  /** Of a GAN that has taken a step. */
  constructor(gan: Gan, states: Readonly<Record<Side, ModelState>>, average: MovingAverage | undefined) {
    this.#gan = gan;
    this.#states = states;
    const hold = (original: Float32Array) => {
      this.#copies.push({ original, copy: new Float32Array(original.length) });
    };
    for (const side of SIDES)
      for (const { path } of gan[side].network.weights) hold(states[side].value(path));
    if (average) for (const { path } of gan.generator.network.weights) hold(average.value(path));
    this.take();
  }

  /** Takes the present state instead. */
  take(): void {
    for (const { original, copy } of this.#copies) copy.set(original);
    for (const side of SIDES) {
      const state = this.#states[side].optimizerState();
      const kept = this.#optimizers[side]?.slots;
      this.#optimizers[side] = state && {
        ...state,
        slots: state.slots.map((slot, i) => {
          const data = kept?.[i].data ?? new Float32Array(slot.data.length);
          data.set(slot.data);
          return { ...slot, data };
        }),
      };
    }
    this.#step = this.#gan.step;
    this.#cursor = this.#gan.cursor;
  }

  /** Puts everything back; gives the step it goes back to. */
  restore(): number {
    for (const { original, copy } of this.#copies) original.set(copy);
    for (const side of SIDES) {
      const state = this.#optimizers[side];
      if (state) this.#states[side].loadOptimizerState(state, "The last good state");
    }
    this.#gan.step = this.#step;
    this.#gan.cursor = this.#cursor;
    return this.#step;
  }
}
