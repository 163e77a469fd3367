import { rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type * as nn from "@aumento/nn";
import { countClasses } from "../count-classes.ts";
import { describeEnvironment } from "../environment.ts";
import { AumentoError, UsageError } from "../errors.ts";
import { writeFileAtomic } from "../files.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { jsonText } from "../run-files.ts";
import { keepPipeline } from "../run-pipeline.ts";
import { describeGan } from "./answer.ts";
import type { LearnedFrom } from "./generators.ts";
import { type Lesson, openLesson, splitOf } from "./lesson.ts";
import { createGan } from "./networks.ts";
import { repeatGanArguments, resolveGanSettings, resolveLimit, type TrainGanOptions } from "./options.ts";
import { ganReportPage } from "./page.ts";
import {
  type GanLimit,
  type GanPoint,
  type GanResult,
  type GanSettings,
  ganResultFormat,
  ganResultVersion,
} from "./result.ts";
import { assertPipelineFits, openTrainingSource } from "./source.ts";
import { emptySums, type GanState, GanStore, ganReportFile, ganResultFile, generatorFile } from "./store.ts";
import { imagesOf } from "./synthesize.ts";
import { asSharp, tilePictures } from "./tiles.ts";

export interface GanOutcome {
  result: GanResult;
  /** Paths of the HTML report, of the folder that holds it, and of the generator once there is one. */
  report: string;
  folder: string;
  generator: string | null;
}

/** Points of the history from one grid to the next. */
const pointsPerGrid = 10;
/** Steps that no training reaches: where only the minutes count. */
const endless = Number.MAX_SAFE_INTEGER;

/** One training: from its settings, or its last checkpoint, to its report. */
class Training {
  readonly #settings: GanSettings;
  readonly #limit: GanLimit;
  readonly #lesson: Lesson;
  readonly #store: GanStore;
  readonly #options: TrainGanOptions;
  readonly #gan: nn.Gan;
  readonly #state: GanState;
  #since = performance.now();
  #broken: GanResult["data"]["broken"] = [];

  constructor(parts: {
    settings: GanSettings;
    limit: GanLimit;
    lesson: Lesson;
    store: GanStore;
    options: TrainGanOptions;
    gan: nn.Gan;
    state: GanState;
  }) {
    this.#settings = parts.settings;
    this.#limit = parts.limit;
    this.#lesson = parts.lesson;
    this.#store = parts.store;
    this.#options = parts.options;
    this.#gan = parts.gan;
    this.#state = parts.state;
  }

  get #timeIsOver(): boolean {
    const { minutes } = this.#limit;
    return minutes !== null && this.#state.seconds >= minutes * 60;
  }

  /** Trains until the limit, the signal or trouble ends it, and writes the report of it. */
  async run(): Promise<GanOutcome> {
    const { signal, workers = 2, onStep } = this.#options;
    const state = this.#state;
    const warn = this.#options.warn ?? this.#options.log ?? (() => {});
    const { divided, pictures, classNames } = this.#lesson;
    const { steps } = this.#limit;
    if (this.#timeIsOver || (steps !== null && state.step >= steps)) {
      state.status = "finished";
      return this.#report();
    }
    const { source, broken } = await openTrainingSource(pictures, classNames, this.#settings, {
      workers,
      warn,
      signal,
    });
    this.#broken = broken.map(({ file, reason }) => ({ file: divided.relativePath(file), reason }));
    // Steps after the state that trouble went back to are taken again.
    state.history = state.history.filter(({ step }) => step <= state.step);
    this.#since = performance.now();
    const history = await this.#gan.fit(source, {
      steps: steps ?? endless,
      every: this.#settings.every,
      verbose: 0,
      signal,
      callbacks: [
        {
          onStep: (step, logs, run) => {
            const figures = {
              discriminatorLoss: logs.dLoss,
              generatorLoss: logs.gLoss,
              real: logs.dReal,
              generated: logs.dGenerated,
            };
            this.#note(step, figures);
            onStep?.({ step, seconds: state.seconds, ...figures });
            if (this.#timeIsOver) run.stop();
          },
          onGrid: async (grid) => {
            await this.#writeGrid(grid);
            if (grid.step > 0) await this.#keep("stopped");
          },
          onEvent: ({ step, kind, message }) => {
            if (kind === "fewPictures") return; // that was said before anything began
            state.events.push({ step, kind, message });
            warn(`step ${step}: ${message}`);
          },
        },
      ],
    });
    const { stopped } = history;
    if (stopped === "diverged" || stopped === "collapsed" || stopped === "saturated") this.#goneBack();
    const status =
      stopped === "aborted"
        ? "stopped"
        : stopped === undefined || stopped === "callback"
          ? "finished"
          : stopped;
    await this.#keep(status);
    return await this.#report();
  }

  /** Takes a step's figures into the history. */
  #note(step: number, figures: Omit<GanPoint, "step">): void {
    const state = this.#state;
    const now = performance.now();
    state.seconds += (now - this.#since) / 1000;
    this.#since = now;
    state.step = step;
    const { pending } = state;
    pending.steps++;
    for (const measure of ["discriminatorLoss", "generatorLoss", "real", "generated"] as const) {
      pending.sums[measure] += figures[measure];
    }
    if (step % Math.max(1, Math.floor(this.#settings.every / pointsPerGrid)) === 0) this.#closePoint();
  }

  #closePoint(): void {
    const { steps, sums } = this.#state.pending;
    if (steps === 0) return;
    const { discriminatorLoss, generatorLoss, real, generated } = sums;
    this.#state.history.push({
      step: this.#state.step,
      discriminatorLoss: discriminatorLoss / steps,
      generatorLoss: generatorLoss / steps,
      real: real / steps,
      generated: generated / steps,
    });
    this.#state.pending = emptySums();
  }

  /** After trouble the networks are those of an earlier step: what came after it is no part of their history. */
  #goneBack(): void {
    const state = this.#state;
    this.#closePoint();
    state.step = this.#gan.step;
    state.grids = state.grids.filter(({ step }) => step <= state.step);
  }

  async #writeGrid({ step, columns, samples }: nn.GanGrid): Promise<void> {
    const path = this.#store.gridPath(step);
    const grid = asSharp(tilePictures(imagesOf(samples), columns));
    await writeFileAtomic(join(this.#store.folder, path), await grid.png().toBuffer());
    // The grid of a step at which training was stopped gives way to those of the steps asked for.
    const past = this.#state.grids.filter((known) => known.step < step);
    const stays = (known: { step: number }) => known.step % this.#settings.every === 0;
    for (const known of past.filter((each) => !stays(each))) {
      await rm(join(this.#store.folder, known.path), { force: true });
    }
    this.#state.grids = [...past.filter(stays), { step, path }];
  }

  /** What the generator's file tells of what it learned from. */
  #learnedFrom(): LearnedFrom {
    const { className, validationSplit, seed } = this.#settings;
    const { divided, pictures, trainingFingerprint } = this.#lesson;
    return {
      format: "aumento-gan-training",
      version: 1,
      className,
      pictures: pictures.files.length,
      heldBack: divided.validation.files.length + divided.test.files.length,
      validationSplit,
      seed,
      fingerprint: divided.fingerprint,
      trainingFingerprint,
    };
  }

  /** Writes checkpoint and generator, then the state that names them: whenever the process dies, there is a whole one. */
  async #keep(status: GanState["status"]): Promise<void> {
    const state = this.#state;
    state.status = status;
    if (this.#gan.step === 0) return;
    const checkpoint = this.#store.checkpointName(this.#gan.step);
    const learned = this.#learnedFrom();
    await this.#gan.save(join(this.#store.folder, checkpoint), { training: learned });
    await writeFileAtomic(join(this.#store.folder, generatorFile), this.#gan.generatorBytes(learned));
    state.checkpoint = checkpoint;
    await this.#store.writeState(state);
    await this.#report();
  }

  async #report(): Promise<GanOutcome> {
    const { folder } = this.#store;
    const result = this.#result();
    const report = join(folder, ganReportFile);
    await writeFileAtomic(join(folder, ganResultFile), jsonText(result));
    await writeFileAtomic(report, await ganReportPage(result, folder));
    return { result, report, folder, generator: result.generator && join(folder, result.generator) };
  }

  #result(): GanResult {
    const state = this.#state;
    const { divided, pictures, classNames, trainingFingerprint } = this.#lesson;
    const { generator, discriminator } = this.#gan;
    const facts = (model: nn.Model) => ({
      parameters: model.countParams(),
      layers: model.layers.map(({ name, outputShape }) => `${name} ${outputShape.join("×")}`),
    });
    const described: Omit<GanResult, "answer"> = {
      format: ganResultFormat,
      version: ganResultVersion,
      status: state.status,
      startedAt: this.#store.startedAt,
      updatedAt: new Date().toISOString(),
      environment: describeEnvironment(),
      command: repeatGanArguments(this.#settings, this.#limit, this.#store.folder),
      settings: this.#settings,
      limit: this.#limit,
      data: {
        layout: divided.layout,
        classNames,
        pictures: pictures.files.length,
        perClass: classNames.length > 0 ? countClasses(pictures.labels, classNames.length) : [],
        heldBack: divided.validation.files.length + divided.test.files.length,
        fingerprint: divided.fingerprint,
        trainingFingerprint,
        broken: this.#broken,
      },
      networks: { generator: facts(generator), discriminator: facts(discriminator) },
      steps: state.step,
      seconds: state.seconds,
      history: state.history,
      grids: state.grids,
      events: state.events,
      generator: state.checkpoint === null ? null : generatorFile,
    };
    return { ...described, answer: describeGan(described) };
  }
}

/**
 * Trains a generator and a discriminator on the training pictures of a folder. Writes checkpoints, grids of samples,
 * the generator as plain ONNX, gan.json and report.html into `out`. Trouble (collapse, divergence) ends it with the
 * last good state kept; so does the signal.
 */
export async function trainGan(options: TrainGanOptions): Promise<GanOutcome> {
  const { signal, log, resume = false, overwrite = false } = options;
  const warn = options.warn ?? log ?? (() => {});
  throwIfInterrupted(signal);
  const limit = resolveLimit(options);
  if (typeof options.folder !== "string" || options.folder === "") {
    throw new UsageError(`folder must be a path, got ${JSON.stringify(options.folder)}`);
  }
  const out = options.out ?? join("aumento-out", `${basename(resolve(options.folder))}-gan`);
  const asked = await splitOf(await resolveGanSettings(options, out));
  assertPipelineFits(asked);
  const lesson = await openLesson(asked, warn);
  const { pictures, divided, classNames } = lesson;
  const settings = { ...asked, batchSize: Math.min(asked.batchSize, pictures.files.length) };
  if (settings.batchSize < asked.batchSize) {
    log?.(`a batch of ${asked.batchSize} is more than there are pictures: ${settings.batchSize} are taken`);
  }
  const gan = createGan(settings, classNames);
  const store = await GanStore.open(
    out,
    { settings, fingerprint: divided.fingerprint },
    { resume, overwrite },
  );
  await keepPipeline(options.pipeline, out);
  const state = await store.readState();
  if (state.checkpoint !== null) await gan.restore(join(out, state.checkpoint));
  if (gan.step !== state.step) {
    throw new AumentoError(
      "invalid_input",
      `${out}: its state is of step ${state.step}, its checkpoint of step ${gan.step}`,
    );
  }
  const held = divided.validation.files.length + divided.test.files.length;
  log?.(
    `${pictures.files.length} pictures at ${settings.size}×${settings.size}` +
      `${classNames.length > 0 ? ` of ${classNames.length} classes` : settings.className === null ? "" : ` of ${settings.className}`}` +
      `${held > 0 ? `; ${held} of the folder are held back` : ""}`,
  );
  log?.(
    `generator ${gan.generator.countParams().toLocaleString("en-US")} weights, discriminator ${gan.discriminator.countParams().toLocaleString("en-US")}` +
      `${state.step > 0 ? `; going on after step ${state.step}` : ""}`,
  );
  return new Training({ settings, limit, lesson, store, options, gan, state }).run();
}
