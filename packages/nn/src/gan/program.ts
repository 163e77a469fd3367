import { Arena } from "../kernels/arena.ts";
import { compileGraph } from "../onnx/serialize.ts";
import { RandomStream, streamOf } from "../random.ts";
import { blockSize, createSession, type Session, type SessionTensor } from "../runtime/index.ts";
import { sizeOf, type Tensor } from "../tensor.ts";
import type { ModelState } from "../train/state.ts";
import type { Bound, GanGraph, Side } from "./step-graph.ts";

/** Where a program finds the weights, by side and path. */
export type WeightsOf = (side: Side, path: string) => Float32Array;

/**
 * A step graph ready to run on the memory of both networks: weights are read, and gradients written, where the
 * optimizers work on them.
 */
export class GanProgram {
  readonly #graph: GanGraph;
  readonly #session: Session;
  readonly #seed: number;
  readonly #feeds: Record<string, SessionTensor> = {};
  readonly #fetches: Record<string, SessionTensor> = {};
  /** Memory of what is drawn for each run. */
  readonly #random: Arena;

  private constructor(graph: GanGraph, session: Session, seed: number) {
    this.#graph = graph;
    this.#session = session;
    this.#seed = seed;
    const { drawn, masks } = graph;
    this.#random = new Arena([...drawn, ...masks].map(({ shape }) => sizeOf(shape)));
    for (const { name, shape } of [...drawn, ...masks])
      this.#feeds[name] = { data: this.#random.allocate(sizeOf(shape)), shape };
  }

  /**
   * `weights`: memory that is read and, in training, changed; `state`: where the trained side's gradients are left;
   * `before`: a program whose last run this one goes on from.
   */
  static async create(
    graph: GanGraph,
    {
      weights,
      state,
      seed,
      before,
    }: { weights: WeightsOf; state?: ModelState; seed: number; before?: GanProgram },
  ): Promise<GanProgram> {
    const model = compileGraph({
      outputs: graph.outputs,
      asComputed: graph.handed,
      block: await blockSize(),
    });
    // Measured on the 64 x 64 DCGAN: the memory pattern saves no time here, and costs 600 MB.
    const session = await createSession(model, { memoryPattern: false });
    const program = new GanProgram(graph, session, seed);
    if (before) Object.assign(program.#feeds, before.#feeds, before.#fetches);
    for (const { name, side, weight } of graph.reads)
      program.#feeds[name] = { data: weights(side, weight.path), shape: weight.storedShape };
    for (const { name, weight } of graph.gradients)
      program.#fetches[name] = { data: state!.gradient(weight.path), shape: weight.storedShape };
    for (const [name, { shape }] of Object.entries(graph.outputs))
      program.#fetches[name] ??= { data: new Float32Array(sizeOf(shape)), shape };
    return program;
  }

  /** Runs the graph; what it draws is named by `key`. Gradients lie in the state's memory afterwards. */
  async run(feeds: Readonly<Record<string, Tensor>>, key: string): Promise<void> {
    for (const { name, fill } of this.#graph.drawn)
      fill(this.#feeds[name].data as Float32Array, new RandomStream(this.#seed, `${name}/${key}`));
    for (const { name, rate } of this.#graph.masks)
      this.#random.dropoutMask(
        this.#feeds[name].data as Float32Array,
        rate,
        this.#seed,
        streamOf(`${name}/${key}`),
      );
    await this.#session.run({ ...this.#feeds, ...feeds }, this.#fetches);
  }

  /** An output of the last run: memory that the next run writes over. */
  output(name: string): Float32Array {
    return this.#fetches[name].data as Float32Array;
  }

  /** Untrained weights that the last run gives new values. */
  get updates(): readonly Bound[] {
    return this.#graph.updates;
  }

  /** Trained weights whose gradients the last run left. */
  get gradients(): readonly Bound[] {
    return this.#graph.gradients;
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
