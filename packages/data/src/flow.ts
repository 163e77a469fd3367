import type { Batch, BrokenPicture, EpochOptions, Tensor } from "./batch.ts";
import { type ContactSheetOptions, contactSheet } from "./contact-sheet.ts";
import { type Crew, LocalCrew, ThreadCrew } from "./crew.ts";
import { runEpoch } from "./epoch.ts";
import { AumentoError, show } from "./errors.ts";
import type { ResolvedBatchOptions } from "./flow-options.ts";
import { type ClassMode, encodeLabels } from "./labels.ts";
import { type PictureFormat, PictureMaker, type Recipe } from "./picture-maker.ts";
import { describePreprocessing, type Preprocessing } from "./resize.ts";
import { epochOrder } from "./split.ts";
import { valuesPerPicture } from "./work.ts";
import { writeFileAtomic } from "./write-file-atomic.ts";

/** Which pictures a flow goes through. */
export interface FlowSource {
  classNames: readonly string[];
  /** All files that were found; the place here is the stable index. */
  files: readonly string[];
  labels: readonly number[];
  /** The stable indices that this flow takes, ascending. */
  indices: readonly number[];
  classMode: ClassMode;
  shuffle: boolean;
}

export interface ShowDataOptions extends ContactSheetOptions {
  /** Which epoch's draws to show. Default 0. */
  epoch?: number;
  /** Also write the PNG here. */
  path?: string;
  overwrite?: boolean;
}

/**
 * Batches of pictures. Iterating it goes through one epoch, and each iteration through the next; `epoch(k)` goes
 * through any, with the same bytes whatever the number of workers and whatever came before. A picture that cannot be
 * decoded leaves its place empty in every epoch: its batch is shorter, and nothing else moves.
 */
export class PictureFlow {
  /** Pictures in an epoch, broken ones included until they are met. */
  readonly n: number;
  /** Batches in an epoch. */
  readonly length: number;
  readonly batchSize: number;
  readonly classNames: string[];
  readonly classIndices: Record<string, number>;
  /** The pictures of this flow, in the sorted order of the folder. */
  readonly files: string[];
  /** The class of each of `files`. */
  readonly labels: number[];
  /** The stable index of each of `files`. */
  readonly indices: number[];
  /** How many different pictures a file can come as, at most: 1 without augmentation, else what its pipeline says. */
  readonly outcomes: number;
  /** What the pictures in a batch are like. */
  readonly format: PictureFormat;
  /** How pictures come to the size of a batch, for a model to keep; not known where a pipeline changes more than the scene. */
  readonly preprocessing: Preprocessing | undefined;

  readonly #source: FlowSource;
  readonly #options: ResolvedBatchOptions;
  readonly #crew: Crew;
  readonly #broken = new Map<number, string>();
  readonly #running = new Set<Int32Array>();
  #spareSlots: SharedArrayBuffer[] | undefined;
  #nextEpoch = 0;
  #closed = false;

  constructor(source: FlowSource, options: ResolvedBatchOptions) {
    this.#source = source;
    this.#options = options;
    this.n = source.indices.length;
    this.batchSize = options.batchSize;
    this.length = Math.ceil(this.n / this.batchSize);
    this.classNames = [...source.classNames];
    this.classIndices = Object.fromEntries(source.classNames.map((name, place) => [name, place]));
    this.indices = [...source.indices];
    this.files = this.indices.map((index) => source.files[index]);
    this.labels = this.indices.map((index) => source.labels[index]);
    const recipe: Recipe = { fit: options.fit, seed: options.seed, augment: options.augment.dict };
    const maker = new PictureMaker(recipe, options.augment.function);
    this.format = maker.format();
    this.outcomes = maker.outcomes;
    const { height, width, ...fit } = options.fit;
    this.preprocessing =
      this.format.dtype === "uint8" && this.format.channels === 3
        ? describePreprocessing({ targetSize: [height, width], ...fit })
        : undefined;
    this.#crew =
      options.workers === 0
        ? new LocalCrew(recipe, options.augment.function)
        : new ThreadCrew(recipe, options.workers);
  }

  /** The pictures that could not be decoded so far, by stable index. */
  get broken(): BrokenPicture[] {
    return [...this.#broken]
      .sort(([a], [b]) => a - b)
      .map(([index, reason]) => ({ file: this.#source.files[index], index, reason }));
  }

  /** The stable indices of an epoch's pictures in the order in which they come; broken ones are left out of batches. */
  order(epoch: number): Uint32Array {
    const { indices, shuffle } = this.#source;
    return Uint32Array.from(epochOrder(indices, shuffle, this.#options.seed, epoch));
  }

  /** The next epoch: 0 at the first iteration, then 1, 2, ... */
  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    return this.epoch(this.#nextEpoch++);
  }

  /**
   * One pass over the pictures. Several may run at a time.
   *
   * @throws AumentoError "closed", "augmentation-failed", "worker-died"; "broken-picture" when not one could be
   *   decoded; the signal's reason when it aborts.
   */
  epoch(epoch: number, options: EpochOptions = {}): AsyncGenerator<Batch, void, void> {
    if (!Number.isInteger(epoch) || epoch < 0) {
      throw new AumentoError(
        "invalid-option",
        `epoch: expected an integer of at least 0, got ${show(epoch)}`,
      );
    }
    const { indices, shuffle } = this.#source;
    return this.#run(epochOrder(indices, shuffle, this.#options.seed, epoch), epoch, options);
  }

  async *#run(
    order: readonly number[],
    epoch: number,
    options: EpochOptions,
  ): AsyncGenerator<Batch, void, void> {
    if (this.#closed) throw new AumentoError("closed", "the flow is closed");
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const slots = this.#takeSlots();
    const before = this.#broken.size;
    this.#running.add(stop);
    try {
      yield* runEpoch(
        {
          epoch,
          order,
          batchSize: this.batchSize,
          format: this.format,
          crew: this.#crew,
          slots,
          stop,
          fileOf: (index) => this.#source.files[index],
          isBroken: (index) => this.#broken.has(index),
          onBroken: (index, reason) => this.#report(index, reason),
          targets: (batch, x) => this.#targets(batch, x),
        },
        options,
      );
    } finally {
      this.#running.delete(stop);
      this.#spareSlots = slots;
      if (this.#broken.size > before) this.#summarize();
    }
  }

  /** A PNG of pictures of one epoch as the network sees them, with their class names; also written where `path` says. */
  async showData(options: ShowDataOptions = {}): Promise<Buffer> {
    const { rows = 3, columns = 3, epoch = 0, path, overwrite } = options;
    for (const [name, value] of Object.entries({ rows, columns })) {
      if (!Number.isInteger(value) || value < 1) {
        throw new AumentoError(
          "invalid-option",
          `${name}: expected an integer of at least 1, got ${show(value)}`,
        );
      }
    }
    const pictures: { data: Uint8Array | Float32Array; caption: string }[] = [];
    const length = valuesPerPicture(this.format);
    const order = epochOrder(this.#source.indices, true, this.#options.seed, epoch);
    for await (const batch of this.#run(order, epoch, {})) {
      for (const [place, index] of batch.indices.entries()) {
        // x is the picture memory of this flow's format, never the Int32Array that a Tensor may also hold.
        const data = batch.x.data.slice(place * length, (place + 1) * length) as Uint8Array | Float32Array;
        pictures.push({ data, caption: this.classNames[this.#source.labels[index]] ?? "" });
      }
      if (pictures.length >= rows * columns) break;
    }
    const png = await contactSheet(pictures.slice(0, rows * columns), this.format, {
      ...options,
      rows,
      columns,
    });
    if (path !== undefined) await writeFileAtomic(path, png, { overwrite });
    return png;
  }

  /** Ends the worker threads, unless another flow uses them. Epochs under way end with an error. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#running) Atomics.store(stop, 0, 1);
    this.#spareSlots = undefined;
    await this.#crew.close();
  }

  #takeSlots(): SharedArrayBuffer[] {
    const spare = this.#spareSlots;
    this.#spareSlots = undefined;
    if (spare) return spare;
    const bytes = this.batchSize * valuesPerPicture(this.format) * (this.format.dtype === "uint8" ? 1 : 4);
    const count = this.#crew.ahead(this.#options.prefetch + 1);
    return Array.from({ length: Math.min(count, this.length) }, () => new SharedArrayBuffer(bytes));
  }

  #targets(batch: Uint32Array, x: Tensor): Tensor | undefined {
    const labels = Array.from(batch, (index) => this.#source.labels[index]);
    return encodeLabels(this.#source.classMode, labels, this.classNames.length, x);
  }

  #report(index: number, reason: string): void {
    if (this.#broken.has(index)) return;
    this.#broken.set(index, reason);
    this.#options.onWarning(`${this.#source.files[index]}: left out: ${reason}`);
  }

  #summarize(): void {
    this.#options.onWarning(`${this.#broken.size} of ${this.n} pictures cannot be decoded and are left out`);
  }
}

/** A flow over a folder with one sub-folder a class. */
export type DirectoryFlow = PictureFlow;
