import type { Logs } from "../callbacks/callback.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Tensor } from "../tensor.ts";

/** Loss and metrics averaged over the samples seen so far. */
export class Meter {
  readonly #metrics: readonly Metric[];
  readonly #sums: Float64Array;
  #loss = 0;
  #samples = 0;

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics;
    this.#sums = new Float64Array(metrics.length);
  }

  add(loss: number, target: Tensor, prediction: Tensor): void {
    const n = prediction.shape[0];
    this.#loss += loss * n;
    this.#samples += n;
    this.#metrics.forEach((metric, i) => {
      this.#sums[i] += metric.sum(target, prediction);
    });
  }

  /** Samples seen so far. */
  get samples(): number {
    return this.#samples;
  }

  /** The means, names preceded by `prefix`. */
  logs(prefix = ""): Logs {
    const logs: Logs = { [`${prefix}loss`]: this.#loss / this.#samples };
    this.#metrics.forEach(({ name }, i) => {
      logs[prefix + name] = this.#sums[i] / this.#samples;
    });
    return logs;
  }
}
