import { relative, sep } from "node:path";
import { AumentoError as DataError, flowFromDirectory } from "@aumento/data";
import * as nn from "@aumento/nn";
import { countClasses } from "../count-classes.ts";
import { AumentoError, UsageError } from "../errors.ts";
import { findLayout, fingerprintOf } from "../experiment/dataset.ts";
import { didYouMean } from "../nearest.ts";

/** How a folder's pictures are divided: what must be the same wherever they are used again. */
export interface Split {
  /** Share that validates; 0 where nothing is held back. Without effect where the folder has its own validation/. */
  validationSplit: number;
  seed: number;
}

/** Some pictures with their classes. */
export interface Pictures {
  files: string[];
  /** Places in `classNames`. */
  labels: number[];
}

/** A folder of pictures, divided. */
export interface DividedFolder {
  folder: string;
  /** `folders`: it has train/, validation/ or test/; `split`: divided by us; `flat`: pictures without classes. */
  layout: "folders" | "split" | "flat";
  classNames: string[];
  training: Pictures;
  /** Not to be learned from; empty where nothing is held back. */
  validation: Pictures;
  test: Pictures;
  /** Pictures of both of these. */
  heldBack: number;
  /** SHA-256 over names and sizes of all of them. */
  fingerprint: string;
  relativePath(file: string): string;
}

const none = (): Pictures => ({ files: [], labels: [] });

/** Lists and divides the pictures of a folder, just as `compare` and `train` do, but with any number of classes. */
export async function divideFolder(
  folder: string,
  { validationSplit, seed }: Split,
  warn: (line: string) => void,
): Promise<DividedFolder> {
  const layout = await findLayout(folder);
  const list = async (path: string, subset?: "training" | "validation", classes?: string[]) => {
    const split =
      subset && validationSplit > 0 ? ({ validationSplit, subset, splitSeed: seed } as const) : {};
    const flow = await flowFromDirectory(path, {
      classMode: "none",
      workers: 0,
      onWarning: subset === "validation" ? () => {} : warn,
      ...(classes && classes.length > 0 ? { classes } : {}),
      ...split,
    });
    await flow.close();
    return flow;
  };
  const divided = layout.kind === "split";
  const training = await listOrExplain(folder, () => list(layout.training, divided ? "training" : undefined));
  const { classNames } = training;
  const subset = async (path: string | null) =>
    path === null ? none() : pick(await list(path, undefined, classNames));
  const validation = divided
    ? validationSplit > 0
      ? pick(await list(layout.training, "validation"))
      : none()
    : await subset(layout.validation);
  const test = await subset(layout.test);
  const relativePath = (file: string) => relative(folder, file).split(sep).join("/");
  const files = [...training.files, ...validation.files, ...test.files].sort();
  return {
    folder,
    layout: divided && classNames.length === 0 ? "flat" : layout.kind,
    classNames,
    training: pick(training),
    validation,
    test,
    heldBack: validation.files.length + test.files.length,
    fingerprint: await fingerprintOf(files, relativePath),
    relativePath,
  };
}

const pick = ({ files, labels }: Pictures): Pictures => ({ files, labels });

/** One picture cannot be split: said in this command's words. */
async function listOrExplain<T>(folder: string, list: () => Promise<T>): Promise<T> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof DataError) || error.code !== "invalid-option") throw error;
    throw new AumentoError("invalid_input", `${folder}: ${error.message}`, { cause: error });
  }
}

/** The class's number, or an error that names the classes there are. */
export function findClass(name: string, classNames: readonly string[], where: string): number {
  const label = classNames.indexOf(name);
  if (label >= 0) return label;
  if (classNames.length === 0)
    throw new UsageError(`${where} has no classes, so there is no class "${name}"`);
  const hint = didYouMean(name, classNames) || `; there are: ${classNames.join(", ")}`;
  throw new UsageError(`${where} has no class "${name}"${hint}`);
}

/** The pictures of one class, labelled 0. */
export function onlyClass({ files, labels }: Pictures, label: number): Pictures {
  const chosen = files.filter((_, place) => labels[place] === label);
  return { files: chosen, labels: chosen.map(() => 0) };
}

/** Below this the results are poor even with DiffAugment. */
export const few = 200;

/** The pictures of one class that is learned by its name, or of no name: of all that is learned. */
export interface PictureCount {
  name: string | null;
  /** To learn from. */
  pictures: number;
  /** Not to be learned from, for they validate. */
  heldBack: number;
  /** Not to be learned from, for they could not be decoded. */
  broken: number;
}

/** How many pictures of each class are held back. */
export function heldBackByClass({ validation, test, classNames }: DividedFolder): number[] {
  return countClasses([...validation.labels, ...test.labels], classNames.length);
}

/** Refuses what no GAN can learn from. */
export function refuseTooFew(folder: string, counts: readonly PictureCount[]): void {
  const hopeless = counts.find(({ pictures }) => pictures < nn.fewestPictures);
  if (hopeless === undefined) return;
  const { name, pictures, heldBack, broken } = hopeless;
  const usable = pictures === 0 ? "no picture" : pictures === 1 ? "one picture" : `${pictures} pictures`;
  const others = [
    ...(broken > 0 ? [`${broken} could not be decoded`] : []),
    ...(heldBack > 0 ? [`${heldBack} held back for validation`] : []),
  ];
  const found =
    others.length > 0 ? ` (${[`${pictures + heldBack + broken} found`, ...others].join(", ")})` : "";
  throw new AumentoError(
    "invalid_input",
    `${folder}${name === null ? "" : `, class ${name}`}: ${usable} to learn from${found}; fewer than ${nn.fewestPictures} are hopeless: ` +
      "the networks would only learn these by heart. Some hundreds are where it begins",
  );
}

/** Warns of what a GAN will hardly learn from. */
export function warnOfFew(
  folder: string,
  counts: readonly PictureCount[],
  warn: (line: string) => void,
): void {
  const scarce = counts.filter(({ pictures }) => pictures < few);
  if (scarce.length === 0) return;
  const named = scarce.map(({ name, pictures }) => `${name ?? folder} (${pictures})`).join(", ");
  warn(`fewer than ${few} pictures to learn from: ${named}; expect near copies and little variety`);
}
