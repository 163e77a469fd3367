import { checkBoolean, checkNumber, checkOptions } from "../../check.ts";
import { AumentoError } from "../../errors.ts";
import { type Network, networkConfig } from "../../network.ts";
import { type Batch, type BatchSource, sizeOf, type Tensor } from "../../tensor.ts";
import type { ModelState } from "../state.ts";
import { bytesOf, contentHash } from "./content-hash.ts";
import { extractFeatures, type OrderedSource } from "./feature-source.ts";
import { FeatureStore, type StoreOptions } from "./feature-store.ts";
import { PictureFeatures } from "./picture-features.ts";
import { type FrozenPrefix, frozenPrefix } from "./prefix.ts";

export interface FeatureCacheOptions {
  /** Keep features in files of this folder, too: later runs read them. Files are whole or not there. */
  folder?: string;
  /** Bytes of memory that features may take. Default 2 GB. Beyond it they are in the folder's files alone. */
  memory?: number;
}

/** How one source's features are made. */
export interface FeatureRun {
  /** Which epoch's pictures are wanted, */
  epoch: number;
  /** and how many epochs there will be of them. */
  epochs: number;
  /** How messages call the source. */
  where: string;
  cache: boolean | FeatureCacheOptions;
  signal?: AbortSignal;
  /** Fails where a batch does not fit the model. */
  check(batch: Batch): void;
  onProgress?(done: number, total: number, computed: number): void;
  /** Says what people should know: a file that cannot be used, features that take too much memory. */
  notice(text: string): void;
}

const GB = 2 ** 30;
const DEFAULT_MEMORY = 2 * GB;

const gigabytes = (bytes: number): string =>
  bytes >= 0.1 * GB ? `${(bytes / GB).toFixed(1)} GB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;

/** Checks what `fit` was given as `featureCache`. */
export function checkFeatureCache(where: string, given: unknown): boolean | FeatureCacheOptions {
  if (given === undefined) return true;
  if (typeof given !== "object" || given === null) return checkBoolean(where, given);
  checkOptions(where, given, ["folder", "memory"]);
  const { folder, memory }: { folder?: unknown; memory?: unknown } = given;
  if (folder !== undefined && (typeof folder !== "string" || folder === ""))
    throw new AumentoError("argument", `${where}: folder: expected a path, got ${String(folder)}`);
  return {
    folder,
    ...(memory === undefined ? {} : { memory: checkNumber(`${where}: memory`, memory, { min: 0 }) }),
  };
}

/** The features [n, size] of pictures, valid until the next call. */
type Compute = (x: Tensor, prefix: FrozenPrefix) => Promise<Float32Array>;

/** The frozen part of a network, as long as the stamp is the same. */
interface Frozen {
  /** What it makes of pictures; undefined where there is none. */
  readonly pictureFeatures: PictureFeatures | undefined;
  /** Of its weights. */
  readonly paths: readonly string[];
  /** Its hash. */
  readonly part: string;
  readonly stamp: string;
}

/** What there is of one frozen part. */
interface Kept {
  readonly part: string;
  readonly folder: string | undefined;
  /** The store that is on the disk alone (true), and the one in memory. */
  readonly stores: Map<boolean, FeatureStore>;
  /** Bytes of memory that will be taken once all outcomes of the sources so far have come. */
  promised: number;
}

/** Where a source's features are, and where they are the same in all epochs, these. */
interface Chosen {
  readonly store: FeatureStore;
  readonly onDisk: boolean;
  readonly features?: BatchSource;
}

/** Whether a source's pictures come again, by its own numbers: it has more epochs than a picture has outcomes. */
const picturesComeAgain = (source: BatchSource, epochs: number): source is OrderedSource =>
  typeof source.order === "function" &&
  source.outcomes !== undefined &&
  (source.outcomes === 1 || source.outcomes < epochs);

/** The features that a model's frozen layers made, as long as these stay the same. */
export class FeatureCache {
  readonly #network: Network;
  readonly #state: ModelState;
  readonly #compute: Compute;
  #kept: Kept | undefined;
  #found: Frozen | undefined;
  #sources = new WeakMap<BatchSource, Chosen>();

  constructor(network: Network, state: ModelState, compute: Compute) {
    this.#network = network;
    this.#state = state;
    this.#compute = compute;
  }

  /** Lets all features go. */
  clear(): void {
    this.#kept = undefined;
    this.#sources = new WeakMap();
  }

  /**
   * What to read an epoch from instead of a source: the features of its pictures where these come again and frozen
   * layers see them, else the source itself, also where the signal ended it.
   */
  async of(source: BatchSource, run: FeatureRun): Promise<BatchSource> {
    const { cache, where, signal, notice, epoch } = run;
    if (cache === false || !picturesComeAgain(source, run.epochs)) return source;
    const { part, pictureFeatures } = await this.#frozen();
    if (!pictureFeatures) return source;
    // A few layers that make more of a picture than it was are run again rather than kept, unless that is asked for.
    if (cache === true && pictureFeatures.prefix.size > sizeOf(this.#network.inputShape)) return source;
    const { folder, memory = DEFAULT_MEMORY } = typeof cache === "object" ? cache : {};
    if (this.#kept && this.#kept.part !== part) this.clear();
    const known = this.#sources.get(source);
    const current = known && this.#kept?.stores.get(known.onDisk) === known.store ? known : undefined;
    if (current?.features) return current.features;
    const chosen =
      current ??
      (await this.#choose(source, pictureFeatures.prefix, { part, folder, memory, where, notice }));
    if (!chosen) return source;
    const features = await extractFeatures(source, epoch, {
      where,
      store: chosen.store,
      pictureFeatures,
      check: run.check,
      hold: !chosen.onDisk,
      signal,
      onProgress: (done, computed) => run.onProgress?.(done, source.n, computed),
    });
    if (!features) return source;
    this.#sources.set(source, source.outcomes === 1 ? { ...chosen, features } : chosen);
    return features;
  }

  /** Where the features of a source go; undefined where there is no room for them. */
  async #choose(
    source: OrderedSource,
    prefix: FrozenPrefix,
    run: Pick<FeatureRun, "where"> & Omit<StoreOptions, "size" | "onDisk"> & { memory: number },
  ): Promise<Chosen | undefined> {
    const { where, notice, memory, part, folder } = run;
    const { outcomes } = source;
    const need = 4 * outcomes * source.n * (prefix.size + sizeOf(this.#network.outputShape));
    const held = this.#kept?.stores.get(false)?.bytes ?? 0;
    const taken = Math.max(held, this.#kept?.promised ?? 0);
    const onDisk = need + taken > memory;
    if (onDisk) {
      const pictures = `${source.n} pictures${outcomes === 1 ? "" : ` (each can come as ${outcomes})`}`;
      notice(
        `${where}: the features of ${pictures} take ${gigabytes(need)}, more than the ${gigabytes(memory)} of memory they may take: ` +
          (folder === undefined
            ? "the frozen layers run in every epoch; with featureCache: { folder } they are kept on the disk"
            : `they are read from ${folder}`),
      );
    }
    if (onDisk && folder === undefined) return undefined;
    this.#kept = this.#kept?.folder === folder ? this.#kept : undefined;
    this.#kept ??= { part, folder, promised: 0, stores: new Map() };
    const { stores } = this.#kept;
    const store =
      stores.get(onDisk) ?? (await FeatureStore.open({ part, size: prefix.size, folder, onDisk, notice }));
    stores.set(onDisk, store);
    if (!onDisk && outcomes > 1) this.#kept.promised = taken + need;
    return { store, onDisk };
  }

  /** The frozen part at present, with the hash that tells it. */
  async #frozen(): Promise<Frozen> {
    const { layers, weights } = this.#network;
    const flags = layers.map(({ trainable, batchStatistics }) => `${trainable}${batchStatistics}`);
    const paths = this.#found?.paths ?? weights.map(({ path }) => path);
    const stamp = `${flags.join()} ${this.#state.version(paths)}`;
    if (this.#found?.stamp === stamp) return this.#found;
    const prefix = frozenPrefix(this.#network);
    const own = [...(prefix?.layers ?? [])].flatMap((index) => layers[index].weights.map(({ path }) => path));
    const found = {
      pictureFeatures: prefix && new PictureFeatures(prefix, (x) => this.#compute(x, prefix)),
      paths: own,
      part: prefix ? await this.#hash(prefix) : "",
      stamp: `${flags.join()} ${this.#state.version(own)}`,
    };
    this.#found = found;
    return found;
  }

  /** Tells frozen parts by what they compute: their layers and weights. */
  async #hash({ layers, frontier }: FrozenPrefix): Promise<string> {
    const config = networkConfig(this.#network);
    const parts = [...layers].map((index) => {
      const { className, config: own, inputs } = config.layers[index];
      return {
        index,
        className,
        config: own,
        inputs,
        weights: this.#network.layers[index].weights.map(({ path }) => path),
      };
    });
    const paths = [...new Set(parts.flatMap(({ weights }) => weights))];
    const hashes = await Promise.all(paths.map((path) => contentHash(bytesOf(this.#state.value(path)))));
    const description = { inputShape: config.inputShape, parts, hashes, frontier };
    return contentHash(new TextEncoder().encode(JSON.stringify(description)));
  }
}
