import { AumentoError } from "../../errors.ts";
import { type Batch, type BatchSource, rows, sizeOf, type Tensor } from "../../tensor.ts";
import { stagedBatches } from "../staging.ts";
import { bytesOf, contentHash } from "./content-hash.ts";
import type { FeatureStore } from "./feature-store.ts";
import type { PictureFeatures } from "./picture-features.ts";
import type { Features } from "./prefix.ts";

/** A source that tells the order of its samples, and as how many different pictures they come. */
export type OrderedSource = BatchSource & Required<Pick<BatchSource, "order" | "outcomes">>;

export interface ExtractOptions {
  /** How errors call the source. */
  where: string;
  store: FeatureStore;
  pictureFeatures: PictureFeatures;
  /** Fails where a batch does not fit the model. */
  check(batch: Batch): void;
  /** Keep rows that files already have in memory. */
  hold: boolean;
  signal?: AbortSignal;
  /** How many of the source's samples are done, and how many of them had to be computed. */
  onProgress(done: number, computed: number): void;
}

/** Pictures that wait until they fill a batch, in memory that stays the same. */
class Waiting {
  readonly #options: ExtractOptions;
  readonly #batchSize: number;
  #memory: Tensor | undefined;
  #keys: string[] = [];
  computed = 0;

  constructor(options: ExtractOptions, batchSize: number) {
    this.#options = options;
    this.#batchSize = batchSize;
  }

  has(key: string): boolean {
    return this.#keys.includes(key);
  }

  async add(key: string, picture: Tensor): Promise<void> {
    const { data } = picture;
    this.#memory ??= {
      data:
        data instanceof Uint8Array
          ? new Uint8Array(this.#batchSize * data.length)
          : new Float32Array(this.#batchSize * data.length),
      shape: [this.#batchSize, ...picture.shape.slice(1)],
    };
    this.#memory.data.set(data, this.#keys.length * data.length);
    this.#keys.push(key);
    if (this.#keys.length === this.#batchSize) await this.finish();
  }

  /** Computes the features of those that wait. */
  async finish(): Promise<void> {
    const { store, pictureFeatures } = this.#options;
    const { size } = pictureFeatures.prefix;
    if (!this.#memory || this.#keys.length === 0) return;
    const features = await pictureFeatures.of(this.#memory, this.#keys.length);
    for (const [i, key] of this.#keys.entries())
      await store.add(key, features.subarray(i * size, (i + 1) * size));
    this.computed += this.#keys.length;
    this.#keys = [];
  }
}

/** Targets of single samples, as they came. */
class Targets {
  #memory: Tensor["data"] | undefined;
  #row: readonly number[] = [];
  readonly #size: number;

  constructor(n: number) {
    this.#size = n;
  }

  /** Takes the target of sample number `place`. */
  set(place: number, y: Tensor, i: number): void {
    this.#row = y.shape.slice(1);
    const size = sizeOf(this.#row);
    const Type = y.data.constructor as new (length: number) => Tensor["data"];
    this.#memory ??= new Type(this.#size * size);
    this.#memory.set(y.data.subarray(i * size, (i + 1) * size), place * size);
  }

  /** The targets of some samples as one tensor. */
  pick(places: readonly number[]): Tensor | undefined {
    if (!this.#memory) return undefined;
    const size = sizeOf(this.#row);
    const data = this.#memory.slice(0, places.length * size);
    for (const [i, place] of places.entries())
      data.set(this.#memory.subarray(place * size, (place + 1) * size), i * size);
    return { data, shape: [places.length, ...this.#row] };
  }
}

/** Which samples a batch has: as it says, or where it is whole as the order says. */
function indicesOf(where: string, batch: Batch, planned: Uint32Array): Uint32Array {
  const n = batch.x.shape[0];
  const indices = batch.indices ?? planned;
  if (indices.length !== n)
    throw new AumentoError(
      "training",
      `${where}: a batch has ${n} samples and ${batch.indices ? `${indices.length} indices` : `its order ${indices.length}; where batches may lack samples they must have indices`}`,
    );
  return indices;
}

/**
 * The samples of an epoch in the same order, with the features of their pictures instead of the pictures: looked up by
 * the pictures' content, computed where they are not known. Of a source of one outcome these are all epochs' samples.
 * Undefined where the signal ended it.
 */
export async function extractFeatures(
  source: OrderedSource,
  epoch: number,
  options: ExtractOptions,
): Promise<BatchSource | undefined> {
  const { where, store, hold, signal, onProgress } = options;
  const { prefix } = options.pictureFeatures;
  const { n, batchSize } = source;
  const keys = new Map<number, { key: string; place: number }>();
  const targets = new Targets(n);
  const waiting = new Waiting(options, Math.min(n, batchSize));
  const order = source.order(epoch);
  let done = 0;
  let number = 0;
  try {
    for await (const batch of stagedBatches(source, epoch, signal)) {
      if (signal?.aborted) return undefined;
      options.check(batch);
      const planned = order.subarray(number * batchSize, ++number * batchSize);
      const indices = indicesOf(where, batch, planned);
      const hashes = await Promise.all(
        Array.from(indices, (_, i) => contentHash(bytesOf(rows(batch.x, i, i + 1).data))),
      );
      for (const [i, key] of hashes.entries()) {
        const place = keys.size;
        keys.set(indices[i], { key, place });
        if (batch.y) targets.set(place, batch.y, i);
        if (!store.has(key)) {
          if (!waiting.has(key)) await waiting.add(key, rows(batch.x, i, i + 1));
        } else if (hold) await store.hold(key);
        if (signal?.aborted) return undefined;
      }
      done += indices.length;
      if (done < n) onProgress(done, waiting.computed);
    }
    if (signal?.aborted) return undefined;
    await waiting.finish();
    if (keys.size === 0) throw new AumentoError("training", `${where}: the source gave no batch`);
    onProgress(n, waiting.computed);
  } finally {
    await store.flush();
  }
  return {
    n,
    length: source.length,
    batchSize,
    classNames: source.classNames,
    preprocessing: source.preprocessing,
    async *epoch(epoch): AsyncGenerator<Batch> {
      const order = source.order(epoch);
      for (let start = 0; start < order.length; start += batchSize) {
        // A picture that cannot be decoded leaves its place empty, as it does in the source.
        const known = Array.from(order.subarray(start, start + batchSize)).filter((index) => keys.has(index));
        if (known.length === 0) continue;
        const data = new Float32Array(known.length * prefix.size);
        for (const [i, index] of known.entries())
          await store.read(keys.get(index)!.key, data.subarray(i * prefix.size, (i + 1) * prefix.size));
        const x: Features = { data, shape: [known.length, prefix.size], prefix };
        yield {
          x,
          y: targets.pick(known.map((index) => keys.get(index)!.place)),
          indices: Uint32Array.from(known),
        };
      }
    },
  };
}
