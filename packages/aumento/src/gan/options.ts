import type { Pipeline } from "@aumento/core";
import type * as nn from "@aumento/nn";
import { OptionError, UsageError } from "../errors.ts";
import { wholeNumber } from "../options.ts";
import { changedSettings, type RunOptions } from "../run-folder.ts";
import { describePipeline } from "../run-pipeline.ts";
import type { GanLimit, GanPoint, GanSettings } from "./result.ts";

/** What `trainGan` takes. */
export interface TrainGanOptions extends RunOptions {
  /** One sub-folder a class, or pictures without classes; or train/, validation/ and test/ of such. */
  folder: string;
  /** Folder for checkpoints, generator, grids and report. Default `aumento-out/<folder's name>-gan`. */
  out?: string;
  /** Width and height of the pictures: 32, 64 or 128. Default 64. */
  size?: number;
  /** Learn one class only. */
  className?: string;
  /** Tell the networks the class of each picture, so that any class can be asked for. */
  conditional?: boolean;
  /** Steps in all. Default 10000, unless `minutes` is given. */
  steps?: number;
  /** Minutes in all. */
  minutes?: number;
  /** Default 64, or as many as there are pictures. */
  batchSize?: number;
  /** Default "nonSaturating". */
  loss?: nn.GanLossName;
  /** Real pictures are to be called real with probability 1 minus this (one-sided; not with "hinge"). Default 0. */
  labelSmoothing?: number;
  /** Steps of the discriminator, each on a batch of its own, before each of the generator. Default 1. */
  discriminatorSteps?: number;
  /** Of Adam. Default 0.0002 for both. */
  generatorLearningRate?: number;
  discriminatorLearningRate?: number;
  /** Default "batch". */
  normalization?: "batch" | "spectral";
  /** Default "transposed". */
  upsampling?: "transposed" | "nearest";
  /** Kinds of differentiable augmentation (Zhao et al. 2020). Default all; empty for none. */
  diffAugment?: readonly DiffAugmentKind[];
  /** What may vary in the training pictures: as elsewhere; "none" for nothing. Default "flip": half of them mirrored. */
  pipeline?: string | Pipeline;
  /** Length of the latent vectors. Default 100. */
  latent?: number;
  /** Filters of the layers next to the pictures; those further in have up to eight times as many. Default 64. */
  filters?: number;
  /** Share held back for validation where the folder has classes and no validation/. Default 0.2. */
  validationSplit?: number;
  /** Decides split, starting weights, order, latent vectors and augmentation. Default 123. */
  seed?: number;
  /** Steps between two grids, each with a checkpoint. Default 100. */
  every?: number;
  /** Told of every step. */
  onStep?: (step: GanStep) => void;
}

/** What one step measured. */
export interface GanStep extends GanPoint {
  /** Seconds of all steps so far, those of earlier processes among them. */
  seconds: number;
}

export const ganSizes = [32, 64, 128] as const;
export const ganLosses = ["nonSaturating", "minimax", "hinge"] as const satisfies readonly nn.GanLossName[];
export const ganNormalizations = ["batch", "spectral"] as const;
export const ganUpsamplings = ["transposed", "nearest"] as const;
export const diffAugmentKinds = ["color", "translation", "cutout"] as const;
export type DiffAugmentKind = (typeof diffAugmentKinds)[number];

/** Steps where neither steps nor minutes were asked for. */
export const defaultSteps = 10_000;
const defaultLearningRate = 2e-4;

function oneOf<T extends string>(name: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw new OptionError(
    (called) => `${called(name)} must be one of ${choices.join(", ")}, got ${JSON.stringify(value)}`,
  );
}

function aboveZero(name: string, value: number): number {
  if (value > 0 && Number.isFinite(value)) return value;
  throw new OptionError((called) => `${called(name)} must be a number above 0, got ${value}`);
}

function labelSmoothingFor(loss: nn.GanLossName, value: number): number {
  if (!(value >= 0 && value < 0.5))
    throw new OptionError(
      (called) => `${called("labelSmoothing")} must be a number from 0 to below 0.5, got ${value}`,
    );
  if (value > 0 && loss === "hinge")
    throw new OptionError(
      (called) =>
        `${called("labelSmoothing")} belongs to cross-entropy; the hinge loss has no labels to smooth`,
    );
  return value;
}

/** One of the sizes that the networks can have; `name` is how the option is called. */
export function ganSizeOf(name: string, size: number): GanSettings["size"] {
  const found = ganSizes.find((known) => known === size);
  if (found !== undefined) return found;
  throw new OptionError(
    (called) =>
      `${called(name)} must be ${ganSizes.slice(0, -1).join(", ")} or ${ganSizes.at(-1)}, got ${size}: each layer doubles the size, ` +
      "and pictures of other sizes are resized to it",
  );
}

/** The kinds named in "color,translation,cutout", or none for "none". */
export function parseDiffAugment(text: string): DiffAugmentKind[] {
  if (text === "none") return [];
  const named = text.split(",").map((kind) => kind.trim());
  for (const kind of named) {
    if (!diffAugmentKinds.some((known) => known === kind)) {
      throw new UsageError(
        `--diff-augment takes ${diffAugmentKinds.join(", ")} (with commas) or none, got "${text}"`,
      );
    }
  }
  return diffAugmentKinds.filter((kind) => named.includes(kind));
}

/** When the training is to end. */
export function resolveLimit({ steps, minutes }: Pick<TrainGanOptions, "steps" | "minutes">): GanLimit {
  if (minutes !== undefined) aboveZero("minutes", minutes);
  if (steps === undefined)
    return minutes === undefined ? { steps: defaultSteps, minutes: null } : { steps: null, minutes };
  return { steps: wholeNumber("steps", steps, 1), minutes: minutes ?? null };
}

/** Checks the options and fills in the defaults; `out` is the training's folder. The batch and the split are settled once the pictures are known. */
export async function resolveGanSettings(options: TrainGanOptions, out: string): Promise<GanSettings> {
  const { folder, className, conditional = false, validationSplit = 0.2, pipeline = "flip" } = options;
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new OptionError(
      (called) => `${called("validationSplit")} must be a number from 0 to below 1, got ${validationSplit}`,
    );
  }
  if (className !== undefined && conditional) {
    throw new OptionError(
      (called) =>
        `${called("conditional")} learns all classes and ${called("className")} one: give one of the two`,
    );
  }
  const loss = oneOf("loss", options.loss ?? "nonSaturating", ganLosses);
  return {
    folder,
    size: ganSizeOf("size", options.size ?? 64),
    className: className ?? null,
    conditional,
    batchSize: wholeNumber("batchSize", options.batchSize ?? 64, 2, 4096),
    loss,
    labelSmoothing: labelSmoothingFor(loss, options.labelSmoothing ?? 0),
    discriminatorSteps: wholeNumber("discriminatorSteps", options.discriminatorSteps ?? 1, 1, 1000),
    generatorLearningRate: aboveZero(
      "generatorLearningRate",
      options.generatorLearningRate ?? defaultLearningRate,
    ),
    discriminatorLearningRate: aboveZero(
      "discriminatorLearningRate",
      options.discriminatorLearningRate ?? defaultLearningRate,
    ),
    normalization: oneOf("normalization", options.normalization ?? "batch", ganNormalizations),
    upsampling: oneOf("upsampling", options.upsampling ?? "transposed", ganUpsamplings),
    diffAugment: [...(options.diffAugment ?? diffAugmentKinds)],
    pipeline: await describePipeline(pipeline, out),
    latent: wholeNumber("latent", options.latent ?? 100, 1, 4096),
    filters: wholeNumber("filters", options.filters ?? 64, 1, 1024),
    validationSplit,
    seed: wholeNumber("seed", options.seed ?? 123, 0, 2 ** 31),
    every: wholeNumber("every", options.every ?? 100, 1),
  };
}

/** The command that repeats a training. */
export function repeatGanArguments(settings: GanSettings, limit: GanLimit, out: string): string[] {
  const option = (name: string, value: string | number | null) =>
    value === null ? [] : [`--${name}`, String(value)];
  return [
    ...["aumento", "gan", "train", settings.folder],
    ...option("size", settings.size),
    ...option("class", settings.className),
    ...(settings.conditional ? ["--conditional"] : []),
    ...option("steps", limit.steps),
    ...option("minutes", limit.minutes),
    ...option("batch-size", settings.batchSize),
    ...option("loss", settings.loss),
    ...option("label-smoothing", settings.labelSmoothing),
    ...option("discriminator-steps", settings.discriminatorSteps),
    ...option("generator-learning-rate", settings.generatorLearningRate),
    ...option("discriminator-learning-rate", settings.discriminatorLearningRate),
    ...option("normalization", settings.normalization),
    ...option("upsampling", settings.upsampling),
    ...option("diff-augment", settings.diffAugment.join(",") || "none"),
    ...option("pipeline", settings.pipeline.name),
    ...option("latent", settings.latent),
    ...option("filters", settings.filters),
    ...option("validation-split", settings.validationSplit),
    ...option("seed", settings.seed),
    ...option("every", settings.every),
    ...option("out", out),
  ];
}

/** Names each setting in which two trainings differ, with both values. */
export function settingDifferences(before: GanSettings, now: GanSettings): string[] {
  return changedSettings(before, now, (key, settings) => {
    const value = key === "pipeline" ? settings.pipeline.name : settings[key];
    return value === null || value === undefined ? "none" : String(value) || "none";
  });
}
