import { countClasses } from "../count-classes.ts";
import { AumentoError, UsageError } from "../errors.ts";
import { sha256OfFile } from "../sha256.ts";
import type { Assembly } from "./assembly.ts";
import { type FoundGenerators, findGenerators, learnedFrom, openGenerator } from "./generators.ts";
import type { TrainingHashes } from "./near-copies.ts";
import type { DividedFolder } from "./pictures.ts";
import { hashTraining, synthesize } from "./synthesize.ts";
import { asSharp } from "./tiles.ts";

/** How many pictures to generate for each class, in the order of the classes. */
export function wantedCounts(
  divided: DividedFolder,
  { balance, count }: { balance: boolean; count?: number },
): number[] {
  const has = countClasses(divided.training.labels, divided.classNames.length);
  const largest = Math.max(...has);
  return has.map((pictures) => (balance ? largest - pictures : 0) + (count ?? 0));
}

/** A class to fill, with the generator that knows it. */
export interface ClassFilling {
  /** The class's number in the folder. */
  label: number;
  className: string;
  wanted: number;
  /** The generator's file, and the name it knows the class by; null: it knows this class only. */
  file: string;
  asked: string | null;
}

/** What all fillings of one folder share. */
export interface Filler {
  fillings: ClassFilling[];
  /** Classes that no generator knows. */
  unknown: string[];
}

/** Finds the generator of each class that wants pictures, and checks what each of them learned from. */
export async function matchGenerators(
  model: string,
  divided: DividedFolder,
  wanted: readonly number[],
  split: { validationSplit: number; seed: number },
): Promise<Filler> {
  const found: FoundGenerators = await findGenerators(model);
  const fillings: ClassFilling[] = [];
  const known = new Set<string>();
  for (const [name, file] of found.files) {
    const generator = await openGenerator(file);
    try {
      const learned = learnedFrom(generator, file);
      assertSamePictures(learned, divided, split, file);
      const { classNames = [], classes } = generator.facts;
      const names = classes > 0 ? classNames : [learned.className ?? name];
      if (classes === 0 && learned.className === null) {
        throw new AumentoError(
          "invalid_input",
          `${file}: it was trained on all pictures without their classes, so what it draws belongs to none; ` +
            "train with --conditional, or with --class for each class",
        );
      }
      for (const className of names) {
        const label = divided.classNames.indexOf(className);
        if (label < 0) {
          throw new AumentoError(
            "invalid_input",
            `${file}: it knows the class "${className}", which ${divided.folder} has not`,
          );
        }
        if (known.has(className)) throw new UsageError(`${model} holds two generators of "${className}"`);
        known.add(className);
        if (wanted[label] > 0) {
          fillings.push({
            label,
            className,
            wanted: wanted[label],
            file,
            asked: classes > 0 ? className : null,
          });
        }
      }
    } finally {
      await generator.close();
    }
  }
  const unknown = divided.classNames.filter((name, label) => wanted[label] > 0 && !known.has(name));
  return { fillings: fillings.sort((a, b) => a.label - b.label), unknown };
}

/** A generator that learned from validation pictures would carry them into the training set. */
function assertSamePictures(
  learned: { fingerprint: string; heldBack: number; validationSplit: number; seed: number },
  divided: DividedFolder,
  split: { validationSplit: number; seed: number },
  file: string,
): void {
  if (learned.fingerprint !== divided.fingerprint) {
    throw new AumentoError(
      "invalid_input",
      `${file}: it learned from other pictures than ${divided.folder} holds (another folder, or files were added, removed or changed), ` +
        "so which of them it has seen cannot be told; train it on this folder",
    );
  }
  if (divided.layout === "folders") return; // train/ is what it learned from
  const held = divided.validation.files.length;
  if (held === 0) return;
  if (learned.heldBack === 0) {
    throw new AumentoError(
      "invalid_input",
      `${file}: it learned from all pictures, the validation pictures among them, so what it draws would give these away; ` +
        `train it with --validation-split ${split.validationSplit} --seed ${split.seed}`,
    );
  }
  if (learned.validationSplit !== split.validationSplit || learned.seed !== split.seed) {
    throw new AumentoError(
      "invalid_input",
      `${file}: it was trained on another split (validation-split ${learned.validationSplit}, seed ${learned.seed}; here ${split.validationSplit}, ${split.seed}): ` +
        "pictures that validate here are among those it learned from",
    );
  }
}

export interface FillOptions {
  /** Where the class folders go, relative to the assembly's: "" or "train/". */
  folder: string;
  seed: number;
  signal?: AbortSignal;
  warn: (line: string) => void;
  /** Pictures whose hashes were taken, and pictures generated. */
  onProgress?: (phase: "looking" | "generating", done: number, total: number) => void;
}

/**
 * Generates the pictures of all fillings, class after class, into an assembly. Near copies of training pictures, of
 * whichever class, are left out: a generator may have learned one under another name. Gives back how many there were,
 * by the class that was asked for.
 */
export async function writeFillings(
  assembly: Assembly,
  divided: DividedFolder,
  fillings: readonly ClassFilling[],
  { folder, seed, signal, warn, onProgress }: FillOptions,
): Promise<Map<string, number>> {
  const total = fillings.reduce((sum, { wanted }) => sum + wanted, 0);
  const { files } = divided.training;
  // Generators of one size, most often all of them, are compared with the same hashes.
  const hashed = new Map<string, Promise<TrainingHashes>>();
  const hashesFor = (shape: readonly number[]) => {
    const size = shape.slice(0, 2).join("×");
    const known = hashed.get(size);
    if (known) return known;
    const onLooked = (looked: number) => onProgress?.("looking", looked, files.length);
    const hashes = hashTraining(files, shape, { signal, warn, onProgress: onLooked });
    hashed.set(size, hashes);
    return hashes;
  };
  const refused = new Map<string, number>();
  let done = 0;
  for (const { className, file, asked, wanted } of fillings) {
    const generator = await openGenerator(file);
    const generatorHash = await sha256OfFile(file);
    try {
      const hashes = await hashesFor(generator.facts.shape);
      const samples = synthesize(generator, { count: wanted, seed, className: asked, hashes, signal });
      for await (const { image, index, nearCopy } of samples) {
        if (nearCopy) {
          refused.set(className, (refused.get(className) ?? 0) + 1);
          continue;
        }
        const name = `synthetic-${seed}-${String(index).padStart(6, "0")}.png`;
        await assembly.write(await asSharp(image).png().toBuffer(), `${folder}${className}/${name}`, {
          class: className,
          generator: generatorHash,
          seed,
          index,
        });
        onProgress?.("generating", ++done, total);
      }
    } finally {
      await generator.close();
    }
  }
  return refused;
}
