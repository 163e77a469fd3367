import { createHash } from "node:crypto";
import { UsageError } from "../errors.ts";
import { classFoldersOf } from "../experiment/class-folders.ts";
import { findLayout } from "../experiment/dataset.ts";
import {
  type DividedFolder,
  divideFolder,
  findClass,
  heldBackByClass,
  onlyClass,
  type PictureCount,
  type Pictures,
  refuseTooFew,
} from "./pictures.ts";
import type { GanSettings } from "./result.ts";

/** What is learned: the pictures, and the names that the networks are told or, for one class, are known by. */
export interface Lesson {
  divided: DividedFolder;
  pictures: Pictures;
  /** Classes that the networks know; none: all pictures are of one kind. */
  classNames: string[];
  /** What there must be enough pictures of, by the labels of `pictures`: classes, or all without a name. */
  kinds: Pick<PictureCount, "name" | "heldBack">[];
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
  const heldBack = heldBackByClass(divided);
  let { training: pictures, classNames } = divided;
  let kinds: Lesson["kinds"];
  if (className !== null) {
    const label = findClass(className, divided.classNames, folder);
    pictures = onlyClass(pictures, label);
    classNames = [];
    kinds = [{ name: className, heldBack: heldBack[label] }];
  } else if (conditional) {
    if (divided.classNames.length < 2) {
      throw new UsageError(
        `--conditional tells classes apart; ${folder} has ${divided.classNames.length === 0 ? "none" : "one"}: leave it out`,
      );
    }
    kinds = classNames.map((name, label) => ({ name, heldBack: heldBack[label] }));
  } else {
    classNames = [];
    pictures = { files: pictures.files, labels: pictures.files.map(() => 0) };
    kinds = [{ name: null, heldBack: divided.heldBack }];
  }
  const hash = createHash("sha256");
  for (const file of pictures.files) hash.update(`${divided.relativePath(file)}\n`);
  const lesson = { divided, pictures, classNames, kinds, trainingFingerprint: hash.digest("hex") };
  // Those that cannot be decoded are known later; where there are too few anyway, nothing needs to be decoded.
  refuseTooFew(folder, countLesson(lesson, []));
  return lesson;
}

/** How many pictures there are of each kind that is learned, once it is known which of them cannot be decoded. */
export function countLesson(
  { divided, pictures, kinds }: Pick<Lesson, "divided" | "pictures" | "kinds">,
  broken: readonly { file: string }[],
): PictureCount[] {
  const undecoded = new Set(broken.map(({ file }) => file));
  return kinds.map(({ name, heldBack }, label) => {
    const { files } = onlyClass(pictures, label);
    const lost = files.filter((file) => undecoded.has(divided.relativePath(file))).length;
    return { name, pictures: files.length - lost, heldBack, broken: lost };
  });
}
