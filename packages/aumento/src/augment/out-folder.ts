import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readdir, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AumentoError } from "../errors.ts";
import { explainWriteError, kindOf, makeFolder, refuseDanglingLink } from "../files.ts";
import { Journal, LineFile, writeManifest } from "./journal.ts";
import { isRunning } from "./processes.ts";
import { isLock, RunLock } from "./run-lock.ts";
import { differences, type Header } from "./settings.ts";
import type { PicturePlan } from "./tasks.ts";

export const manifestName = "manifest.jsonl";
/** Hidden, so that nobody takes it for a class: the journal, and files being written. Gone when a run is done. */
const stagingName = ".augment";

/**
 * A folder written to by `augmentFolder`. While a run is under way its staging folder holds a journal: the manifest's
 * lines in the order in which pictures were done. At the end they become the manifest, in the order of the pictures.
 */
export class OutFolder {
  readonly path: string;
  readonly staging: string;
  readonly manifest: string;
  readonly #journalPath: string;
  readonly #lock: RunLock;
  /** How the records were when `earlier` read them. */
  #read = "";

  constructor(path: string) {
    this.path = path;
    this.staging = join(path, stagingName);
    this.manifest = join(path, manifestName);
    this.#journalPath = join(this.staging, "journal.jsonl");
    this.#lock = new RunLock(this.staging);
  }

  /** Refuses where another run is at work in the folder. */
  refuseOthers(): void {
    this.#lock.refuseOthers();
  }

  /**
   * What an earlier run with the same settings left, if there was one.
   *
   * @throws AumentoError where the folder holds a run with other settings, or files that are no run's.
   */
  async earlier(header: Header): Promise<LineFile | undefined> {
    const kind = await kindOf(this.path);
    if (kind === undefined) {
      await refuseDanglingLink(this.path);
      return undefined;
    }
    if (kind === "file")
      throw new AumentoError("exists", `${this.path} is a file, expected a folder to write into`);
    this.#read = this.#state();
    const record = await this.record();
    if (!record) {
      const names = (await readdir(this.path)).filter((name) => name !== stagingName);
      if (names.length === 0) return undefined;
      const more = names.length > 1 ? ` and ${names.length - 1} more` : "";
      throw new AumentoError(
        "exists",
        `${this.path} holds files that no run of augment wrote (${names.sort()[0]}${more}); give another folder`,
      );
    }
    const differing = differences(record.header, header);
    if (differing.length > 0) {
      throw new AumentoError(
        "exists",
        `${this.path} holds a run with other settings (${differing.join("; ")}); ` +
          "give another folder, or the same settings to go on with it",
      );
    }
    return record;
  }

  /** Refuses to leave files of pictures behind that are no longer among the sources. */
  refuseOrphans(earlier: LineFile, plans: readonly PicturePlan[]): void {
    const known = new Map(plans.map((plan) => [plan.picture, plan]));
    const reader = earlier.reader();
    try {
      for (const picture of earlier.pictures) {
        const files = new Set(
          known
            .get(picture)
            ?.task()
            .targets.map(({ file }) => file),
        );
        for (const text of reader.textOf(picture)?.split("\n") ?? []) {
          const { file } = JSON.parse(text) as { file?: string }; // a line that LineFile has read
          if (file === undefined || files.has(file)) continue;
          const reason = known.has(picture)
            ? "the pictures of SRC are others than when it was written"
            : `${picture} is no longer among the pictures`;
          throw new AumentoError(
            "exists",
            `${this.path} holds ${file}, which this run would not write: ${reason}; give another folder`,
          );
        }
      }
    } finally {
      reader.close();
    }
  }

  /**
   * Makes the folder ready, keeps other runs out until `release`, and begins a journal with what an earlier run has of
   * these pictures.
   */
  async begin(
    header: Header,
    plans: readonly PicturePlan[],
    earlier: LineFile | undefined,
  ): Promise<Journal> {
    await this.#lock.take();
    if (this.#state() !== this.#read) {
      throw new AumentoError(
        "exists",
        `another run has written to ${this.path} meanwhile; give the command again to see what is there now`,
      );
    }
    this.#clear((name) => isLock(name) || join(this.staging, name) === this.#journalPath);
    const fresh = join(this.staging, "journal.part");
    const journal = new Journal(fresh, header);
    try {
      if (earlier) copyLines(earlier, plans, journal);
      journal.sync();
      this.#rename(fresh, this.#journalPath);
    } catch (error) {
      journal.close();
      throw error;
    }
    return journal;
  }

  /** Writes a file of the folder by way of the staging folder, so that it is there whole or not at all. */
  place(name: string, content: string | Uint8Array, partName = "text.part"): void {
    const part = join(this.staging, partName);
    try {
      writeFileSync(part, content, { flush: true });
    } catch (error) {
      throw explainWriteError(join(this.path, name), error);
    }
    this.#rename(part, join(this.path, name));
  }

  /**
   * Writes single files, each whole or not at all, while a run or other such calls may be at work in the folder. What a
   * call left that was killed goes; a next run would remove it, too.
   */
  async placeAlone(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    await makeFolder(this.staging);
    for (const name of readdirSync(this.staging)) {
      const [, processId] = /^alone-(\d+)\.part$/.exec(name) ?? [];
      if (processId !== undefined && !isRunning(Number(processId)))
        rmSync(join(this.staging, name), { force: true });
    }
    try {
      for (const [name, bytes] of files) {
        await makeFolder(dirname(join(this.path, name)));
        this.place(name, bytes, `alone-${process.pid}.part`);
      }
    } finally {
      rmSync(join(this.staging, `alone-${process.pid}.part`), { force: true });
      await rmdir(this.staging).catch(() => undefined); // a run's journal is in it, or another call's part
    }
  }

  /** Writes the manifest, in the order of the pictures. */
  placeManifest(header: Header, plans: readonly PicturePlan[], journal: Journal): void {
    const part = join(this.staging, "manifest.part");
    const groups = function* () {
      for (const { picture } of plans) {
        const bytes = journal.bytesOf(picture);
        if (bytes) yield bytes;
      }
    };
    writeManifest(part, header, groups());
    this.#rename(part, this.manifest);
  }

  /** The run is done. */
  removeStaging(): void {
    this.#clear(isLock);
    this.release();
  }

  /** Lets other runs in; may be called again. */
  release(): void {
    this.#lock.release();
  }

  #clear(spared: (name: string) => boolean): void {
    for (const name of readdirSync(this.staging)) {
      if (!spared(name)) rmSync(join(this.staging, name), { force: true });
    }
  }

  /** Which record files there are, and of what size and time; empty where there are none. */
  #state(): string {
    return [this.#journalPath, this.manifest]
      .flatMap((path) => statSync(path, { throwIfNoEntry: false }) ?? [])
      .map(({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`)
      .join();
  }

  /** What a run has written so far, or in the end. */
  async record(): Promise<LineFile | undefined> {
    for (const path of [this.#journalPath, this.manifest]) {
      if ((await kindOf(path)) === "file") return LineFile.read(path);
    }
    return undefined;
  }

  #rename(from: string, to: string): void {
    try {
      renameSync(from, to);
    } catch (error) {
      throw explainWriteError(to, error);
    }
  }
}

/** Takes over the lines of pictures that are complete. */
function copyLines(earlier: LineFile, plans: readonly PicturePlan[], journal: Journal): void {
  const reader = earlier.reader();
  try {
    for (const { picture, files } of plans) {
      const text = earlier.linesOf(picture) === files ? reader.textOf(picture) : undefined;
      if (text !== undefined) journal.add(picture, text);
    }
  } finally {
    reader.close();
  }
}
