import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { AumentoError, messageOf } from "../errors.ts";
import { kindOf, makeFolder, prepareOutputFolder, writeFileAtomic } from "../files.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { didYouMean } from "../nearest.ts";
import { jsonText } from "../run-files.ts";
import type { DrawnPicture, SamplePicture } from "./set.ts";
import { sampleSets } from "./sets.ts";

/** Picture formats a data set can be drawn in, with their file extensions. */
export const sampleFormats = { png: "png", jpeg: "jpg", webp: "webp" } as const;
export type SampleFormat = keyof typeof sampleFormats;

export interface WriteSampleOptions {
  /** Name of the built-in data set: "survival" or "flowers". */
  name: string;
  /** Folder to write into; made if it does not exist. */
  folder: string;
  /** Width and height of the pictures; default: the set's own. */
  size?: number;
  /** Number of pictures in all; default: the set's own. */
  count?: number;
  seed?: number;
  format?: SampleFormat;
  /** Allows a folder that is not empty; pictures of an earlier sample there are removed first. */
  overwrite?: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** What sample.json beside the pictures says. */
export interface SampleFacts {
  sample: string;
  version: 1;
  description: string;
  seed: number;
  size: number;
  count: number;
  format: SampleFormat;
  about: Record<string, string>;
  /** Every picture: its file (relative, forward slashes) and what is true of it. */
  pictures: { file: string; facts: Record<string, string> }[];
}

/** Pictures drawn, encoded and written at the same time: one waits for the disk while another is encoded. */
const inFlight = 8;

/** Name of the file of facts in a sample's folder. */
export const sampleFactsFile = "sample.json";

/**
 * Draws a built-in data set into a folder. The bytes of a picture depend only on (name, seed, size, format,
 * picture). Files are whole or absent; when the work is interrupted or fails (a full disk), what it had
 * written is removed again, because half a data set would pass for a whole one.
 */
export async function writeSample(options: WriteSampleOptions): Promise<SampleFacts> {
  const { name, folder, seed = 1, overwrite = false, signal, onProgress } = options;
  const set = Object.hasOwn(sampleSets, name) ? sampleSets[name] : undefined;
  if (!set) {
    const names = Object.keys(sampleSets);
    const hint = didYouMean(name, names) || `; there are: ${names.join(", ")}`;
    throw new AumentoError("usage", `no built-in data set is called "${name}"${hint}`);
  }
  const { size = set.defaultSize, count = set.defaultCount, format = set.defaultFormat } = options;
  if (count < set.minCount) {
    throw new AumentoError("usage", `${name} needs at least ${set.minCount} pictures, got ${count}`);
  }
  await prepareOutputFolder(folder, overwrite, "--overwrite");
  if (overwrite) await removeEarlierSample(folder);
  const pictures = set.pictures(seed, count);
  const fileOf = (picture: SamplePicture) => `${picture.path}.${sampleFormats[format]}`;
  let done = 0;
  try {
    for (const parent of new Set(pictures.map((picture) => dirname(picture.path)))) {
      await makeFolder(join(folder, parent));
    }
    const drawAndWrite = async (picture: SamplePicture) => {
      const bytes = await encode(await picture.draw(size), size, format);
      await writeFileAtomic(join(folder, fileOf(picture)), bytes);
      onProgress?.(++done, pictures.length);
    };
    for (let first = 0; first < pictures.length; first += inFlight) {
      throwIfInterrupted(signal);
      const results = await Promise.allSettled(pictures.slice(first, first + inFlight).map(drawAndWrite));
      const failed = results.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
    }
    const facts: SampleFacts = {
      sample: name,
      version: 1,
      description: set.description,
      seed,
      size,
      count: pictures.length,
      format,
      about: set.about,
      pictures: pictures.map((picture) => ({ file: fileOf(picture), facts: picture.facts })),
    };
    await writeFileAtomic(join(folder, sampleFactsFile), jsonText(facts));
    return facts;
  } catch (error) {
    await removePictures(folder, pictures.map(fileOf));
    throw error;
  }
}

async function encode(
  { pixels, channels }: DrawnPicture,
  size: number,
  format: SampleFormat,
): Promise<Buffer> {
  const picture = sharp(pixels, { raw: { width: size, height: size, channels } });
  if (channels === 1) picture.toColourspace("b-w");
  if (format === "png") return picture.png({ compressionLevel: 6 }).toBuffer();
  if (format === "webp") return picture.webp({ quality: 92 }).toBuffer();
  return picture.jpeg({ quality: 92 }).toBuffer();
}

/** Removes the pictures of a set and the folders that they leave empty. */
async function removePictures(folder: string, files: readonly string[]): Promise<void> {
  const parents = new Set<string>();
  for (const file of files) {
    await rm(join(folder, file), { force: true });
    for (let parent = dirname(file); parent !== "."; parent = dirname(parent)) parents.add(parent);
  }
  const deepestFirst = [...parents].sort((a, b) => b.length - a.length).map((parent) => join(folder, parent));
  for (const parent of deepestFirst) {
    if ((await kindOf(parent)) === "folder" && (await readdir(parent)).length === 0) await rmdir(parent);
  }
}

/** Removes the pictures that an earlier run listed in its sample.json: they would be taken for the new set's. */
async function removeEarlierSample(folder: string): Promise<void> {
  const path = join(folder, sampleFactsFile);
  const facts = await readSampleFacts(folder);
  if (!facts) return;
  const outside = facts.pictures.find(({ file }) => file.startsWith("/") || file.split("/").includes(".."));
  if (outside)
    throw new AumentoError("invalid_input", `${path} names a file outside its folder: ${outside.file}`);
  await removePictures(
    folder,
    facts.pictures.map(({ file }) => file),
  );
  await rm(path);
}

/** The facts of a data set that `aumento sample` drew into this folder; undefined where it did not. */
export async function readSampleFacts(folder: string): Promise<SampleFacts | undefined> {
  const path = join(folder, sampleFactsFile);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    const facts: unknown = JSON.parse(text);
    if (isSampleFacts(facts)) return facts;
  } catch (error) {
    throw new AumentoError("invalid_input", `${path} is not JSON: ${messageOf(error)}`);
  }
  throw new AumentoError("invalid_input", `${path} is not what "aumento sample" writes`);
}

function isSampleFacts(value: unknown): value is SampleFacts {
  if (typeof value !== "object" || value === null) return false;
  if (!("sample" in value) || !("pictures" in value) || !Array.isArray(value.pictures)) return false;
  return value.pictures.every(
    (picture: unknown) =>
      typeof picture === "object" &&
      picture !== null &&
      "file" in picture &&
      typeof picture.file === "string" &&
      "facts" in picture,
  );
}
