import { badArgument, checkChoice, checkNumber, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { type Batch, type BatchSource, checkSource, isSource, type Tensor } from "../tensor.ts";
import { endlessBatches } from "./batches.ts";
import type { Gan, GanLogs } from "./gan.ts";
import { toBytes } from "./generator-file.ts";
import { latentVectors } from "./latent.ts";
import { ganProgressLine } from "./progress.ts";
import { type GanEvent, type GanTrouble, meanDistance } from "./watch.ts";

/** Samples from latent vectors that are the same throughout a training. */
export interface GanGrid {
  readonly step: number;
  readonly rows: number;
  readonly columns: number;
  /** Row by row: pictures of bytes [rows · columns, height, width, channels], or vectors of float32. */
  readonly samples: Tensor;
  /** The class of each; each row is one class, and the columns have the same latent vector. */
  readonly classes?: readonly number[];
}

/** One call of `fit`, as callbacks see it. */
export interface GanRun {
  readonly gan: Gan;
  /** Step (counted from 1) at which training is over, and steps done before. */
  readonly steps: number;
  readonly initialStep: number;
  readonly batchSize: number;
  /** Ends training after the running step. */
  stop(): void;
}

/** What happens while a GAN is trained; steps count from 1. Each may return a promise that is waited for. */
export interface GanCallback {
  onTrainBegin?(run: GanRun): void | Promise<void>;
  onStep?(step: number, logs: GanLogs, run: GanRun): void | Promise<void>;
  /**
   * Every `every` steps, of an untrained GAN before the first, and at the end. The place to save: all that belongs to
   * the step is done.
   */
  onGrid?(grid: GanGrid, run: GanRun): void | Promise<void>;
  onEvent?(event: GanEvent, run: GanRun): void | Promise<void>;
  /** Also when training ended early, was aborted or failed. */
  onTrainEnd?(run: GanRun): void | Promise<void>;
}

export interface GanFitOptions {
  /** Step (counted from 1) at which training is over. */
  steps: number;
  /** Steps from one grid and check to the next. Default 100. */
  every?: number;
  /** Size of the grid; rows are the classes where there are some. Default 8 by 8. */
  grid?: { rows?: number; columns?: number };
  callbacks?: readonly GanCallback[];
  /** Ends training after the running step. */
  signal?: AbortSignal;
  /**
   * What collapse and a discriminator that is never wrong do: "stop" (default) goes back to the last good state, if
   * there was one, and ends the training, as divergence always does; "warn" says it and goes on.
   */
  onTrouble?: "stop" | "warn";
  /** 0 says nothing, 1 (default) shows a progress line. */
  verbose?: 0 | 1;
}

/** What a training measured, step by step. */
export interface GanHistory {
  readonly step: number[];
  readonly dLoss: number[];
  readonly gLoss: number[];
  readonly dReal: number[];
  readonly dGenerated: number[];
  readonly events: GanEvent[];
  /** Why it ended before its last step. */
  stopped?: GanTrouble | "aborted" | "callback";
}

/** Fewer pictures than this are refused: a GAN could only copy them. */
export const fewestPictures = 16;
/** Fewer than this are few. */
const FEW = 100;

function checkFit(gan: Gan, source: BatchSource, options: GanFitOptions) {
  checkOptions("fit", options, ["steps", "every", "grid", "callbacks", "signal", "onTrouble", "verbose"]);
  if (!isSource(source))
    badArgument("fit: source", "a source of batches { n, length, batchSize, epoch }", source);
  checkSource("fit", source);
  const steps = checkNumber("fit: steps", options.steps, { min: 1, integer: true });
  const every = checkNumber("fit: every", options.every ?? 100, { min: 1, integer: true });
  const { rows = 8, columns = 8, ...rest } = options.grid ?? {};
  checkOptions("fit: grid", rest, ["rows", "columns"]);
  checkNumber("fit: grid.rows", rows, { min: 1, integer: true });
  checkNumber("fit: grid.columns", columns, { min: 1, integer: true });
  const onTrouble = checkChoice("fit: onTrouble", options.onTrouble ?? "stop", ["stop", "warn"]);
  if (options.callbacks !== undefined && !Array.isArray(options.callbacks))
    badArgument("fit: callbacks", "a list of callbacks", options.callbacks);
  if (source.n < fewestPictures)
    throw new AumentoError(
      "training",
      `fit: the source has ${source.n} pictures. Fewer than ${fewestPictures} are hopeless: a GAN could only copy them. A few hundred with augmentation are a beginning`,
    );
  if (source.batchSize > source.n)
    throw new AumentoError(
      "argument",
      `fit: the source's batchSize is ${source.batchSize}, but it has ${source.n} pictures only: no batch is full. Take batchSize ${2 ** Math.floor(Math.log2(source.n))} or less`,
    );
  return { steps, every, rows: gan.options.classes || rows, columns, onTrouble };
}

/** Real samples as the generator makes them: pictures in -1..1. */
function asGenerated({ data, shape }: Tensor): Tensor {
  return shape.length === 4
    ? { data: Float32Array.from(data, (x) => x / 127.5 - 1), shape }
    : { data, shape };
}

/** Trains a GAN on a source; see `Gan.fit`. */
export async function fitGan(gan: Gan, source: BatchSource, options: GanFitOptions): Promise<GanHistory> {
  const { steps, every, rows, columns, onTrouble } = checkFit(gan, source, options);
  const { signal, verbose = 1 } = options;
  const { latent, classes, discriminatorSteps, seed } = gan.options;
  const callbacks: GanCallback[] = [...(options.callbacks ?? [])];
  if (verbose === 1) callbacks.push(ganProgressLine(every));
  const history: GanHistory = { step: [], dLoss: [], gLoss: [], dReal: [], dGenerated: [], events: [] };
  const run: GanRun = {
    gan,
    steps,
    initialStep: gan.step,
    batchSize: source.batchSize,
    stop() {
      history.stopped ??= "callback";
    },
  };

  const tell = async (event: GanEvent) => {
    history.events.push(event);
    for (const callback of callbacks) await callback.onEvent?.(event, run);
  };

  /**
   * Goes back to the last good state; undefined where there is none. A state from before the first check is good as
   * long as no check says otherwise; where the losses are no numbers any more, it is better than the present one.
   */
  const goBack = (kind: GanTrouble): number | undefined => {
    const { good, watch } = gan;
    if (good && (kind === "diverged" || good.moment.watch.wasDiverse || watch.state.fine))
      return good.restore();
    watch.forgive();
    return undefined;
  };

  /** Says what went wrong, and ends the training, with the last good state in place if there is one. */
  const trouble = async (event: GanEvent, kind: GanTrouble) => {
    if (onTrouble === "warn" && kind !== "diverged") return tell(event);
    const kept = goBack(kind);
    const end =
      kept === undefined
        ? "There was no good state to go back to: the present one is left as it is."
        : `The state of step ${kept} is kept.`;
    await tell({ ...event, message: `${event.message} ${end}`, kept });
    history.stopped = kind;
  };

  // The columns of a grid with classes share their latent vectors, so that rows show what the class does.
  const drawn = latentVectors(latent, { seed, count: classes > 0 ? columns : rows * columns });
  const fixed: Tensor = { data: new Float32Array(rows * columns * latent), shape: [rows * columns, latent] };
  for (let i = 0; i < fixed.data.length; i += drawn.data.length)
    (fixed.data as Float32Array).set(drawn.data, i);
  const labels =
    classes > 0 ? Array.from({ length: rows * columns }, (_, i) => Math.floor(i / columns)) : undefined;

  const showGrid = async () => {
    const samples = await gan.sample(fixed, labels);
    const grid: GanGrid = {
      step: gan.step,
      rows,
      columns,
      samples: samples.shape.length === 4 ? toBytes(samples) : samples,
      classes: labels,
    };
    for (const callback of callbacks) await callback.onGrid?.(grid, run);
  };

  /** Compares the samples of the last step's weights with real ones; keeps the state if they are fine. */
  const check = async ({ x, y }: Batch) => {
    const n = x.shape[0];
    const real = meanDistance(asGenerated(x), classes > 0 ? y?.data : undefined);
    const latents = latentVectors(latent, { seed, count: n, first: gan.step * n });
    const made = await gan.sample(latents, classes > 0 ? y?.data : undefined, { average: false });
    const event = gan.watch.check(gan.step, meanDistance(made, classes > 0 ? y?.data : undefined), real);
    if (event?.kind === "collapsed") return trouble(event, "collapsed");
    if (event) await tell(event);
    if (gan.watch.healthy) gan.good?.take();
  };

  /** One step; undefined where it diverged. */
  const step = async (batch: Batch, index: number): Promise<GanLogs | undefined> => {
    try {
      const logs = await gan.discriminatorStep(batch, index);
      if (index + 1 < discriminatorSteps) return { ...logs, gLoss: Number.NaN };
      return { ...logs, gLoss: await gan.generatorStep(batch) };
    } catch (error) {
      if (!(error instanceof AumentoError && error.code === "training")) throw error;
      await trouble({ step: gan.step + 1, kind: "diverged", message: `${error.message}.` }, "diverged");
      return undefined;
    }
  };

  const train = async () => {
    if (source.n < FEW)
      await tell({
        step: gan.step,
        kind: "fewPictures",
        message: `${source.n} pictures are few for a GAN: expect copies of them. Some hundreds, with augmentation, are a beginning.`,
      });
    if (gan.step === 0) await showGrid();
    if (gan.step >= steps || signal?.aborted) return;
    if (gan.step > 0) gan.good ??= gan.snapshot();
    let index = 0;
    // The source is not told of the signal: a step that has begun is done whole, on all of its batches.
    for await (const { batch, next } of endlessBatches(source, gan.cursor)) {
      if (index === 0 && (signal?.aborted || history.stopped)) return;
      const logs = await step(batch, index);
      if (!logs) return;
      gan.cursor = next;
      index = (index + 1) % discriminatorSteps;
      if (index > 0) continue;
      const event = gan.watch.step(gan.step, logs);
      gan.good ??= gan.snapshot();
      history.step.push(gan.step);
      for (const name of ["dLoss", "gLoss", "dReal", "dGenerated"] as const) history[name].push(logs[name]);
      for (const callback of callbacks) await callback.onStep?.(gan.step, logs, run);
      if (event) await trouble(event, "saturated");
      if (!history.stopped && gan.step % every === 0) {
        await check(batch);
        await showGrid();
      }
      if (gan.step >= steps) return;
    }
  };

  const begun: GanCallback[] = [];
  try {
    for (const callback of callbacks) {
      begun.push(callback);
      await callback.onTrainBegin?.(run);
    }
    await train();
    if (gan.step % every !== 0) await showGrid();
    if (signal?.aborted) history.stopped = "aborted";
  } finally {
    for (const callback of begun) await callback.onTrainEnd?.(run);
  }
  return history;
}
