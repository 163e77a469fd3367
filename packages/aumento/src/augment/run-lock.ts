import { closeSync, openSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { AumentoError, systemCodeOf } from "../errors.ts";
import { explainWriteError, makeFolder } from "../files.ts";
import { ownProcess, type ProcessMark, stillRuns } from "./processes.ts";

/** The process that a lock's name tells of; undefined for names of other things. */
function ownerOf(name: string): ProcessMark | undefined {
  const [, id, start] = /^run-(\d+)-(\d+)\.lock$/.exec(name) ?? [];
  return id === undefined ? undefined : { id: Number(id), start: Number(start) };
}

export const isLock = (name: string): boolean => ownerOf(name) !== undefined;

/**
 * Keeps a folder to one run at a time. A run lays an empty file into the staging folder whose name tells its process,
 * and then looks for others: of two that begin together at least one sees the other and gives way. What a killed
 * process left counts for nothing.
 */
export class RunLock {
  readonly #staging: string;
  readonly #own = `run-${ownProcess.id}-${ownProcess.start}.lock`;
  #taken = false;

  constructor(staging: string) {
    this.#staging = staging;
  }

  /** Refuses where another run is at work. */
  refuseOthers(): void {
    for (const name of this.#names()) {
      const owner = ownerOf(name);
      if (!owner || (this.#taken && name === this.#own) || !stillRuns(owner)) continue;
      throw new AumentoError(
        "exists",
        `another run (process ${owner.id}) is at work in ${dirname(this.#staging)}; wait for its end or stop it`,
      );
    }
  }

  /** Makes the staging folder and takes it for this run. */
  async take(): Promise<void> {
    this.refuseOthers();
    for (let attempt = 1; !this.#taken; attempt++) {
      await makeFolder(this.#staging);
      try {
        closeSync(openSync(join(this.#staging, this.#own), "wx"));
        this.#taken = true;
      } catch (error) {
        // Another run that ended has removed the folder just now, or one of this process was quicker.
        if (systemCodeOf(error) === "EEXIST") this.refuseOthers();
        if (systemCodeOf(error) !== "ENOENT" || attempt > 10) throw explainWriteError(this.#staging, error);
      }
    }
    try {
      this.refuseOthers();
    } catch (error) {
      this.release();
      throw error;
    }
    for (const name of this.#names()) {
      const owner = ownerOf(name);
      if (owner && !stillRuns(owner)) rmSync(join(this.#staging, name), { force: true });
    }
  }

  /** Gives the folder free; may be called again, and where it was never taken. */
  release(): void {
    if (!this.#taken) return;
    this.#taken = false;
    rmSync(join(this.#staging, this.#own), { force: true });
    try {
      rmdirSync(this.#staging);
    } catch {
      // a journal is in it, from which a later run goes on, or what others have there
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.#staging);
    } catch {
      return []; // there is none yet
    }
  }
}
