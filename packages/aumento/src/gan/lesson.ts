import { createHash } from "node:crypto";
import { countClasses } from "../count-classes.ts";
import { UsageError } from "../errors.ts";
import { classFoldersOf } from "../experiment/class-folders.ts";
import { findLayout } from "../experiment/dataset.ts";
import {
  assertEnoughPictures,
  type DividedFolder,
  divideFolder,
  findClass,
  onlyClass,
  type Pictures,
} from "./pictures.ts";
import type { GanSettings } from "./result.ts";

/** What is learned: the pictures, and the names that the networks are told or, for one class, are known by. */
export interface Lesson {
  divided: DividedFolder;
  pictures: Pictures;
  /** Classes that the networks know; none: all pictures are of one kind. */
  classNames: string[];
  /** SHA-256 over the names of the pictures learned from. */
  trainingFingerprint: string;
}

/** Pictures without classes are not divided: there is nothing to validate on them. */
export async function splitOf(settings: GanSettings): Promise<GanSettings> {
  const layout = await findLayout(settings.folder);
  const flat = layout.kind === "split" && (await classFoldersOf(layout.training)).length === 0;
  return flat ? { ...settings, validationSplit: 0 } : settings;
}

/** Finds the pictures that settings ask to learn from, and refuses too few. */
export async function openLesson(settings: GanSettings, warn: (line: string) => void): Promise<Lesson> {
  const { folder, className, conditional } = settings;
  const divided = await divideFolder(folder, settings, warn);
  const counts = countClasses(divided.training.labels, Math.max(1, divided.classNames.length));
  let { training: pictures, classNames } = divided;
  if (className !== null) {
    const label = findClass(className, divided.classNames, folder);
    pictures = onlyClass(pictures, label);
    classNames = [];
    assertEnoughPictures(folder, [{ name: className, pictures: counts[label] }], warn);
  } else if (conditional) {
    if (divided.classNames.length < 2) {
      throw new UsageError(
        `--conditional tells classes apart; ${folder} has ${divided.classNames.length === 0 ? "none" : "one"}: leave it out`,
      );
    }
    assertEnoughPictures(
      folder,
      divided.classNames.map((name, label) => ({
        name,
        pictures: counts[label],
      })),
      warn,
    );
  } else {
    classNames = [];
    pictures = { files: pictures.files, labels: pictures.files.map(() => 0) };
    assertEnoughPictures(folder, [{ name: null, pictures: pictures.files.length }], warn);
  }
  const hash = createHash("sha256");
  for (const file of pictures.files) hash.update(`${divided.relativePath(file)}\n`);
  return { divided, pictures, classNames, trainingFingerprint: hash.digest("hex") };
}
