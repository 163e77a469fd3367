import { constants, rmSync } from "node:fs";
import { copyFile, readFile, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { WrittenLine } from "../augment/lines.ts";
import { AumentoError, messageOf } from "../errors.ts";
import { kindOf, makeFolder, writeFileAtomic } from "../files.ts";
import { sha256Of } from "../sha256.ts";

/** A line of the manifest about a generated picture; those about originals are as `augment` writes them. */
export interface SyntheticLine extends Pick<WrittenLine, "file" | "sha256" | "bytes"> {
  synthetic: true;
  class: string;
  /** SHA-256 of the generator's file, which makes the picture again from seed and index. */
  generator: string;
  seed: number;
  index: number;
}

export const manifestFile = "manifest.jsonl";

/**
 * Collects the files of OUT in a hidden folder beside it that takes its place when all are there. What a killed process
 * left of one is removed when the next begins.
 */
export class Assembly {
  readonly #out: string;
  readonly #staging: string;
  readonly #lines: (SyntheticLine | WrittenLine)[] = [];
  readonly #taken = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #onExit = () => rmSync(this.#staging, { recursive: true, force: true });

  constructor(out: string) {
    this.#out = resolve(out);
    this.#staging = join(dirname(this.#out), `.${basename(this.#out)}.part`);
    rmSync(this.#staging, { recursive: true, force: true });
    process.on("exit", this.#onExit);
  }

  async #place(file: string): Promise<string> {
    if (this.#taken.has(file)) {
      throw new AumentoError(
        "exists",
        `two pictures would both be written to ${file}: rename the one in the source`,
      );
    }
    this.#taken.add(file);
    const path = join(this.#staging, file);
    const folder = dirname(path);
    if (!this.#folders.has(folder)) await makeFolder(folder);
    this.#folders.add(folder);
    return path;
  }

  /** Copies an original; `source` is how the manifest calls it. */
  async copy(from: string, file: string, source: string): Promise<void> {
    const path = await this.#place(file);
    try {
      await copyFile(from, path, constants.COPYFILE_FICLONE);
    } catch (error) {
      throw new AumentoError("write_failed", `cannot copy ${from} to ${this.#out}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    const bytes = await readFile(path);
    const hash = sha256Of(bytes);
    const line: WrittenLine = {
      file,
      source,
      sourceSha256: hash,
      variant: 0,
      sha256: hash,
      bytes: bytes.length,
      copied: true,
    };
    this.#lines.push(line);
  }

  async write(
    bytes: Buffer,
    file: string,
    facts: Pick<SyntheticLine, "class" | "generator" | "seed" | "index">,
  ): Promise<void> {
    await writeFileAtomic(await this.#place(file), bytes);
    this.#lines.push({ file, synthetic: true, ...facts, sha256: sha256Of(bytes), bytes: bytes.length });
  }

  /** Writes the manifest, and lets the folder appear. */
  async finish(header: object): Promise<void> {
    const lines = [header, ...this.#lines.sort((a, b) => (a.file < b.file ? -1 : 1))];
    await makeFolder(this.#staging);
    await writeFileAtomic(
      join(this.#staging, manifestFile),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    try {
      if ((await kindOf(this.#out)) === "folder") await rmdir(this.#out);
      await rename(this.#staging, this.#out);
    } catch (error) {
      throw new AumentoError("write_failed", `cannot write ${this.#out}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Removes what was collected, unless it has become OUT. */
  async close(): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true });
    process.off("exit", this.#onExit);
  }
}
