import type { SaveMetadata, SaveOptions } from "./callbacks/callback.ts";
import { badArgument, checkOptions } from "./check.ts";
import { AumentoError } from "./errors.ts";
import { removeFile, writeFiles } from "./files.ts";
import { exportModel, namesFit } from "./model-export.ts";
import type { ModelLayer, Network } from "./network.ts";
import { placesOf } from "./places.ts";
import { countWeights, summaryText } from "./summary.ts";
import { type BatchSource, checkSource, checkTensor, isSource, type Tensor } from "./tensor.ts";
import { type Compiled, type CompileOptions, resolveCompile } from "./train/compiled.ts";
import { FeatureCache } from "./train/features/feature-cache.ts";
import { evaluateSource, type FitOptions, fitSource } from "./train/fit.ts";
import { fitData, type TensorFitOptions } from "./train/fit-data.ts";
import type { History } from "./train/history.ts";
import { Meter } from "./train/meter.ts";
import { readOptimizerState, writeOptimizerState } from "./train/optimizer-file.ts";
import { predictAll } from "./train/predict.ts";
import { Programs } from "./train/programs.ts";
import { ModelState } from "./train/state.ts";
import { Steps } from "./train/steps.ts";
import { checkSamples, type TensorData, tensorSource } from "./train/tensor-source.ts";
import { cutNetwork, type UnfreezeOptions, unfreezeLayers } from "./transfer.ts";
import { checkWeights, fromStored, toStored } from "./weight-layout.ts";

/** What a model consists of beside its network. */
export interface ModelParts {
  seed: number;
  name: string;
  weights?: ReadonlyMap<string, Float32Array>;
  metadata?: SaveMetadata;
}

/** Where the optimizer's state of a model file lies: `model.onnx` → `model.optimizer.bin`. */
export const optimizerPath = (path: string): string => `${path.replace(/\.onnx$/, "")}.optimizer.bin`;

/** What a source tells of the pictures that a model is trained on, as far as it fits the model's outputs. */
function factsOf({ classNames = [], preprocessing }: BatchSource, output: readonly number[]): SaveMetadata {
  const facts: SaveMetadata = {};
  if (namesFit(classNames, output)) facts.classNames = [...classNames];
  if (preprocessing !== undefined) facts.preprocessing = preprocessing;
  return facts;
}

/** A network with its weights, and how it is trained. */
export class Model {
  readonly name: string;
  readonly seed: number;
  readonly network: Network;
  /**
   * What a saved file tells beside the graph, where `save` is given nothing else: as loaded, and what the last source
   * that it was trained on says of its classes and pictures.
   */
  metadata: SaveMetadata;
  readonly #state: ModelState;
  readonly #programs: Programs;
  readonly #features: FeatureCache;
  /** Once it is compiled. */
  #steps: Steps | undefined;
  #fitting = false;

  /** `weights` in the engine's layout, by path; those that are missing are made by the layers' initializers. */
  constructor(network: Network, { seed, name, weights, metadata = {} }: ModelParts) {
    this.name = name;
    this.seed = seed;
    this.network = network;
    this.metadata = metadata;
    this.#state = new ModelState(network, seed, weights);
    this.#programs = new Programs(network, this.#state, seed);
    this.#features = new FeatureCache(network, this.#state, (x, prefix) =>
      this.#programs.run("features", { x, prefix, keep: true }, ({ output }) => output.data as Float32Array),
    );
  }

  /** @internal Its numbers, for trainers of several models at once. */
  get state(): ModelState {
    return this.#state;
  }

  /** Its layers in order; `trainable` of each can be set. */
  get layers(): readonly ModelLayer[] {
    return this.network.layers;
  }

  get inputShape(): readonly number[] {
    return this.network.inputShape;
  }

  get outputShape(): readonly number[] {
    return this.network.outputShape;
  }

  /** Says how it is trained, from then on with a fresh optimizer. */
  async compile(options: CompileOptions): Promise<void> {
    const compiled = resolveCompile(options, this.outputShape);
    await this.#programs.close();
    this.#steps = new Steps(this.network, this.#programs, this.#features, compiled);
    this.#state.useOptimizer(compiled.optimizer);
  }

  get compiled(): Compiled {
    return this.#compiledSteps.compiled;
  }

  get #compiledSteps(): Steps {
    if (this.#steps) return this.#steps;
    throw new AumentoError(
      "argument",
      "The model is not compiled: call compile({ optimizer, loss, metrics }) first",
    );
  }

  /** The optimizer at work: its learning rate, which can be set, and the steps it has taken. */
  get optimizer(): { learningRate: number; readonly iterations: number } {
    return this.#state;
  }

  /**
   * Names that `cut` and `unfreeze` take: of layers, of outputs and weights in the file that the model was imported
   * from, and their beginnings up to a dot ("blocks.13").
   */
  get places(): readonly string[] {
    return placesOf(this.network);
  }

  /** A new, uncompiled model that ends with the named place (the last layer of it), with copies of the weights. */
  cut(place: string): Model {
    const { classNames: _, ...metadata } = this.metadata;
    return new Model(cutNetwork(this.network, place), {
      seed: this.seed,
      name: this.name,
      metadata,
      weights: this.copyWeights(),
    });
  }

  /** Leaves all weights as they are in training. */
  freeze(): this {
    for (const layer of this.layers) layer.trainable = false;
    return this;
  }

  /** Trains the weights from the named place on (from its first layer), or all. */
  unfreeze(place?: string, options: UnfreezeOptions = {}): this {
    unfreezeLayers(this.network, place, options);
    return this;
  }

  /** Copies of all weights in the engine's layout, by path. */
  copyWeights(): Map<string, Float32Array> {
    return new Map(this.network.weights.map(({ path }) => [path, this.#state.value(path).slice()]));
  }

  /** Numbers in all weights. */
  countParams(): number {
    return countWeights(this.network).total;
  }

  /** Prints the table of layers, output shapes and numbers of weights. */
  summary(print: (text: string) => void = (text) => console.log(text)): void {
    print(summaryText(this.name, this.network));
  }

  /** Copies of all weights in Keras' layouts ([height, width, in, out], [in, out]), in the order of the layers. */
  getWeights(): Tensor[] {
    return this.network.weights.map((weight) => ({
      data: fromStored(weight, this.#state.value(weight.path)),
      shape: weight.shape,
    }));
  }

  /** Takes all weights, as `getWeights` gives them. */
  setWeights(weights: readonly Tensor[]): void {
    const { weights: own } = this.network;
    checkWeights("setWeights", own, weights);
    own.forEach((weight, i) => {
      const numbers = new Float32Array(weight.size);
      toStored(weight, weights[i].data, numbers);
      this.#state.setValue(weight.path, numbers);
    });
  }

  /**
   * Trains until `epochs` epochs are done. Reads a source of batches, or tensors in memory, shuffled each epoch.
   * Logs are means over the samples of an epoch.
   */
  async fit(data: BatchSource, options?: FitOptions): Promise<History>;
  async fit(data: TensorData, options?: TensorFitOptions): Promise<History>;
  async fit(data: BatchSource | TensorData, options: TensorFitOptions = {}): Promise<History> {
    const steps = this.#compiledSteps;
    const { source, validation } = fitData(data, options, this.seed);
    if (this.#fitting)
      throw new AumentoError("argument", "fit: the model is being trained already; await that first");
    this.#fitting = true;
    this.metadata = { ...this.metadata, ...factsOf(source, this.outputShape) };
    try {
      return await fitSource(this, steps, source, validation, options);
    } finally {
      // The graphs of a training hold far more memory than the model.
      await this.#programs.close();
      this.#fitting = false;
    }
  }

  /** Loss and metrics over all samples, by name; nothing is trained. */
  async evaluate(
    data: BatchSource | TensorData,
    { batchSize = 32, signal }: { batchSize?: number; signal?: AbortSignal } = {},
  ): Promise<Record<string, number>> {
    const steps = this.#compiledSteps;
    const source = isSource(data)
      ? checkSource("evaluate", data)
      : tensorSource("evaluate", data, { batchSize, shuffle: false, seed: this.seed });
    const steady = isSource(data)
      ? await steps.features(source, {
          where: "evaluate",
          epoch: 0,
          epochs: 1,
          cache: true,
          signal,
          check: ({ x, y }) => void steps.prepare("evaluate", x, y),
          // That features take too much memory to be kept means nothing for one pass.
          notice: () => {},
        })
      : source;
    return (await evaluateSource(steps, steady, "evaluate", signal)).logs();
  }

  /** Outputs [n, …] for all samples of a tensor, or of the first epoch of a source, in their order. */
  async predict(
    data: Tensor | BatchSource,
    { batchSize = 32, signal }: { batchSize?: number; signal?: AbortSignal } = {},
  ): Promise<Tensor> {
    const run = (x: Tensor, keep: boolean) =>
      this.#programs.run("predict", { x, keep }, ({ output }) => (output.data as Float32Array).slice());
    return predictAll(run, data, { batchSize, signal, input: this.inputShape, output: this.outputShape });
  }

  /** One step of training; gives loss and metrics of the batch, measured before the step. */
  async trainOnBatch(x: Tensor, y: Tensor): Promise<Record<string, number>> {
    const steps = this.#compiledSteps;
    const meter = new Meter(steps.compiled.metrics);
    checkSamples("trainOnBatch", { x, y });
    const loss = await steps.train(x, steps.prepare("trainOnBatch", x, y), meter, true);
    if (!Number.isFinite(loss))
      throw new AumentoError("training", `trainOnBatch: the loss is ${loss}; the weights are as before`);
    return meter.logs();
  }

  /** Loss and metrics of one batch. */
  async testOnBatch(x: Tensor, y: Tensor): Promise<Record<string, number>> {
    const steps = this.#compiledSteps;
    const meter = new Meter(steps.compiled.metrics);
    checkSamples("testOnBatch", { x, y });
    await steps.test(x, steps.prepare("testOnBatch", x, y), meter, true);
    return meter.logs();
  }

  /** Outputs [n, …] for one batch. */
  async predictOnBatch(x: Tensor): Promise<Tensor> {
    checkTensor("predictOnBatch: x", x);
    return this.predict(x, { batchSize: Math.max(1, x.shape[0]) });
  }

  /** Frees the runtime's memory, and features of pictures that were kept; the model stays usable. */
  close(): Promise<void> {
    this.#features.clear();
    return this.#programs.close();
  }

  /**
   * The model as the bytes of an ONNX file, and its optimizer's state once it has taken a step. Class names,
   * preprocessing and training facts are those given, else those of `metadata`.
   */
  toBytes({ saveOptimizer = true, ...metadata }: SaveOptions = {}): {
    model: Uint8Array;
    optimizer: Uint8Array | undefined;
  } {
    const model = exportModel(
      {
        name: this.name,
        seed: this.seed,
        network: this.network,
        compiled: this.#steps?.compiled,
        weight: (path) => this.#state.value(path),
      },
      { ...this.metadata, ...metadata },
    );
    const state = saveOptimizer ? this.#state.optimizerState() : undefined;
    return { model, optimizer: state && writeOptimizerState(state) };
  }

  /**
   * Writes an ONNX file that any ONNX Runtime runs (`input` to `output`), and beside it the optimizer's state. Both
   * are whole at any moment: a write that fails leaves what was there.
   */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    if (typeof path !== "string" || !path.endsWith(".onnx"))
      badArgument("save: path", "a path that ends in .onnx", path);
    checkOptions("save", options, ["classNames", "preprocessing", "training", "saveOptimizer"]);
    const { model, optimizer } = this.toBytes(options);
    const beside = optimizerPath(path);
    const files = [{ path, bytes: model }];
    if (optimizer) files.unshift({ path: beside, bytes: optimizer });
    await writeFiles(files);
    // A state of other weights that an earlier save left would not fit.
    if (!optimizer) await removeFile(beside);
  }

  /** Goes on from a state that `save` or `toBytes` wrote; `source` is how errors call it. */
  loadOptimizerState(bytes: Uint8Array, source = "The optimizer's state"): void {
    this.#compiledSteps;
    this.#state.loadOptimizerState(readOptimizerState(bytes, source), source);
  }
}
