import { AumentoError } from "../../errors.ts";
import { joinPath, listFiles, readFile, readPart, removeFile, writeFiles } from "../../files.ts";
import { isPack, readPack, writePack } from "./pack.ts";

/** Bytes of rows that are put into one chunk of memory or one file. */
const CHUNK_BYTES = 16 * 2 ** 20;
const EXTENSION = ".features";

/** Where the row of a picture is: in a chunk of memory, or in a file from this byte on. */
type Place = { chunk: Float32Array; start: number } | { path: string; start: number };

export interface StoreOptions {
  /** Hash of the layers that make the features. */
  part: string;
  /** Numbers for one picture. */
  size: number;
  /** Also keep them in files here, */
  folder?: string;
  /** and there alone: they would take too much memory. */
  onDisk?: boolean;
  /** Says what happened to a file that cannot be used. */
  notice(text: string): void;
}

/**
 * Features by the hash of their picture, in memory, and in files where a folder is given. Rows that files already have
 * are taken from there when they are wanted.
 */
export class FeatureStore {
  readonly #options: StoreOptions;
  readonly #places = new Map<string, Place>();
  readonly #perChunk: number;
  /** Rows that came last, and their keys; those before `#written` are in files. */
  #chunk = new Float32Array(0);
  #chunkKeys: string[] = [];
  #written = 0;
  /** Bytes of memory that the rows take. */
  bytes = 0;

  private constructor(options: StoreOptions) {
    this.#options = options;
    this.#perChunk = Math.max(1, Math.floor(CHUNK_BYTES / 4 / options.size));
  }

  static async open(options: StoreOptions): Promise<FeatureStore> {
    const store = new FeatureStore(options);
    const folder = store.#folder();
    if (folder !== undefined)
      for (const name of await listFiles(folder, EXTENSION)) await store.#take(joinPath(folder, name));
    return store;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  #folder(): string | undefined {
    const { folder, part } = this.#options;
    return folder === undefined ? undefined : joinPath(folder, part);
  }

  /** Takes note of a file's rows; one that cannot be used is left out, and removed where it was one of ours. */
  async #take(path: string): Promise<void> {
    const bytes = await readFile(path);
    try {
      const { keys, start } = await readPack(bytes, this.#options);
      this.#inFile(path, start, keys);
    } catch (error) {
      if (!(error instanceof AumentoError)) throw error;
      const ours = isPack(bytes);
      this.#options.notice(
        `${path}: ${error.message}; its features are computed again${ours ? ", and the file is removed" : ""}`,
      );
      if (ours) await removeFile(path);
    }
  }

  #inFile(path: string, start: number, keys: readonly string[]): void {
    keys.forEach((key, i) => {
      this.#places.set(key, { path, start: start + 4 * i * this.#options.size });
    });
  }

  /** Keeps a picture's row in memory from now on. */
  async hold(key: string): Promise<void> {
    const place = this.#places.get(key)!;
    if ("chunk" in place) return;
    const row = new Float32Array(this.#options.size);
    await this.read(key, row);
    this.#places.set(key, { chunk: row, start: 0 });
    this.bytes += row.byteLength;
  }

  /** Takes a picture's row, copied. */
  async add(key: string, row: Float32Array): Promise<void> {
    const { size } = this.#options;
    if (this.#chunkKeys.length * size >= this.#chunk.length) {
      await this.flush();
      this.#begin(new Float32Array(this.#perChunk * size));
    }
    const start = this.#chunkKeys.length * size;
    this.#chunk.set(row, start);
    this.#chunkKeys.push(key);
    this.#places.set(key, { chunk: this.#chunk, start });
    this.bytes += row.byteLength;
  }

  #begin(chunk: Float32Array<ArrayBuffer>): void {
    this.#chunk = chunk;
    this.#chunkKeys = [];
    this.#written = 0;
  }

  /** Writes the rows that are in no file yet. */
  async flush(): Promise<void> {
    const folder = this.#folder();
    const keys = this.#chunkKeys.slice(this.#written);
    if (folder === undefined || keys.length === 0) return;
    const { part, size } = this.#options;
    const rows = this.#chunk.subarray(this.#written * size, this.#chunkKeys.length * size);
    const { bytes, hash } = await writePack({ part, size, keys }, rows);
    const path = joinPath(folder, `${hash}${EXTENSION}`);
    this.#written = this.#chunkKeys.length;
    try {
      await writeFiles([{ path, bytes }]);
    } catch (error) {
      if (this.#options.onDisk || !(error instanceof AumentoError)) throw error;
      this.#options.notice(`${error.message}; these features are kept in memory alone`);
      return;
    }
    if (!this.#options.onDisk) return;
    this.#inFile(path, bytes.length - rows.byteLength - hash.length, keys);
    this.bytes -= rows.byteLength;
    this.#begin(new Float32Array(0));
  }

  /** Copies a picture's row. */
  async read(key: string, target: Float32Array): Promise<void> {
    const place = this.#places.get(key)!;
    if ("chunk" in place) target.set(place.chunk.subarray(place.start, place.start + target.length));
    else {
      const bytes = await readPart(place.path, place.start, target.byteLength);
      new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
    }
  }
}
