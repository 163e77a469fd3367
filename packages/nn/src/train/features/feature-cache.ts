import { checkBoolean, checkNumber, checkOptions } from "../../check.ts";
import { AumentoError } from "../../errors.ts";
import { type Network, networkConfig } from "../../network.ts";
import { type Batch, type BatchSource, sizeOf, type Tensor } from "../../tensor.ts";
import type { ModelState } from "../state.ts";
import { bytesOf, contentHash } from "./content-hash.ts";
import { extractFeatures, isSteadySource } from "./feature-source.ts";
import { FeatureStore } from "./feature-store.ts";
import { type FrozenPrefix, frozenPrefix } from "./prefix.ts";

export interface FeatureCacheOptions {
  /** Keep features in files of this folder, too: later runs read them. Files are whole or not there. */
  folder?: string;
  /** Bytes of memory that features may take. Default 2 GB. Beyond it they are in the folder's files alone. */
  memory?: number;
}

/** How one source's features are made. */
export interface FeatureRun {
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

/** The features [n, size] of pictures, valid until the next call; `keep`: the batch size will come again. */
type Compute = (x: Tensor, prefix: FrozenPrefix, keep: boolean) => Promise<Float32Array>;

/** The features that a model's frozen layers made, as long as these stay the same. */
export class FeatureCache {
  readonly #network: Network;
  readonly #state: ModelState;
  readonly #compute: Compute;
  #kept: { part: string; folder: string | undefined; onDisk: boolean; store: FeatureStore } | undefined;
  #found: { prefix: FrozenPrefix | undefined; paths: string[]; part: string; stamp: string } | undefined;
  #sources = new WeakMap<BatchSource, { store: FeatureStore; features: BatchSource }>();

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
   * What to read instead of a source: the features of its pictures where they stay the same and frozen layers see
   * them, else the source itself, also where the signal ended it.
   */
  async of(source: BatchSource, run: FeatureRun): Promise<BatchSource> {
    const { cache, where, signal, notice } = run;
    if (cache === false || !isSteadySource(source)) return source;
    const { prefix, part } = await this.#frozen();
    if (!prefix) return source;
    // A few layers that make more of a picture than it was are run again rather than kept, unless that is asked for.
    if (cache === true && prefix.size > sizeOf(this.#network.inputShape)) return source;
    const { folder, memory = DEFAULT_MEMORY } = typeof cache === "object" ? cache : {};
    if (this.#kept && this.#kept.part !== part) this.clear();
    const known = this.#sources.get(source);
    if (known && known.store === this.#kept?.store) return known.features;
    const need = 4 * source.n * (prefix.size + sizeOf(this.#network.outputShape));
    const onDisk = need + (this.#kept?.store.bytes ?? 0) > memory;
    if (onDisk)
      notice(
        `${where}: the features of ${source.n} pictures take ${gigabytes(need)}, more than the ${gigabytes(memory)} of memory they may take: ` +
          (folder === undefined
            ? "the frozen layers run in every epoch; with featureCache: { folder } they are kept on the disk"
            : `they are read from ${folder}`),
      );
    if (onDisk && folder === undefined) return source;
    const store = await this.#store({ part, prefix, folder, onDisk, notice });
    const features = await extractFeatures(source, {
      where,
      store,
      prefix,
      compute: (x, keep) => this.#compute(x, prefix, keep),
      check: run.check,
      hold: !onDisk,
      signal,
      onProgress: (done, computed) => run.onProgress?.(done, source.n, computed),
    });
    if (!features) return source;
    this.#sources.set(source, { store, features });
    return features;
  }

  /** The frozen part at present, with the hash that tells it. */
  async #frozen(): Promise<{ prefix: FrozenPrefix | undefined; part: string }> {
    const { layers, weights } = this.#network;
    const flags = layers.map(({ trainable, batchStatistics }) => `${trainable}${batchStatistics}`);
    const paths = this.#found?.paths ?? weights.map(({ path }) => path);
    const stamp = `${flags.join()} ${this.#state.version(paths)}`;
    if (this.#found?.stamp === stamp) return this.#found;
    const prefix = frozenPrefix(this.#network);
    const own = [...(prefix?.layers ?? [])].flatMap((index) => layers[index].weights.map(({ path }) => path));
    const found = {
      prefix,
      paths: own,
      part: prefix ? await this.#hash(prefix) : "",
      stamp: `${flags.join()} ${this.#state.version(own)}`,
    };
    this.#found = found;
    return found;
  }

  async #store(options: {
    part: string;
    prefix: FrozenPrefix;
    folder: string | undefined;
    onDisk: boolean;
    notice(text: string): void;
  }): Promise<FeatureStore> {
    const { part, prefix, folder, onDisk, notice } = options;
    const kept = this.#kept;
    if (kept && kept.folder === folder && kept.onDisk === onDisk) return kept.store;
    const store = await FeatureStore.open({ part, size: prefix.size, folder, onDisk, notice });
    this.#kept = { part, folder, onDisk, store };
    return store;
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
