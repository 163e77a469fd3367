import { readdir } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { countClasses } from "../count-classes.ts";
import { AumentoError } from "../errors.ts";
import { classFoldersOf } from "../experiment/class-folders.ts";
import { findLayout } from "../experiment/dataset.ts";
import { assertOutside, kindOf } from "../files.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { packageVersion } from "../version.ts";
import { Assembly } from "./assembly.ts";
import { matchGenerators, wantedCounts, writeFillings } from "./fill.ts";
import { type DividedFolder, divideFolder, type Pictures } from "./pictures.ts";

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

async function assertUsableOut(out: string, folder: string): Promise<void> {
  const kind = await kindOf(out);
  if (kind === "file") throw new AumentoError("exists", `${out} is a file, expected a folder to write`);
  if (kind === "folder" && (await readdir(out)).length > 0) {
    throw new AumentoError("exists", `folder ${out} is not empty; give another --out`);
  }
  await assertOutside(out, folder);
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
  const { heldBack } = divided;
  const training = heldBack > 0 ? "train/" : "";
  const assembly = new Assembly(out);
  try {
    await copyOriginals(assembly, divided, training, options);
    const refused = await writeFillings(assembly, divided, fillings, {
      folder: training,
      seed: sampleSeed,
      signal,
      warn,
      onProgress: options.onProgress,
    });
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
    const originals = countClasses(divided.training.labels, divided.classNames.length);
    const classes = divided.classNames.map((className, label) => ({
      className,
      originals: originals[label],
      generated: fillings.find((filling) => filling.label === label)?.wanted ?? 0,
      refused: refused.get(className) ?? 0,
    }));
    return { out, classes, heldBack, unknown };
  } finally {
    await assembly.close();
  }
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
