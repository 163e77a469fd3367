import { AumentoError } from "./errors.ts";
import { PictureFlow } from "./flow.ts";
import {
  assertKnownOptions,
  type BatchOptions,
  checkDirectoryOptions,
  type DirectoryOptions,
  resolveBatchOptions,
} from "./flow-options.ts";
import { scanFolder } from "./folder.ts";
import { needsClasses } from "./labels.ts";
import { limitIndices, splitIndices } from "./split.ts";

/**
 * Batches of the pictures of a folder that has one sub-folder for each class.
 *
 * Classes are the sub-folders sorted by UTF-16 code units ("Rose" before "daisy"), and so are the files of a class. The
 * two subsets of one `validationSplit` and `seed` are disjoint and cover everything. Pictures become RGB uint8 with
 * their Exif orientation applied, then `targetSize`, then go through `augment`.
 *
 * @throws AumentoError "invalid-folder" or "invalid-option".
 */
export async function flowFromDirectory(dir: string, options: DirectoryOptions = {}): Promise<PictureFlow> {
  assertKnownOptions(options, "directory");
  checkDirectoryOptions(options);
  const resolved = resolveBatchOptions(options);
  const { classMode = "sparse", validationSplit, subset, stratify = false } = options;
  const folder = await scanFolder(dir, { classes: options.classes, needsClasses: needsClasses(classMode) });
  if (classMode === "binary" && folder.classNames.length !== 2) {
    throw new AumentoError(
      "invalid-option",
      `classMode: "binary" needs exactly two classes, ${dir} has ${folder.classNames.length}: ${folder.classNames.join(", ")}`,
    );
  }
  for (const warning of folder.warnings) resolved.onWarning(warning);
  const { seed, limit } = resolved;
  const indices =
    validationSplit !== undefined && subset !== undefined
      ? splitIndices(folder.labels, { validationSplit, subset, seed: options.splitSeed ?? seed, stratify })
      : [...folder.files.keys()];
  return new PictureFlow(
    {
      classNames: folder.classNames,
      files: folder.files,
      labels: folder.labels,
      indices: limitIndices(indices, limit, seed),
      classMode,
      shuffle: options.shuffle ?? subset !== "validation",
    },
    resolved,
  );
}

/** Files with their classes, wherever they lie. */
export interface LabelledFiles {
  files: readonly string[];
  /** The class of each file, as a place in `classNames`. */
  labels: readonly number[];
  classNames: readonly string[];
}

/**
 * Batches of files whose classes are given beside them, for pictures that do not lie in one tree of class folders:
 * a part of a folder, or several folders together. A file's place in the list is its stable index.
 *
 * @throws AumentoError "invalid-option".
 */
export function flowFromFiles(
  { files, labels, classNames }: LabelledFiles,
  options: BatchOptions = {},
): PictureFlow {
  if (files.length === 0)
    throw new AumentoError("invalid-option", "files: expected at least one path, got none");
  if (labels.length !== files.length) {
    throw new AumentoError(
      "invalid-option",
      `labels: expected one for each of the ${files.length} files, got ${labels.length}`,
    );
  }
  const stray = labels.find((label) => !(Number.isInteger(label) && label >= 0 && label < classNames.length));
  if (stray !== undefined) {
    throw new AumentoError(
      "invalid-option",
      `labels: expected integers from 0 to ${classNames.length - 1}, got ${stray}`,
    );
  }
  assertKnownOptions(options, "batch");
  const resolved = resolveBatchOptions(options);
  return new PictureFlow(
    {
      classNames,
      files,
      labels,
      indices: limitIndices([...files.keys()], resolved.limit, resolved.seed),
      classMode: "sparse",
      shuffle: options.shuffle ?? true,
    },
    resolved,
  );
}

/** Batches of single files without labels, in the order given unless `shuffle` is set: for prediction. */
export function imagesFromFiles(files: readonly string[], options: BatchOptions = {}): PictureFlow {
  if (files.length === 0)
    throw new AumentoError("invalid-option", "files: expected at least one path, got none");
  assertKnownOptions(options, "batch");
  const resolved = resolveBatchOptions(options);
  return new PictureFlow(
    {
      classNames: [],
      files,
      labels: files.map(() => 0),
      indices: limitIndices([...files.keys()], resolved.limit, resolved.seed),
      classMode: "none",
      shuffle: options.shuffle ?? false,
    },
    resolved,
  );
}
