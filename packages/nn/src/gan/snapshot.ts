import { AumentoError } from "../errors.ts";
import { type OptimizerState, readOptimizerState, writeOptimizerState } from "../train/optimizer-file.ts";
import type { ModelState } from "../train/state.ts";
import type { Cursor } from "./batches.ts";
import type { Gan } from "./gan.ts";
import type { MovingAverage } from "./moving-average.ts";
import { SIDES, type Side } from "./step-graph.ts";
import { Watch, type WatchState } from "./watch.ts";

/** Numbers of a network's weights, or of their average, and their copies. */
interface Copied {
  readonly name: Side | "average";
  readonly path: string;
  readonly original: Float32Array;
  readonly copy: Float32Array;
}

/** Where a state belongs in its training. */
export interface GanMoment {
  readonly step: number;
  readonly cursor: Cursor;
  /** What had been noticed by then. */
  readonly watch: WatchState;
}

const momentOf = ({ step, cursor, watch }: Gan): GanMoment => ({ step, cursor, watch: watch.state });

/** All that a step of a GAN changes, as it was at some moment. */
export class GanSnapshot {
  readonly #gan: Gan;
  readonly #states: Readonly<Record<Side, ModelState>>;
  readonly #copies: Copied[] = [];
  #optimizers: Partial<Record<Side, OptimizerState>> = {};
  #moment: GanMoment;

  /** Of a GAN that has taken a step. */
  constructor(gan: Gan, states: Readonly<Record<Side, ModelState>>, average: MovingAverage | undefined) {
    this.#gan = gan;
    this.#states = states;
    this.#moment = momentOf(gan);
    const hold = (name: Copied["name"], path: string, original: Float32Array) => {
      this.#copies.push({ name, path, original, copy: new Float32Array(original.length) });
    };
    for (const side of SIDES)
      for (const { path } of gan[side].network.weights) hold(side, path, states[side].value(path));
    if (average)
      for (const { path } of gan.generator.network.weights) hold("average", path, average.value(path));
    this.take();
  }

  get moment(): GanMoment {
    return this.#moment;
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
    this.#moment = momentOf(this.#gan);
  }

  /** Puts everything back; gives the step it goes back to. */
  restore(): number {
    for (const { original, copy } of this.#copies) original.set(copy);
    for (const side of SIDES) {
      const state = this.#optimizers[side];
      if (state) this.#states[side].loadOptimizerState(state, "The last good state");
    }
    const { step, cursor, watch } = this.#moment;
    this.#gan.step = step;
    this.#gan.cursor = cursor;
    this.#gan.watch = new Watch(watch);
    return step;
  }

  /** The numbers as parts of a file, by name. */
  parts(): [name: string, bytes: Uint8Array][] {
    const parts: [string, Uint8Array][] = this.#copies.map(({ name, path, copy }) => [
      `good/${name}/${path}`,
      new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength),
    ]);
    for (const side of SIDES) {
      const state = this.#optimizers[side];
      if (state) parts.push([`good/${side}/optimizer`, writeOptimizerState(state)]);
    }
    return parts;
  }

  /** Takes an earlier state instead, from such parts; `source` is how errors call their file. */
  load(moment: GanMoment, part: (name: string) => Uint8Array | undefined, source: string): void {
    // Of the present state nothing is written a second time.
    if (moment.step !== this.#moment.step) {
      for (const { name, path, copy } of this.#copies) {
        // What was trained without an average has its weights in place of one.
        const bytes =
          part(`good/${name}/${path}`) ?? (name === "average" ? part(`good/generator/${path}`) : undefined);
        if (bytes?.length !== copy.byteLength)
          throw new AumentoError("file", `${source}: its last good state lacks the weight "${path}"`);
        new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength).set(bytes);
      }
      for (const side of SIDES) {
        const bytes = part(`good/${side}/optimizer`);
        this.#optimizers[side] = bytes && readOptimizerState(bytes, source);
      }
    }
    this.#moment = moment;
  }
}
