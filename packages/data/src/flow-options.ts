import { availableParallelism } from "node:os";
import type { Dict, Pipeline } from "@aumento/core";
import { AumentoError, show } from "./errors.ts";
import { type ClassMode, classModes } from "./labels.ts";
import type { AugmentFunction } from "./picture-maker.ts";
import { type AspectRatio, type Fit, type Interpolation, resolveFit } from "./resize.ts";
import type { Subset } from "./split.ts";

/** How batches are made, whatever the pictures come from. */
export interface BatchOptions {
  /** [height, width] of the pictures in a batch. Default [256, 256], as in Keras. */
  targetSize?: readonly [number, number];
  /** Default 32. */
  batchSize?: number;
  /** Decides the split, the order and every draw of the augmentation. Default 0. */
  seed?: number;
  /** A new order every epoch. Default true; false for the validation subset and for single files. */
  shuffle?: boolean;
  /** Default "bilinear", as in Keras. */
  interpolation?: Interpolation;
  /**
   * What happens to a picture of other proportions than the target: "stretch" (default), "crop" to the middle
   * (Keras' `crop_to_aspect_ratio`) or "pad" with black (`pad_to_aspect_ratio`).
   */
  aspectRatio?: AspectRatio;
  /**
   * Applied to every picture after it was resized: a pipeline of `@aumento/core`, its JSON form, or (with
   * `workers: 0` only) a function. Its output must have the target size.
   */
  augment?: Pipeline | Dict | AugmentFunction;
  /** Worker threads; 0 makes the pictures in the calling thread. Default: as many as there are cores, at most 4. */
  workers?: number;
  /** Batches made ahead of the one in use. Default 2. */
  prefetch?: number;
  /** Take only so many pictures, drawn by the seed. Default all. */
  limit?: number;
  /** Receives warnings, broken pictures among them. Default `process.emitWarning`. */
  onWarning?: (message: string) => void;
}

export interface DirectoryOptions extends BatchOptions {
  /** Default "sparse". */
  classMode?: ClassMode;
  /** The sub-folders to take as classes, in this order. Default all, sorted by UTF-16 code units. */
  classes?: readonly string[];
  /** Share of the pictures for the validation subset, between 0 and 1; goes with `subset`. */
  validationSplit?: number;
  subset?: Subset;
  /** Decides the split alone, so that other seeds can train on the same split. Default `seed`. */
  splitSeed?: number;
  /** Keep each class' share in both subsets. Default false, as in Keras. */
  stratify?: boolean;
}

const batchOptionNames = [
  "targetSize",
  "batchSize",
  "seed",
  "shuffle",
  "interpolation",
  "aspectRatio",
  "augment",
  "workers",
  "prefetch",
  "limit",
  "onWarning",
] as const satisfies readonly (keyof BatchOptions)[];

const directoryOptionNames = [
  ...batchOptionNames,
  "classMode",
  "classes",
  "validationSplit",
  "subset",
  "splitSeed",
  "stratify",
] as const satisfies readonly (keyof DirectoryOptions)[];

/** Throws for a name that is no option: a misspelt one would otherwise be silently without effect. */
export function assertKnownOptions(options: object, kind: "batch" | "directory"): void {
  const known: readonly string[] = kind === "batch" ? batchOptionNames : directoryOptionNames;
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new AumentoError("invalid-option", `${name}: no such option; there are ${known.join(", ")}`);
    }
  }
}

/** `BatchOptions` with defaults filled in and checked. */
export interface ResolvedBatchOptions {
  fit: Fit;
  batchSize: number;
  seed: number;
  workers: number;
  prefetch: number;
  limit: number;
  onWarning: (message: string) => void;
  /** The pipeline's JSON form; or a function. */
  augment: { dict?: Dict; function?: AugmentFunction };
}

function integer(name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new AumentoError(
      "invalid-option",
      `${name}: expected an integer of at least ${least}, got ${show(value)}`,
    );
  }
  return value;
}

function isPipeline(augment: Pipeline | AugmentFunction): augment is Pipeline {
  return "toDict" in augment && typeof augment.toDict === "function";
}

/** A pipeline's JSON form with its fusion setting, which Albumentations' form has no field for. */
function describePipeline(pipeline: Pipeline, { width, height }: Fit): Dict {
  const { transform, ...rest } = pipeline.toDict();
  const { fusion } = pipeline.plan({ seed: 0 }, { width, height, channels: 3 });
  return { ...rest, transform: { ...(transform as Dict), fusion } }; // a pipeline's form is always an object
}

function resolveAugment(
  augment: BatchOptions["augment"],
  workers: number,
  fit: Fit,
): ResolvedBatchOptions["augment"] {
  if (augment === undefined || augment === null) return {};
  if (typeof augment === "function") {
    if (isPipeline(augment)) return { dict: describePipeline(augment, fit) };
    if (workers > 0) {
      throw new AumentoError(
        "invalid-option",
        "augment: a plain function cannot be sent to worker threads; give a pipeline (A.compose) or its JSON form, or set workers: 0",
      );
    }
    return { function: augment };
  }
  // A transform by itself is an object too, and no pipeline.
  if (typeof augment === "object" && ("transform" in augment || "__class_fullname__" in augment)) {
    return { dict: augment };
  }
  throw new AumentoError(
    "invalid-option",
    `augment: expected a pipeline (A.compose), its JSON form or a function, got ${show(augment)}`,
  );
}

/** Fills in defaults and checks everything that can be checked before a file is read. */
export function resolveBatchOptions(options: BatchOptions): ResolvedBatchOptions {
  const workers = integer("workers", options.workers ?? Math.min(4, availableParallelism()), 0);
  const fit = resolveFit({ ...options, targetSize: options.targetSize ?? [256, 256] });
  return {
    fit,
    batchSize: integer("batchSize", options.batchSize ?? 32, 1),
    seed: integer("seed", options.seed ?? 0, 0),
    workers,
    prefetch: integer("prefetch", options.prefetch ?? 2, 0),
    limit: options.limit === undefined ? Number.MAX_SAFE_INTEGER : integer("limit", options.limit, 1),
    onWarning: options.onWarning ?? ((message) => process.emitWarning(message, "AumentoWarning")),
    augment: resolveAugment(options.augment, workers, fit),
  };
}

/** Checks the options that only a folder has. */
export function checkDirectoryOptions(options: DirectoryOptions): void {
  const { validationSplit, subset, augment, classMode } = options;
  if (subset !== undefined && subset !== "training" && subset !== "validation") {
    throw new AumentoError(
      "invalid-option",
      `subset: expected "training" or "validation", got ${show(subset)}`,
    );
  }
  if (options.splitSeed !== undefined) integer("splitSeed", options.splitSeed, 0);
  if (validationSplit !== undefined && !(validationSplit > 0 && validationSplit < 1)) {
    throw new AumentoError(
      "invalid-option",
      `validationSplit: expected a number between 0 and 1 (both excluded), got ${show(validationSplit)}`,
    );
  }
  if ((validationSplit === undefined) !== (subset === undefined)) {
    throw new AumentoError(
      "invalid-option",
      validationSplit === undefined
        ? `subset: ${show(subset)} needs validationSplit, the share of pictures that validates`
        : 'validationSplit: needs subset, "training" or "validation", to say which part this is',
    );
  }
  if (subset === "validation" && augment !== undefined) {
    throw new AumentoError(
      "invalid-option",
      "augment: given for the validation subset. Validation measures how the network does on pictures as they are; " +
        "augmented ones would make its figures noisy and not comparable. Augment the training subset only",
    );
  }
  if (classMode !== undefined && !classModes.includes(classMode)) {
    throw new AumentoError(
      "invalid-option",
      `classMode: expected one of ${classModes.join(", ")}, got ${show(classMode)}`,
    );
  }
}
