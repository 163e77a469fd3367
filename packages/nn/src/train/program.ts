import { Arena } from "../kernels/arena.ts";
import { compileGraph } from "../onnx/serialize.ts";
import { streamOf } from "../random.ts";
import { blockSize, createSession, type Session, type SessionTensor } from "../runtime/index.ts";
import { sizeOf, type Tensor } from "../tensor.ts";
import { INPUT, LOSS, OUTPUT, type StepGraph, TARGET } from "./graph.ts";
import type { ModelState } from "./state.ts";

/** What a run gives: views of memory that the next run writes over. */
export interface RunResult {
  /** Mean over the batch; undefined where the graph has no loss. */
  loss: number | undefined;
  output: Tensor;
}

/** A graph ready to run on a model's weights, with all its memory but the runtime's own. */
export class Program {
  readonly #graph: StepGraph;
  readonly #session: Session;
  readonly #feeds: Record<string, SessionTensor> = {};
  readonly #fetches: Record<string, SessionTensor> = {};
  readonly #state: ModelState;
  readonly #seed: number;
  /** Memory of the dropout masks. */
  readonly #masks: Arena | undefined;
  /** The state's version of the stored weights when they were stored. */
  readonly #version: number;

  private constructor(graph: StepGraph, session: Session, state: ModelState, seed: number) {
    this.#graph = graph;
    this.#session = session;
    this.#state = state;
    this.#seed = seed;
    this.#version = state.version(this.#storedPaths());
    for (const { path, storedShape } of graph.reads)
      this.#feeds[path] = { data: state.value(path), shape: storedShape };
    if (graph.masks.length > 0) {
      this.#masks = new Arena(graph.masks.map(({ shape }) => sizeOf(shape)));
      for (const { name, shape } of graph.masks)
        this.#feeds[name] = { data: this.#masks.allocate(sizeOf(shape)), shape };
    }
    const { outputs } = graph;
    for (const { weight, output } of graph.gradients)
      this.#fetches[output] = { data: state.gradient(weight.path), shape: weight.storedShape };
    for (const name of Object.keys(outputs))
      this.#fetches[name] ??= {
        data: new Float32Array(sizeOf(outputs[name].shape)),
        shape: outputs[name].shape,
      };
  }

  /** `seed` decides the dropout masks. */
  static async create(graph: StepGraph, state: ModelState, seed: number): Promise<Program> {
    const { outputs, stored } = graph;
    const weights = new Map(stored.map(({ weight, value }) => [value, state.value(weight.path)]));
    const model = compileGraph({ outputs, weights, block: await blockSize() });
    const session = await createSession(model, {
      memoryPattern: graph.gradients.length > 0,
      storedWeights: stored.length > 0,
    });
    return new Program(graph, session, state, seed);
  }

  #storedPaths(): string[] {
    return this.#graph.stored.map(({ weight }) => weight.path);
  }

  /** Whether the weights stored in the graph are still the model's. */
  get isCurrent(): boolean {
    return this.#state.version(this.#storedPaths()) === this.#version;
  }

  /** Runs the graph; gradients are in the state's memory afterwards. Nothing of the model changes. */
  async run(x: Tensor, target?: Tensor): Promise<RunResult> {
    this.#feeds[INPUT] = x;
    if (target) this.#feeds[TARGET] = target;
    for (const { name, rate } of this.#graph.masks) {
      // Each step has its own numbers, whatever ran before in this process: training can go on from a file.
      const stream = streamOf(`${name}/${this.#state.iterations}`);
      this.#masks?.dropoutMask(this.#feeds[name].data as Float32Array, rate, this.#seed, stream);
    }
    await this.#session.run(this.#feeds, this.#fetches);
    return {
      loss: this.#fetches[LOSS]?.data[0] as number | undefined,
      output: this.#fetches[OUTPUT] as Tensor,
    };
  }

  /** Takes the step whose gradients the last run left: trained weights by the optimizer, the others as the graph says. */
  update(): void {
    for (const { weight, output } of this.#graph.updates)
      this.#state.setValue(weight.path, this.#fetches[output].data as Float32Array);
    this.#state.step(this.#graph.gradients.map(({ weight }) => weight));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
