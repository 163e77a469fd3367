import { rm } from "node:fs/promises";
import { join } from "node:path";
import type * as nn from "@aumento/nn";
import { AumentoError, UsageError } from "../errors.ts";
import { writeFileAtomic } from "../files.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { jsonText } from "../run-files.ts";
import { defaultOut } from "../run-folder.ts";
import { keepPipeline } from "../run-pipeline.ts";
import { assembleGanResult } from "./assemble-result.ts";
import type { LearnedFrom } from "./generators.ts";
import { type Lesson, openLesson, splitOf } from "./lesson.ts";
import { createGan } from "./networks.ts";
import { resolveGanSettings, resolveLimit, type TrainGanOptions } from "./options.ts";
import { ganReportPage } from "./page.ts";
import type { GanLimit, GanPoint, GanResult, GanSettings } from "./result.ts";
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

/** What a training works with. */
interface Parts {
  settings: GanSettings;
  limit: GanLimit;
  lesson: Lesson;
  store: GanStore;
  options: TrainGanOptions;
  gan: nn.Gan;
  state: GanState;
}

/** One training: from its settings, or its last checkpoint, to its report. */
class Training {
  readonly #parts: Parts;
  #since = performance.now();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get #timeIsOver(): boolean {
    const { limit, state } = this.#parts;
    const { minutes } = limit;
    return minutes !== null && state.seconds >= minutes * 60;
  }

  /** Trains until the limit, the signal or trouble ends it, and writes the report of it. */
  async run(): Promise<GanOutcome> {
    const { settings, limit, lesson, options, gan, state } = this.#parts;
    const { signal, workers = 2, onStep } = options;
    const warn = options.warn ?? options.log ?? (() => {});
    const { divided, pictures, classNames } = lesson;
    const { steps } = limit;
    if (this.#timeIsOver || (steps !== null && state.step >= steps)) {
      state.status = "finished";
      return this.#report();
    }
    const { source, broken } = await openTrainingSource(pictures, classNames, settings, {
      workers,
      warn,
      signal,
    });
    state.broken = broken.map(({ file, reason }) => ({ file: divided.relativePath(file), reason }));
    // Steps after the state that trouble went back to are taken again.
    state.history = state.history.filter(({ step }) => step <= state.step);
    this.#since = performance.now();
    const history = await gan.fit(source, {
      steps: steps ?? endless,
      every: settings.every,
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
    const { settings, state } = this.#parts;
    const now = performance.now();
    state.seconds += (now - this.#since) / 1000;
    this.#since = now;
    state.step = step;
    const { pending } = state;
    pending.steps++;
    for (const measure of ["discriminatorLoss", "generatorLoss", "real", "generated"] as const) {
      pending.sums[measure] += figures[measure];
    }
    if (step % Math.max(1, Math.floor(settings.every / pointsPerGrid)) === 0) this.#closePoint();
  }

  #closePoint(): void {
    const { state } = this.#parts;
    const { steps, sums } = state.pending;
    if (steps === 0) return;
    const { discriminatorLoss, generatorLoss, real, generated } = sums;
    state.history.push({
      step: state.step,
      discriminatorLoss: discriminatorLoss / steps,
      generatorLoss: generatorLoss / steps,
      real: real / steps,
      generated: generated / steps,
    });
    state.pending = emptySums();
  }

  /** After trouble the networks are those of an earlier step: what came after it is no part of their history. */
  #goneBack(): void {
    const { gan, state } = this.#parts;
    this.#closePoint();
    state.step = gan.step;
    state.grids = state.grids.filter(({ step }) => step <= state.step);
  }

  async #writeGrid({ step, columns, samples }: nn.GanGrid): Promise<void> {
    const { settings, store, state } = this.#parts;
    const path = store.gridPath(step);
    const grid = asSharp(tilePictures(imagesOf(samples), columns));
    await writeFileAtomic(join(store.folder, path), await grid.png().toBuffer());
    // The grid of a step at which training was stopped gives way to those of the steps asked for.
    const past = state.grids.filter((known) => known.step < step);
    const stays = (known: { step: number }) => known.step % settings.every === 0;
    for (const known of past.filter((each) => !stays(each))) {
      await rm(join(store.folder, known.path), { force: true });
    }
    state.grids = [...past.filter(stays), { step, path }];
  }

  /** What the generator's file tells of what it learned from. */
  #learnedFrom(): LearnedFrom {
    const { settings, lesson } = this.#parts;
    const { className, validationSplit, seed } = settings;
    const { divided, pictures, trainingFingerprint } = lesson;
    return {
      format: "aumento-gan-training",
      version: 1,
      className,
      pictures: pictures.files.length,
      heldBack: divided.heldBack,
      validationSplit,
      seed,
      fingerprint: divided.fingerprint,
      trainingFingerprint,
    };
  }

  /** Writes checkpoint and generator, then the state that names them: whenever the process dies, there is a whole one. */
  async #keep(status: GanState["status"]): Promise<void> {
    const { gan, store, state } = this.#parts;
    state.status = status;
    if (gan.step === 0) return;
    const checkpoint = store.checkpointName(gan.step);
    const learned = this.#learnedFrom();
    await gan.save(join(store.folder, checkpoint), { training: learned });
    await writeFileAtomic(join(store.folder, generatorFile), gan.generatorBytes(learned));
    state.checkpoint = checkpoint;
    await store.writeState(state);
    await this.#report();
  }

  async #report(): Promise<GanOutcome> {
    const { folder } = this.#parts.store;
    const result = assembleGanResult(this.#parts);
    const report = join(folder, ganReportFile);
    await writeFileAtomic(join(folder, ganResultFile), jsonText(result));
    await writeFileAtomic(report, await ganReportPage(result, folder));
    return { result, report, folder, generator: result.generator && join(folder, result.generator) };
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
  const out = options.out ?? defaultOut(options.folder, "gan");
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
  log?.(
    `${pictures.files.length} pictures at ${settings.size}×${settings.size}` +
      `${classNames.length > 0 ? ` of ${classNames.length} classes` : settings.className === null ? "" : ` of ${settings.className}`}` +
      `${divided.heldBack > 0 ? `; ${divided.heldBack} of the folder are held back` : ""}`,
  );
  log?.(
    `generator ${gan.generator.countParams().toLocaleString("en-US")} weights, discriminator ${gan.discriminator.countParams().toLocaleString("en-US")}` +
      `${state.step > 0 ? `; going on after step ${state.step}` : ""}`,
  );
  return new Training({ settings, limit, lesson, store, options, gan, state }).run();
}
