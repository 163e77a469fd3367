import type { Network } from "../network.ts";
import { sizeOf, type Tensor } from "../tensor.ts";
import { GanProgram } from "./program.ts";
import { LATENT, PICTURES, samplingGraph } from "./step-graph.ts";

/** Samples that the generator makes at once. */
const SAMPLED = 16;

/** Makes samples with a generator's weights as they lie in memory. */
export class Sampler {
  readonly #network: Network;
  readonly #weight: (path: string) => Float32Array;
  readonly #seed: number;
  #program: GanProgram | undefined;

  constructor(network: Network, weight: (path: string) => Float32Array, seed: number) {
    this.#network = network;
    this.#weight = weight;
    this.#seed = seed;
  }

  /** What becomes of inputs [n, latent + classes]. */
  async sample({ data: fed, shape: [n, width] }: Tensor): Promise<Tensor> {
    this.#program ??= await GanProgram.create(samplingGraph(this.#network, SAMPLED), {
      weights: (_, path) => this.#weight(path),
      seed: this.#seed,
    });
    const size = sizeOf(this.#network.outputShape);
    const made = new Float32Array(n * size);
    for (let start = 0; start < n; start += SAMPLED) {
      const data = new Float32Array(SAMPLED * width);
      data.set(fed.subarray(start * width, (start + SAMPLED) * width));
      await this.#program.run({ [LATENT]: { data, shape: [SAMPLED, width] } }, "");
      const count = Math.min(n, start + SAMPLED) - start;
      made.set(this.#program.output(PICTURES).subarray(0, count * size), start * size);
    }
    return { data: made, shape: [n, ...this.#network.outputShape] };
  }

  /** Frees the runtime's memory; the sampler stays usable. */
  async close(): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    await program?.close();
  }
}
