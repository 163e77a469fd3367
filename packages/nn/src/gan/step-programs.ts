import type { Network } from "../network.ts";
import { blockSize } from "../runtime/index.ts";
import type { Tensor } from "../tensor.ts";
import type { ModelState } from "../train/state.ts";
import type { ResolvedGanOptions } from "./options.ts";
import { GanProgram } from "./program.ts";
import { discriminatorGraph, type GanGraph, generatorGraph, inParts, type Side } from "./step-graph.ts";

/** The graphs of a step: the generator makes samples, the discriminator learns on them, then the generator. */
interface Programs {
  readonly making: GanProgram;
  readonly discriminator: GanProgram;
  readonly generator: GanProgram;
}

/** The step graphs of a GAN, made for batches as they come. */
export class StepPrograms {
  readonly #networks: Readonly<Record<Side, Network>>;
  readonly #states: Readonly<Record<Side, ModelState>>;
  readonly #options: ResolvedGanOptions;
  #made: (Programs & { key: string }) | undefined;

  constructor(
    networks: Readonly<Record<Side, Network>>,
    states: Readonly<Record<Side, ModelState>>,
    options: ResolvedGanOptions,
  ) {
    this.#networks = networks;
    this.#states = states;
    this.#options = options;
  }

  /** The step graphs for batches like this one; those of another size are given up. */
  async for(x: Tensor): Promise<Programs> {
    const [n] = x.shape;
    const dtype = x.data instanceof Uint8Array ? "uint8" : "float32";
    const key = `${n} ${dtype}`;
    if (this.#made?.key === key) return this.#made;
    await this.close();
    const { classes, loss, labelSmoothing, diffAugment, seed } = this.#options;
    const graphOptions = { ...this.#networks, n, classes, loss, labelSmoothing, diffAugment };
    const weights = (side: Side, path: string) => this.#states[side].value(path);
    const parts = inParts(generatorGraph(graphOptions), await blockSize());
    const make = (side: Side, graph: GanGraph, before?: GanProgram) =>
      GanProgram.create(graph, { weights, state: this.#states[side], seed, before });
    const making = await make("generator", parts.making);
    const discriminator = await make("discriminator", discriminatorGraph(graphOptions, dtype), making);
    const generator = await make("generator", parts.judging, making);
    this.#made = { key, making, discriminator, generator };
    return this.#made;
  }

  async close(): Promise<void> {
    const { making, discriminator, generator } = this.#made ?? {};
    this.#made = undefined;
    for (const program of [making, discriminator, generator]) await program?.close();
  }
}
