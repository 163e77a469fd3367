import { badArgument, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import type { Model } from "../model.ts";
import { type Batch, type BatchSource, checkTensor, type Tensor } from "../tensor.ts";
import type { ModelState } from "../train/state.ts";
import { checkInput } from "../train/targets.ts";
import type { Cursor } from "./batches.ts";
import { type CheckpointOptions, readCheckpoint, restoreCheckpoint, saveGan } from "./checkpoint.ts";
import { fitGan, type GanFitOptions, type GanHistory } from "./fit.ts";
import { exportGenerator, type GeneratorFacts } from "./generator-file.ts";
import { checkClasses, checkLatents, oneHotRows, stepLatents, withClasses } from "./latent.ts";
import { MovingAverage } from "./moving-average.ts";
import { type GanOptions, type ResolvedGanOptions, resolveGanOptions } from "./options.ts";
import type { GanProgram } from "./program.ts";
import { checkBatches, noNumber } from "./real-batch.ts";
import { Sampler } from "./sampler.ts";
import { GanSnapshot } from "./snapshot.ts";
import { CLASSES, D_GENERATED, D_REAL, LATENT, LOSS, REAL, type Side } from "./step-graph.ts";
import { StepPrograms } from "./step-programs.ts";
import { Watch } from "./watch.ts";

/** What a step of both networks measured, before it changed them. */
export interface GanLogs {
  /** The discriminator's loss; with several steps of it, the last one's. */
  readonly dLoss: number;
  /** The generator's loss. */
  readonly gLoss: number;
  /** Mean probability that the discriminator gave real samples of being real. */
  readonly dReal: number;
  /** The same for generated ones. */
  readonly dGenerated: number;
}

/**
 * A generator and a discriminator that are trained against each other (Goodfellow et al. 2014). Made by `gan`. Both
 * models are trained in place: their weights, gradients and optimizers lie in one memory that the step graphs of both
 * read and write.
 */
export class Gan {
  readonly generator: Model;
  readonly discriminator: Model;
  readonly options: ResolvedGanOptions;
  /** Steps taken. */
  step = 0;
  /** Where training goes on in its source. */
  cursor: Cursor = { epoch: 0, batch: 0 };
  /** @internal What was noticed so far, and the last good state, whichever calls of `fit` the steps were taken in. */
  watch = new Watch();
  /** @internal */
  good: GanSnapshot | undefined;
  readonly #states: Readonly<Record<Side, ModelState>>;
  readonly #average: MovingAverage | undefined;
  readonly #programs: StepPrograms;
  /** What the generator made last: from what, and by which program, which still holds it. */
  #made: { feeds: Record<string, Tensor>; key: string; by?: GanProgram } | undefined;
  readonly #samplers: Readonly<Record<"average" | "raw", Sampler>>;
  #last: Promise<unknown> = Promise.resolve();
  #fitting = false;

  constructor(generator: Model, discriminator: Model, options: ResolvedGanOptions) {
    this.generator = generator;
    this.discriminator = discriminator;
    this.options = options;
    this.#states = { generator: generator.state, discriminator: discriminator.state };
    this.#states.generator.useOptimizer(options.generatorOptimizer);
    this.#states.discriminator.useOptimizer(options.discriminatorOptimizer);
    if (options.ema > 0)
      this.#average = new MovingAverage(generator.network, this.#states.generator, options.ema);
    const networks = { generator: generator.network, discriminator: discriminator.network };
    this.#programs = new StepPrograms(networks, this.#states, options);
    const sampler = (weight: (path: string) => Float32Array) =>
      new Sampler(generator.network, weight, options.seed);
    this.#samplers = {
      average: sampler((path) => this.averageOf(path)),
      raw: sampler((path) => this.#states.generator.value(path)),
    };
  }

  /** Learning rates of the next step; each can be set where it follows no schedule. */
  get learningRates(): { generator: number; discriminator: number } {
    const { generator, discriminator } = this.#states;
    return { generator: generator.learningRate, discriminator: discriminator.learningRate };
  }

  /**
   * Trains until `steps` steps are done, counted from the first one ever: a GAN from a checkpoint goes on where it
   * was. Reads full batches of the source, whose pictures are bytes (or numbers in 0..255); vectors are taken as they
   * are. What happens is told to the callbacks; trouble ends the training with the last good state in place.
   */
  async fit(source: BatchSource, options: GanFitOptions): Promise<GanHistory> {
    if (this.#fitting)
      throw new AumentoError("argument", "fit: the GAN is being trained already; await that first");
    this.#fitting = true;
    try {
      return await fitGan(this, source, options);
    } finally {
      this.#fitting = false;
      await this.close();
    }
  }

  /**
   * One step of the discriminator on each batch of real samples (with labels `y` [n] where there are classes), then
   * one of the generator. `latents` are drawn unless they are given, one for each discriminator's step. The generator
   * learns from what it made for the last of them, or from one more where it is given. A loss that is no number is an
   * error; the network it belongs to is as before the step.
   */
  async trainStep(
    real: Batch | readonly Batch[],
    options: { latents?: readonly Tensor[] } = {},
  ): Promise<GanLogs> {
    const batches = checkBatches("trainStep", real);
    checkOptions("trainStep", options, ["latents"]);
    const { latents } = options;
    if (latents !== undefined && !Array.isArray(latents))
      badArgument("trainStep: latents", "a list of tensors, one for each discriminator's step", latents);
    let logs: Omit<GanLogs, "gLoss"> | undefined;
    for (const [i, batch] of batches.entries()) logs = await this.discriminatorStep(batch, i, latents?.[i]);
    const gLoss = await this.generatorStep(batches[batches.length - 1], latents?.[batches.length]);
    return { ...logs!, gLoss };
  }

  /** @internal The part of a step that trains the discriminator, for the `index`th time in it. */
  discriminatorStep(batch: Batch, index = 0, latents?: Tensor): Promise<Omit<GanLogs, "gLoss">> {
    return this.#exclusive(async () => {
      const where = `Step ${this.step + 1}`;
      const feeds = this.#feeds(where, batch, `latent/discriminator/${this.step}/${index}`, latents);
      const { making, discriminator: program } = await this.#programs.for(batch.x);
      const key = `${this.step}/${index}`;
      this.#made = { feeds, key };
      await this.#make(making);
      await program.run({ ...feeds, [REAL]: batch.x }, key);
      const dLoss = this.#take(program, "discriminator", where, { real: batch.x });
      return { dLoss, dReal: program.output(D_REAL)[0], dGenerated: program.output(D_GENERATED)[0] };
    });
  }

  /** Lets the generator make samples of what `#made` says, unless they lie ready. */
  async #make(program: GanProgram): Promise<void> {
    const made = this.#made!;
    if (made.by === program) return;
    await program.run(made.feeds, made.key);
    made.by = program;
  }

  /** @internal The part of a step that trains the generator, for samples of the batch's classes; it ends the step. */
  generatorStep(batch: Batch, latents?: Tensor): Promise<number> {
    return this.#exclusive(async () => {
      const where = `Step ${this.step + 1}`;
      const key = String(this.step);
      if (latents || !this.#made)
        this.#made = { feeds: this.#feeds(where, batch, `latent/generator/${key}`, latents), key };
      const { making, generator: program } = await this.#programs.for(batch.x);
      await this.#make(making);
      await program.run(this.#made.feeds, key);
      const gLoss = this.#take(program, "generator", where, { updated: making });
      this.#made = undefined;
      this.step++;
      this.#average?.update(this.step);
      return gLoss;
    });
  }

  /** What both graphs are fed beside weights and pictures. */
  #feeds(where: string, { x, y }: Batch, name: string, given: Tensor | undefined): Record<string, Tensor> {
    const { latent, classes, seed } = this.options;
    checkInput(where, x, this.discriminator.inputShape);
    const [n] = x.shape;
    const latents = given ? checkLatents(where, given, n, latent) : stepLatents(n, latent, seed, name);
    if (classes === 0) return { [LATENT]: latents };
    return { [LATENT]: latents, [CLASSES]: oneHotRows(checkClasses(where, y, n, classes), classes) };
  }

  /**
   * Takes the step whose gradients a program left. `updated` has what untrained weights become; `real` is what the loss
   * was measured on beside the generator's samples.
   */
  #take(
    program: GanProgram,
    side: Side,
    where: string,
    { updated = program, real }: { updated?: GanProgram; real?: Tensor },
  ): number {
    const [loss] = program.output(LOSS);
    if (!Number.isFinite(loss)) throw noNumber(where, side, loss, real);
    const state = this.#states[side];
    for (const { name, weight } of updated.updates) state.value(weight.path).set(updated.output(name));
    state.step(program.gradients.map(({ weight }) => weight));
    return loss;
  }

  /**
   * What the generator makes of latent vectors [n, latent] (of these classes [n], where there are classes), pictures
   * in -1..1: by the moving average of its weights, or with `average: false` by those of the last step.
   */
  async sample(
    latents: Tensor,
    classes?: ArrayLike<number>,
    { average = true }: { average?: boolean } = {},
  ): Promise<Tensor> {
    const { latent, classes: count } = this.options;
    checkTensor("sample: latents", latents);
    const [n] = latents.shape;
    checkLatents("sample", latents, n, latent);
    const labels = classes && { data: Int32Array.from(classes), shape: [classes.length] };
    const fed =
      count > 0 ? withClasses(latents, oneHotRows(checkClasses("sample", labels, n, count), count)) : latents;
    return this.#exclusive(() => this.#samplers[average && this.#average ? "average" : "raw"].sample(fed));
  }

  /** What the generator's file tells of it; `training` is the caller's own. */
  facts(training?: unknown): GeneratorFacts {
    const { latent, classes, classNames, loss, ema, seed } = this.options;
    return {
      format: 1,
      latent,
      classes,
      classNames,
      shape: this.generator.outputShape,
      range: [-1, 1],
      step: this.step,
      loss,
      ema,
      seed,
      training,
    };
  }

  /** The generator as the bytes of a plain ONNX file with its facts, for `loadGenerator`: by the moving average. */
  generatorBytes(training?: unknown): Uint8Array {
    const { network, name, seed } = this.generator;
    return exportGenerator(network, (path) => this.averageOf(path), { name, seed }, this.facts(training));
  }

  /**
   * Writes `generator.onnx`, and `gan.checkpoint` with all that training goes on from: both networks, both optimizers,
   * the moving average, the step, the place in the source, what was noticed so far and the last good state. Each file
   * is whole at any moment. `training` goes into the generator's metadata.
   */
  save(folder: string, options: CheckpointOptions = {}): Promise<void> {
    checkOptions("save", options, ["training"]);
    return this.#exclusive(() => saveGan(this, folder, options));
  }

  /** Takes over the state of a checkpoint of the same networks: a folder that `save` wrote. */
  async restore(folder: string): Promise<void> {
    const checkpoint = await readCheckpoint("restore", folder);
    await this.#exclusive(async () => restoreCheckpoint(this, checkpoint));
  }

  /** @internal A copy of all that a step changes, to go back to. */
  snapshot(): GanSnapshot {
    return new GanSnapshot(this, this.#states, this.#average);
  }

  /** @internal The memory of the moving average, where there is one, else of the weights. */
  averageOf(path: string): Float32Array {
    return (this.#average ?? this.#states.generator).value(path);
  }

  /** Frees the runtime's memory; the GAN stays usable. */
  close(): Promise<void> {
    return this.#exclusive(async () => {
      await this.#programs.close();
      for (const sampler of Object.values(this.#samplers)) await sampler.close();
    });
  }

  /** After whatever is under way has ended, well or not. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** Two models to be trained against each other. Their weights and optimizers start afresh from here. */
export function gan(options: GanOptions): Gan {
  const resolved = resolveGanOptions(options);
  return new Gan(options.generator, options.discriminator, resolved);
}
