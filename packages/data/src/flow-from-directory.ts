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
