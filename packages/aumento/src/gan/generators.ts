import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as nn from "@aumento/nn";
import { AumentoError } from "../errors.ts";
import { kindOf } from "../files.ts";
import { generatorFile } from "./store.ts";

/** What `gan train` writes into a generator's metadata about what it learned from. */
export interface LearnedFrom {
  format: "aumento-gan-training";
  version: 1;
  /** The one class, or null: all. */
  className: string | null;
  /** Pictures learned from, and pictures of the folder that were held back. */
  pictures: number;
  heldBack: number;
  /** How the folder was divided. */
  validationSplit: number;
  seed: number;
  /** SHA-256 over names and sizes of all pictures of the folder, and over the names of those learned from. */
  fingerprint: string;
  trainingFingerprint: string;
}

/** Where generators lie: one of its own, or one for each of some classes. */
export interface FoundGenerators {
  /** By class; a single one stands under the empty string. */
  files: Map<string, string>;
  single: boolean;
}

/** Finds generator.onnx at a path: the file itself, in a folder that `gan train` wrote, or in one of such a class. */
export async function findGenerators(path: string): Promise<FoundGenerators> {
  const kind = await kindOf(path);
  if (kind === undefined)
    throw new AumentoError("not_found", `no generator: there is no file or folder ${path}`);
  if (kind === "file") return { files: new Map([["", path]]), single: true };
  const own = join(path, generatorFile);
  if ((await kindOf(own)) === "file") return { files: new Map([["", own]]), single: true };
  const files = new Map<string, string>();
  for (const name of (await readdir(path)).sort()) {
    const file = join(path, name, generatorFile);
    if (!name.startsWith(".") && (await kindOf(file)) === "file") files.set(name, file);
  }
  if (files.size > 0) return { files, single: false };
  throw new AumentoError(
    "not_found",
    `${path} holds no ${generatorFile}: give a generator's .onnx file, a folder that "aumento gan train" wrote, or a folder of such, one a class`,
  );
}

/** Loads a generator of pictures; anything else is refused with what it is. */
export async function openGenerator(path: string): Promise<nn.Generator> {
  const generator = await nn.loadGenerator(path);
  const { shape } = generator.facts;
  if (shape.length !== 3 || (shape[2] !== 3 && shape[2] !== 1)) {
    await generator.close();
    throw new AumentoError(
      "invalid_input",
      `${path}: it makes ${shape.join("×")} numbers, not grey or RGB pictures`,
    );
  }
  return generator;
}

/** What a generator learned from, or an error where its file does not tell. */
export function learnedFrom(generator: nn.Generator, path: string): LearnedFrom {
  const { training } = generator.facts;
  if (isLearnedFrom(training)) return training;
  throw new AumentoError(
    "invalid_input",
    `${path}: it does not tell which pictures it learned from, so nothing speaks against its having seen the validation pictures; train it with "aumento gan train"`,
  );
}

/** The one class that a generator learned, or null where it learned several or does not tell. */
export function learnedClass({ facts }: nn.Generator): string | null {
  return isLearnedFrom(facts.training) ? facts.training.className : null;
}

function isLearnedFrom(value: unknown): value is LearnedFrom {
  return (
    typeof value === "object" &&
    value !== null &&
    "format" in value &&
    value.format === "aumento-gan-training" &&
    "version" in value &&
    value.version === 1
  );
}
