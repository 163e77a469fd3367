import { createHash, randomUUID } from "node:crypto";
import { constants, rmSync } from "node:fs";
import { copyFile, readdir, readFile, realpath, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { WrittenLine } from "../augment/lines.ts";
import { AumentoError, messageOf } from "../errors.ts";
import { classFoldersOf } from "../experiment/class-folders.ts";
import { findLayout } from "../experiment/dataset.ts";
import { kindOf, makeFolder, writeFileAtomic } from "../files.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { packageVersion } from "../version.ts";
import { type ClassFilling, fillClasses, matchGenerators, wantedCounts } from "./fill.ts";
import { type DividedFolder, divideFolder, type Pictures } from "./pictures.ts";
import { asSharp } from "./tiles.ts";

export interface AugmentGanOptions {
  /** Folder with one sub-folder a class, or with train/ and validation/ of such. */
  folder: string;
  /** A generator, or a folder of generators, one a class. */
  model: string;
  /** Folder to write; it must not exist or be empty. It appears when it is complete. */
  out: string;
  /** Fill each class up to the size of the largest. Default true unless `count` is given. */
  balance?: boolean;
  /** Pictures to generate for each class. */
  count?: number;
  /** The split that the generators were trained on. Default 0.2; 0: nothing is held back. */
  validationSplit?: number;
  /** Of the split. Default 123. */
  seed?: number;
  /** Decides which pictures are generated. Default 0. */
  sampleSeed?: number;
  signal?: AbortSignal;
  warn?: (line: string) => void;
  onProgress?: (phase: "looking" | "generating" | "copying", done: number, total: number) => void;
}

export interface AugmentGanOutcome {
  out: string;
  classes: { className: string; originals: number; generated: number; refused: number }[];
  /** Pictures that were held back and copied as they are. */
  heldBack: number;
  /** Classes that no generator knows; they stay as they are. */
  unknown: string[];
}

/** A line of the manifest about a generated picture; those about originals are as `augment` writes them. */
interface SyntheticLine extends Pick<WrittenLine, "file" | "sha256" | "bytes"> {
  synthetic: true;
  class: string;
  /** SHA-256 of the generator's file, which makes the picture again from seed and index. */
  generator: string;
  seed: number;
  index: number;
}

const manifestFile = "manifest.jsonl";
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** The real path of what may not exist yet. */
async function realPathOf(path: string): Promise<string> {
  const full = resolve(path);
  if ((await kindOf(full)) !== undefined) return realpath(full);
  const parent = dirname(full);
  return parent === full ? full : join(await realPathOf(parent), basename(full));
}

async function assertUsableOut(out: string, folder: string): Promise<void> {
  const kind = await kindOf(out);
  if (kind === "file") throw new AumentoError("exists", `${out} is a file, expected a folder to write`);
  if (kind === "folder" && (await readdir(out)).length > 0) {
    throw new AumentoError("exists", `folder ${out} is not empty; give another --out`);
  }
  const [inner, outer] = [await realPathOf(out), await realPathOf(folder)];
  if (inner === outer || inner.startsWith(outer + sep)) {
    throw new AumentoError(
      "invalid_input",
      `${out} lies inside ${folder}: generated pictures would be taken for real ones; give a folder outside`,
    );
  }
}

/** Collects the files of OUT in a folder beside it that takes its place when all are there. */
class Assembly {
  readonly #out: string;
  readonly #staging: string;
  readonly #lines: (SyntheticLine | WrittenLine)[] = [];
  readonly #taken = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #onExit = () => rmSync(this.#staging, { recursive: true, force: true });

  constructor(out: string) {
    this.#out = resolve(out);
    this.#staging = join(dirname(this.#out), `.${basename(this.#out)}.${randomUUID().slice(0, 8)}.part`);
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
    const hash = sha256(bytes);
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
    this.#lines.push({ file, synthetic: true, ...facts, sha256: sha256(bytes), bytes: bytes.length });
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

async function divide(options: AugmentGanOptions): Promise<DividedFolder> {
  const { folder, validationSplit = 0.2, seed = 123, warn = () => {} } = options;
  const layout = await findLayout(folder);
  if ((await classFoldersOf(layout.training)).length === 0) {
    throw new AumentoError("invalid_input", `${folder} has no class folders, so there is no class to fill`);
  }
  return divideFolder(folder, { validationSplit, seed }, warn);
}

/**
 * Copies a folder of pictures and fills the classes of its training part with generated ones, marked in their names
 * and in manifest.jsonl. Held-back pictures are copied as they are. Near copies of training pictures are refused and
 * counted. Either OUT is there whole in the end, or nothing is.
 */
export async function augmentGan(options: AugmentGanOptions): Promise<AugmentGanOutcome> {
  const { folder, model, out, count, validationSplit = 0.2, seed = 123, sampleSeed = 0, signal } = options;
  const warn = options.warn ?? (() => {});
  const balance = options.balance ?? count === undefined;
  throwIfInterrupted(signal);
  await assertUsableOut(out, folder);
  const divided = await divide(options);
  const wanted = wantedCounts(divided, { balance, count });
  const { fillings, unknown } = await matchGenerators(model, divided, wanted, { validationSplit, seed });
  if (fillings.length === 0) {
    throw new AumentoError(
      "invalid_input",
      wanted.every((each) => each === 0)
        ? `${folder}: all classes have as many pictures as the largest, so there is nothing to balance; --count asks for so many a class`
        : `no generator in ${model} knows a class that wants pictures (${unknown.join(", ")})`,
    );
  }
  const heldBack = divided.validation.files.length + divided.test.files.length;
  const training = heldBack > 0 ? "train/" : "";
  const assembly = new Assembly(out);
  try {
    await copyOriginals(assembly, divided, training, options);
    const refused = new Map<string, number>();
    const models = await hashModels(fillings);
    const fill = fillClasses(divided, fillings, {
      seed: sampleSeed,
      signal,
      warn,
      onProgress: options.onProgress,
    });
    for await (const { image, index, nearCopy, filling } of fill) {
      const { className, file } = filling;
      if (nearCopy) {
        refused.set(className, (refused.get(className) ?? 0) + 1);
        continue;
      }
      const name = `synthetic-${sampleSeed}-${String(index).padStart(6, "0")}.png`;
      await assembly.write(await asSharp(image).png().toBuffer(), `${training}${className}/${name}`, {
        class: className,
        generator: models.get(file)!,
        seed: sampleSeed,
        index,
      });
    }
    await assembly.finish({
      aumento: "gan augment",
      version: 1,
      program: packageVersion(),
      source: relative(resolve(out), resolve(folder)).split(sep).join("/"),
      settings: {
        balance,
        count: count ?? null,
        validationSplit,
        seed,
        sampleSeed,
        fingerprint: divided.fingerprint,
      },
    });
    const originals = divided.training.labels;
    const classes = divided.classNames.map((className, label) => ({
      className,
      originals: originals.filter((one) => one === label).length,
      generated: fillings.find((filling) => filling.label === label)?.wanted ?? 0,
      refused: refused.get(className) ?? 0,
    }));
    return { out, classes, heldBack, unknown };
  } finally {
    await assembly.close();
  }
}

/** SHA-256 of each generator's file. */
async function hashModels(fillings: readonly ClassFilling[]): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const { file } of fillings) if (!hashes.has(file)) hashes.set(file, sha256(await readFile(file)));
  return hashes;
}

async function copyOriginals(
  assembly: Assembly,
  divided: DividedFolder,
  training: string,
  { signal, onProgress }: AugmentGanOptions,
): Promise<void> {
  const { classNames, relativePath, layout } = divided;
  const parts: [Pictures, string][] = [
    [divided.training, training],
    [divided.validation, "validation/"],
    [divided.test, "test/"],
  ];
  const total = parts.reduce((sum, [{ files }]) => sum + files.length, 0);
  let done = 0;
  for (const [{ files, labels }, part] of parts) {
    for (const [place, path] of files.entries()) {
      throwIfInterrupted(signal);
      const source = relativePath(path);
      // Below the class's folder, whatever lies above it in the source.
      const inner = source
        .split("/")
        .slice(layout === "folders" ? 2 : 1)
        .join("/");
      await assembly.copy(path, `${part}${classNames[labels[place]]}/${inner}`, source);
      onProgress?.("copying", ++done, total);
    }
  }
}
