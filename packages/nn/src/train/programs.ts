import type { Loss } from "../losses/loss.ts";
import type { Network, Weight } from "../network.ts";
import type { Tensor } from "../tensor.ts";
import { inferenceGraph, pathsInTraining, trainingGraph } from "./graph.ts";
import { Program, type RunResult } from "./program.ts";
import type { ModelState } from "./state.ts";

/** What a program is for. */
export type Purpose = "train" | "test" | "predict";

/**
 * The programs of one model: for each purpose the one of the last kept batch size stays ready, others live for one
 * run. Runs follow one another, also when they are asked for at once.
 */
export class Programs {
  readonly #network: Network;
  readonly #state: ModelState;
  readonly #seed: number;
  readonly #kept = new Map<Purpose, { key: string; program: Program }>();
  /** Purposes whose program had to be made again because weights stored in it changed: they are fed from then on. */
  readonly #restless = new Set<Purpose>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(network: Network, state: ModelState, seed: number) {
    this.#network = network;
    this.#state = state;
    this.#seed = seed;
  }

  /**
   * Runs a batch, and hands the result to `use` before anything else runs. `keep`: the batch size will come again.
   */
  run<T>(
    purpose: Purpose,
    batch: { x: Tensor; target?: Tensor; loss?: Loss; keep: boolean },
    use: (result: RunResult, program: Program) => T,
  ): Promise<T> {
    return this.#exclusive(async () => {
      const { x, target, loss, keep } = batch;
      const { program, kept } = await this.#program(purpose, x, loss, keep);
      try {
        return use(await program.run(x, target), program);
      } finally {
        if (!kept) await program.close();
      }
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
    x: Tensor,
    loss: Loss | undefined,
    keep: boolean,
  ): Promise<{ program: Program; kept: boolean }> {
    const [n] = x.shape;
    const dtype = x.data instanceof Uint8Array ? "uint8" : "float32";
    const trainable = this.#network.layers
      .map(({ trainable, batchStatistics }) => (trainable ? (batchStatistics ? 2 : 1) : 0))
      .join("");
    const key = `${n} ${dtype} ${trainable}`;
    const present = this.#kept.get(purpose);
    if (present?.key === key) {
      if (present.program.isCurrent) return { program: present.program, kept: true };
      this.#restless.add(purpose);
    }
    const options = { network: this.#network, n, dtype } as const;
    if (present && (keep || present.key === key)) {
      this.#kept.delete(purpose);
      await present.program.close();
    }
    const graph =
      purpose === "train"
        ? trainingGraph(options, loss!)
        : inferenceGraph(options, this.#changing(purpose), purpose === "test" ? loss : undefined);
    const program = await Program.create(graph, this.#state, this.#seed);
    if (keep) this.#kept.set(purpose, { key, program });
    return { program, kept: keep };
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
