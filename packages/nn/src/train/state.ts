import { initialValues } from "../initializers/initializer.ts";
import { type Network, toStored, type Weight } from "../network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { RandomStream } from "../random.ts";

const SLOTS = { SGD: ["velocity"], Adam: ["m", "v"], AdamW: ["m", "v"] } as const;

export class ModelState {
  readonly #values = new Map<string, Float32Array>();
  readonly #gradients = new Map<string, Float32Array>();
  #slots = new Map<string, Float32Array>();
  #optimizer: Optimizer | undefined;
  readonly seed: number;
  learningRate = 0;
  iterations = 0;

  constructor(network: Network, seed: number) {
    this.seed = seed;
    for (const { path, shape, size, initializer } of network.weights) {
      const value = new Float32Array(size);
      toStored(initialValues(initializer, shape, seed, path), shape, value);
      this.#values.set(path, value);
      this.#gradients.set(path, new Float32Array(size));
    }
  }

  value(path: string): Float32Array {
    return this.#values.get(path)!;
  }

  gradient(path: string): Float32Array {
    return this.#gradients.get(path)!;
  }

  fillMask(name: string, rate: number, mask: Float32Array): void {
    const stream = new RandomStream(this.seed, `${name}/${this.iterations}`);
    for (let i = 0; i < mask.length; i++) mask[i] = stream.uniform() < rate ? 0 : 1 / (1 - rate);
  }

  useOptimizer(optimizer: Optimizer): void {
    this.#optimizer = optimizer;
    this.#slots = new Map();
    this.iterations = 0;
    this.learningRate = optimizer.learningRate;
  }

  step(weights: readonly Weight[]): void {
    const o = this.#optimizer!;
    const lr = this.learningRate;
    this.iterations++;
    for (const { path, size } of weights) {
      const w = this.value(path);
      const g = this.gradient(path);
      const [a, b] = SLOTS[o.className].map((slot) => {
        const key = `${path}:${slot}`;
        if (!this.#slots.has(key)) this.#slots.set(key, new Float32Array(size));
        return this.#slots.get(key)!;
      });
      if (o.className === "SGD") {
        for (let i = 0; i < size; i++) {
          a[i] = o.momentum * a[i] - lr * g[i];
          w[i] += o.nesterov ? o.momentum * a[i] - lr * g[i] : a[i];
        }
        continue;
      }
      const alpha = (lr * Math.sqrt(1 - o.beta2 ** this.iterations)) / (1 - o.beta1 ** this.iterations);
      const decay = o.className === "AdamW" ? o.weightDecay : 0;
      for (let i = 0; i < size; i++) {
        w[i] -= w[i] * decay * lr;
        a[i] += (g[i] - a[i]) * (1 - o.beta1);
        b[i] += (g[i] * g[i] - b[i]) * (1 - o.beta2);
        w[i] -= (alpha * a[i]) / (Math.sqrt(b[i]) + o.epsilon);
      }
    }
  }
}
