import { rm } from "node:fs/promises";
import { join } from "node:path";
import type * as nn from "@aumento/nn";
import { AumentoError, UsageError } from "../errors.ts";
import { writeFileAtomic } from "../files.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { jsonText } from "../run-files.ts";
import { chooseRun, defaultOut } from "../run-folder.ts";
import { keepPipeline } from "../run-pipeline.ts";
import { assembleGanResult } from "./assemble-result.ts";
import type { LearnedFrom } from "./generators.ts";
import { countLesson, type Lesson, openLesson, splitOf } from "./lesson.ts";
import { createGan } from "./networks.ts";
import { resolveGanSettings, resolveLimit, type TrainGanOptions } from "./options.ts";
import { ganReportPage } from "./page.ts";
import { type PictureCount, refuseTooFew, warnOfFew } from "./pictures.ts";
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

const total = (counts: readonly PictureCount[]): number =>
  counts.reduce((sum, { pictures }) => sum + pictures, 0);

const warnerOf = ({ warn, log }: TrainGanOptions): ((line: string) => void) => warn ?? log ?? (() => {});

/** What a training works with. */
interface Parts {
  settings: GanSettings;
  limit: GanLimit;
  lesson: Lesson;
  store: GanStore;
  options: TrainGanOptions;
  gan: nn.Gan;
  state: GanState;
  /** Null where nothing is left to learn. */
  batches: nn.BatchSource | null;
}

const timeIsOver = ({ minutes }: GanLimit, { seconds }: GanState): boolean =>
  minutes !== null && seconds >= minutes * 60;

/** Whether a training has reached one of its limits. */
const isOver = (limit: GanLimit, state: GanState): boolean =>
  (limit.steps !== null && state.step >= limit.steps) || timeIsOver(limit, state);

/** One training: from its settings, or its last checkpoint, to its report. */
class Training {
  readonly #parts: Parts;
  #since = performance.now();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Trains until the limit, the signal or trouble ends it, and writes the report of it. */
  async run(): Promise<GanOutcome> {
    const { settings, limit, options, gan, state, batches } = this.#parts;
    const { signal, onStep } = options;
    const warn = warnerOf(options);
    if (batches === null) {
      state.status = "finished";
      return this.#report();
    }
    // Steps after the state that trouble went back to are taken again.
    state.history = state.history.filter(({ step }) => step <= state.step);
    this.#since = performance.now();
    const history = await gan.fit(batches, {
      steps: limit.steps ?? endless,
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
            if (timeIsOver(limit, state)) run.stop();
          },
          onGrid: async (grid) => {
            await this.#goBack();
            await this.#writeGrid(grid);
            if (grid.step > 0) await this.#keep("stopped");
          },
          onEvent: ({ step, kind, message, kept }) => {
            if (kind === "fewPictures") return; // that was said before anything began
            state.events.push({ step, kind, message, kept });
            warn(`step ${step}: ${message}`);
          },
        },
      ],
    });
    const { stopped } = history;
    await this.#goBack();
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

  /**
   * After trouble the networks may be those of an earlier step: then grids of later ones go. The history keeps these
   * steps, for they show what went wrong, until the training goes on.
   */
  async #goBack(): Promise<void> {
    const { gan, store, state } = this.#parts;
    if (gan.step >= state.step) return;
    this.#closePoint();
    state.step = gan.step;
    const isLater = ({ step }: { step: number }) => step > state.step;
    for (const { path } of state.grids.filter(isLater)) await rm(join(store.folder, path), { force: true });
    state.grids = state.grids.filter((grid) => !isLater(grid));
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
    const { settings, lesson, state } = this.#parts;
    const { className, validationSplit, seed } = settings;
    const { divided, trainingFingerprint } = lesson;
    return {
      format: "aumento-gan-training",
      version: 1,
      className,
      pictures: total(countLesson(lesson, state.broken)),
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
    // One that is there is not written again: a step that diverged may have left the networks half changed.
    if (checkpoint !== state.checkpoint) {
      const learned = this.#learnedFrom();
      await gan.save(join(store.folder, checkpoint), { training: learned });
      await writeFileAtomic(join(store.folder, generatorFile), gan.generatorBytes(learned));
      state.checkpoint = checkpoint;
    }
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
  const { signal, log, workers = 2 } = options;
  const warn = warnerOf(options);
  throwIfInterrupted(signal);
  const limit = resolveLimit(options);
  if (typeof options.folder !== "string" || options.folder === "") {
    throw new UsageError(`folder must be a path, got ${JSON.stringify(options.folder)}`);
  }
  const { folder } = options;
  const out = options.out ?? defaultOut(folder, "gan");
  const choice = await chooseRun({ folder, out }, options);
  const asked = await splitOf(await resolveGanSettings(options, out));
  assertPipelineFits(asked);
  const lesson = await openLesson(asked, warn);
  const { pictures, divided, classNames } = lesson;
  const settings = { ...asked, batchSize: Math.min(asked.batchSize, pictures.files.length) };
  const gan = createGan(settings, classNames);
  const store = await GanStore.open(out, { settings, fingerprint: divided.fingerprint }, choice);
  const state = await store.readState();
  if (state.checkpoint !== null) await gan.restore(join(out, state.checkpoint));
  if (gan.step !== state.step) {
    throw new AumentoError(
      "invalid_input",
      `${out}: its state is of step ${state.step}, its checkpoint of step ${gan.step}`,
    );
  }
  let batches: nn.BatchSource | null = null;
  if (!isOver(limit, state)) {
    const source = await openTrainingSource(pictures, classNames, settings, { workers, warn, signal });
    state.broken = source.broken.map(({ file, reason }) => ({ file: divided.relativePath(file), reason }));
    const counts = countLesson(lesson, state.broken);
    refuseTooFew(folder, counts);
    warnOfFew(folder, counts, warn);
    batches = source.batches;
    if (batches.batchSize < asked.batchSize) {
      log?.(`a batch of ${asked.batchSize} is more than there are pictures: ${batches.batchSize} are taken`);
    }
  }
  // Nothing was written so far: whatever is refused leaves the folder as it was.
  await store.begin();
  await keepPipeline(options.pipeline, out);
  log?.(
    `${total(countLesson(lesson, state.broken))} pictures at ${settings.size}×${settings.size}` +
      `${classNames.length > 0 ? ` of ${classNames.length} classes` : settings.className === null ? "" : ` of ${settings.className}`}` +
      `${divided.heldBack > 0 ? `; ${divided.heldBack} of the folder are held back` : ""}`,
  );
  log?.(
    `generator ${gan.generator.countParams().toLocaleString("en-US")} weights, discriminator ${gan.discriminator.countParams().toLocaleString("en-US")}` +
      `${state.step > 0 ? `; going on after step ${state.step}` : ""}`,
  );
  return new Training({ settings, limit, lesson, store, options, gan, state, batches }).run();
}
