import { AumentoError } from "../errors.ts";
import type { Network } from "../network.ts";
import type { BatchSource, Tensor } from "../tensor.ts";
import type { Compiled } from "./compiled.ts";
import type { FeatureCache, FeatureRun } from "./features/feature-cache.ts";
import type { Meter } from "./meter.ts";
import type { Programs } from "./programs.ts";
import { checkInput, checkTargets } from "./targets.ts";

/** The steps of a compiled model: one batch trained on or measured; and where the batches come from. */
export class Steps {
  readonly compiled: Compiled;
  readonly #network: Network;
  readonly #programs: Programs;
  readonly #features: FeatureCache;

  constructor(network: Network, programs: Programs, features: FeatureCache, compiled: Compiled) {
    this.compiled = compiled;
    this.#network = network;
    this.#programs = programs;
    this.#features = features;
  }

  /** Checks x and y and gives the targets as the loss takes them. */
  prepare(where: string, x: Tensor, y: Tensor | undefined): Tensor {
    const { inputShape, outputShape } = this.#network;
    checkInput(where, x, inputShape);
    if (!y)
      throw new AumentoError(
        "shape",
        `${where}: the batch has no y (a source with classMode null or "none"?)`,
      );
    return checkTargets(where, y, this.compiled.loss, x.shape[0], outputShape);
  }

  /** Gives the loss; where it is no number the weights stay as they are. `keep`: batches of this size will come again. */
  train(x: Tensor, target: Tensor, meter: Meter, keep: boolean): Promise<number> {
    const { loss } = this.compiled;
    return this.#programs.run("train", { x, target, loss, keep }, (result, program) => {
      const value = result.loss!;
      if (Number.isFinite(value)) {
        program.update();
        meter.add(value, target, result.output);
      }
      return value;
    });
  }

  /** Measures without training. */
  async test(x: Tensor, target: Tensor, meter: Meter, keep: boolean): Promise<void> {
    const { loss } = this.compiled;
    await this.#programs.run("test", { x, target, loss, keep }, (result) =>
      meter.add(result.loss!, target, result.output),
    );
  }

  /** What to read instead of a source: features of its pictures, or itself. */
  async features(source: BatchSource, options: FeatureRun): Promise<BatchSource> {
    try {
      return await this.#features.of(source, options);
    } finally {
      await this.#programs.release("features");
    }
  }
}
