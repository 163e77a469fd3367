import { AumentoError } from "../errors.ts";
import { initialValues } from "../initializers/initializer.ts";
import { Arena } from "../kernels/arena.ts";
import type { Network, Weight } from "../network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type LearningRateSchedule, learningRateAt } from "../schedules/schedule.ts";
import { toStored } from "../weight-layout.ts";
import { checkBelongs, hashWeights, type OptimizerState } from "./optimizer-file.ts";

/** Tensors that each optimizer keeps for a weight, as files name them. */
const SLOTS: Record<Optimizer["className"], readonly string[]> = {
  SGD: ["velocity"],
  Adam: ["mean", "square"],
  AdamW: ["mean", "square"],
};

/** What training needs of one weight. */
interface Trained {
  readonly gradient: Float32Array;
  readonly slots: readonly Float32Array[];
}

/** The numbers of a model: its weights, and once there is an optimizer also gradients and its state, in one memory. */
export class ModelState {
  readonly #network: Network;
  #values: ReadonlyMap<string, Float32Array>;
  /** How often each weight's numbers changed. */
  readonly #versions = new Map<string, number>();
  #trained: ReadonlyMap<string, Trained> = new Map();
  #arena: Arena | undefined;
  #optimizer: Optimizer | undefined;
  #learningRate: number | LearningRateSchedule = 0;
  #iterations = 0;
  /** The weights that steps have moved: the optimizer keeps nothing of the others. */
  readonly #stepped = new Set<string>();

  /** Weights in the engine's layout; those that are not given are made by the layers' initializers. */
  constructor(network: Network, seed: number, weights?: ReadonlyMap<string, Float32Array>) {
    this.#network = network;
    this.#values = new Map(
      network.weights.map((weight) => {
        const given = weights?.get(weight.path);
        if (given) return [weight.path, given];
        const value = new Float32Array(weight.size);
        toStored(weight, initialValues(weight.initializer, weight.shape, seed, weight.path), value);
        return [weight.path, value];
      }),
    );
  }

  /** A weight's memory, to read or for `step` to follow; `setValue` writes. Valid until another optimizer is taken. */
  value(path: string): Float32Array {
    return this.#values.get(path)!;
  }

  /** Takes numbers for a weight, in the engine's layout. */
  setValue(path: string, numbers: Float32Array): void {
    const value = this.value(path);
    if (value.every((number, i) => Object.is(number, numbers[i]))) return;
    value.set(numbers);
    this.#changed(path);
  }

  #changed(path: string): void {
    this.#versions.set(path, (this.#versions.get(path) ?? 0) + 1);
  }

  /** A number that grows whenever one of these weights changes through a method of this class. */
  version(paths: readonly string[]): number {
    return paths.reduce((sum, path) => sum + (this.#versions.get(path) ?? 0), 0);
  }

  gradient(path: string): Float32Array {
    return this.#trained.get(path)!.gradient;
  }

  /** Whether an optimizer may move the weights. */
  get hasOptimizer(): boolean {
    return this.#optimizer !== undefined;
  }

  get iterations(): number {
    return this.#iterations;
  }

  /** What the next step will take. */
  get learningRate(): number {
    return learningRateAt(this.#learningRate, this.#iterations);
  }

  set learningRate(rate: number) {
    if (typeof this.#learningRate !== "number")
      throw new AumentoError(
        "argument",
        `learningRate: the optimizer follows a schedule (${this.#learningRate.className}); compile with a number to set it`,
      );
    if (!(Number.isFinite(rate) && rate >= 0))
      throw new AumentoError("argument", `learningRate: expected a number of at least 0, got ${rate}`);
    this.#learningRate = rate;
  }

  /** Makes room for an optimizer's state, all zero, and moves the weights beside it. */
  useOptimizer(optimizer: Optimizer): void {
    const { weights } = this.#network;
    const slots = SLOTS[optimizer.className];
    const arena = new Arena(
      weights.flatMap(({ size, trainable }) => Array<number>(trainable ? 2 + slots.length : 1).fill(size)),
    );
    const values = new Map<string, Float32Array>();
    const trained = new Map<string, Trained>();
    for (const { path, size, trainable } of weights) {
      const value = arena.allocate(size);
      value.set(this.value(path));
      values.set(path, value);
      if (!trainable) continue;
      trained.set(path, { gradient: arena.allocate(size), slots: slots.map(() => arena.allocate(size)) });
    }
    this.#arena = arena;
    this.#values = values;
    this.#trained = trained;
    this.#optimizer = optimizer;
    this.#learningRate = optimizer.learningRate;
    this.#iterations = 0;
    this.#stepped.clear();
  }

  /** Moves weights along the gradients in memory. */
  step(weights: readonly Weight[]): void {
    const optimizer = this.#optimizer!;
    const rate = this.learningRate;
    const step = ++this.#iterations;
    for (const { path } of weights) {
      this.#changed(path);
      this.#stepped.add(path);
      const value = this.value(path);
      const { gradient, slots } = this.#trained.get(path)!;
      if (optimizer.className === "SGD")
        this.#arena!.sgd(value, gradient, slots[0], {
          rate,
          momentum: optimizer.momentum,
          nesterov: optimizer.nesterov,
        });
      else {
        const { beta1, beta2, epsilon } = optimizer;
        const decay = optimizer.className === "AdamW" ? optimizer.weightDecay : 0;
        this.#arena!.adam(value, gradient, slots[0], slots[1], { rate, beta1, beta2, epsilon, step, decay });
      }
    }
  }

  #weightsHash(): string {
    return hashWeights(this.#network.weights.map(({ path }) => this.value(path)));
  }

  /** The optimizer's state as views of its memory, or nothing before its first step. */
  optimizerState(): OptimizerState | undefined {
    if (!this.#optimizer || this.#iterations === 0) return undefined;
    const { className } = this.#optimizer;
    return {
      className,
      iterations: this.#iterations,
      learningRate: this.learningRate,
      weightsHash: this.#weightsHash(),
      slots: this.#network.weights.flatMap(({ path, storedShape }) =>
        (this.#stepped.has(path) ? this.#trained.get(path)!.slots : []).map((data, i) => ({
          weight: path,
          slot: SLOTS[className][i],
          shape: storedShape,
          data,
        })),
      ),
    };
  }

  /** Goes on from a saved state, which must belong to these weights; `source` is how errors call it. */
  loadOptimizerState(state: OptimizerState, source: string): void {
    const { className } = this.#optimizer!;
    const shapes = new Map(this.#network.weights.map(({ path, storedShape }) => [path, storedShape]));
    checkBelongs(state, source, className, shapes, this.#weightsHash());
    // Whoever goes back to an earlier state has put its weights into memory.
    for (const path of this.#trained.keys()) this.#changed(path);
    for (const { weight, slot, data } of state.slots) {
      this.#stepped.add(weight);
      this.#trained.get(weight)?.slots[SLOTS[className].indexOf(slot)]?.set(data);
    }
    this.#iterations = state.iterations;
    if (typeof this.#learningRate === "number") this.learningRate = state.learningRate;
  }
}
