import type { Loss } from "../losses/loss.ts";
import { type Network, pathsInTraining, type Weight } from "../network.ts";
import { rows, type Tensor } from "../tensor.ts";
import { type FrozenPrefix, isFeatures } from "./features/prefix.ts";
import { featureGraph, inferenceGraph, trainingGraph } from "./graph.ts";
import { Program, type RunResult } from "./program.ts";
import type { ModelState } from "./state.ts";

/** What a program is for; "features": what a frozen part makes of pictures. */
export type Purpose = "train" | "test" | "predict" | "features";

/** A batch to run. */
export interface Run {
  x: Tensor;
  target?: Tensor;
  loss?: Loss;
  /** The part whose features are wanted. */
  prefix?: FrozenPrefix;
  /** The batch size will come again. */
  keep: boolean;
}

interface Kept {
  readonly n: number;
  /** All but the batch size that a program depends on. */
  readonly kind: string;
  readonly program: Program;
}

/** A batch with room for more samples, which are zeros. */
function padded({ data, shape }: Tensor, n: number): Tensor {
  const size = (data.length / shape[0]) * n;
  const larger = data instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  larger.set(data);
  return { data: larger, shape: [n, ...shape.slice(1)] };
}

/**
 * The programs of one model: for each purpose the one of the last kept batch size stays ready, others live for one
 * run. Runs follow one another, also when they are asked for at once.
 */
export class Programs {
  readonly #network: Network;
  readonly #state: ModelState;
  readonly #seed: number;
  readonly #kept = new Map<Purpose, Kept>();
  /** Purposes whose program had to be made again because weights stored in it changed: they are fed from then on. */
  readonly #restless = new Set<Purpose>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(network: Network, state: ModelState, seed: number) {
    this.#network = network;
    this.#state = state;
    this.#seed = seed;
  }

  /** Runs a batch, and hands the result to `use` before anything else runs. */
  run<T>(purpose: Purpose, batch: Run, use: (result: RunResult, program: Program) => T): Promise<T> {
    return this.#exclusive(async () => {
      const { x, target } = batch;
      const [n] = x.shape;
      const { program, kept, size } = await this.#program(purpose, batch);
      try {
        const result = await program.run(size > n ? padded(x, size) : x, target);
        return use(size > n ? { ...result, output: rows(result.output, 0, n) } : result, program);
      } finally {
        if (!kept) await program.close();
      }
    });
  }

  /** Frees the memory of one kind of program, which will not be needed for a while. */
  release(purpose: Purpose): Promise<void> {
    return this.#exclusive(async () => {
      const present = this.#kept.get(purpose);
      this.#kept.delete(purpose);
      await present?.program.close();
    });
  }

  /** Frees the runtime's memory; programs are made again when they are needed. */
  close(): Promise<void> {
    return this.#exclusive(async () => {
      const programs = [...this.#kept.values()];
      this.#kept.clear();
      this.#restless.clear();
      for (const { program } of programs) await program.close();
    });
  }

  /** After whatever is under way has ended, well or not. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #program(
    purpose: Purpose,
    { x, loss, prefix, keep }: Run,
  ): Promise<{ program: Program; kept: boolean; size: number }> {
    const [n] = x.shape;
    const dtype = x.data instanceof Uint8Array ? "uint8" : "float32";
    const trainable = this.#network.layers
      .map(({ trainable, batchStatistics }) => (trainable ? (batchStatistics ? 2 : 1) : 0))
      .join("");
    const kind = `${dtype} ${isFeatures(x) ? "features" : "pictures"} ${trainable}`;
    const present = this.#kept.get(purpose);
    // Where samples do not meet, a program for more of them does for fewer, and none need be made for one run.
    const apart = purpose === "predict";
    const fits = present?.kind === kind && (present.n === n || (apart && !keep && present.n > n));
    if (present && fits) {
      if (present.program.isCurrent) return { program: present.program, kept: true, size: present.n };
      this.#restless.add(purpose);
    }
    if (present && (keep || fits)) {
      this.#kept.delete(purpose);
      await present.program.close();
    }
    const options = {
      network: this.#network,
      n,
      dtype,
      prefix: isFeatures(x) ? x.prefix : undefined,
    } as const;
    const graph = prefix
      ? featureGraph(options, prefix)
      : purpose === "train"
        ? trainingGraph(options, loss!)
        : inferenceGraph(options, this.#changing(purpose), purpose === "test" ? loss : undefined);
    const program = await Program.create(graph, this.#state, this.#seed);
    if (keep) this.#kept.set(purpose, { n, kind, program });
    return { program, kept: keep, size: n };
  }

  /**
   * Which weights a graph without gradients is fed with. Stored ones are faster, but every change of them needs a new
   * graph: weights that training changes, or that somebody sets again and again, are fed.
   */
  #changing(purpose: Purpose): (weight: Weight) => boolean {
    if (!this.#state.hasOptimizer && !this.#restless.has(purpose)) return () => false;
    const training = pathsInTraining(this.#network);
    return ({ path }) => training.has(path);
  }
}
