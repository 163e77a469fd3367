import { basename, join, resolve } from "node:path";
import { armOf } from "./arms.ts";
import { type ExperimentOptions, resolveSettings } from "./options.ts";
import { type Outcome, runExperiment } from "./run.ts";

export interface CompareOptions extends ExperimentOptions {
  /** Number of starts, each with other weights, order and augmentation. Default 1. */
  seeds?: number;
  /** Folder for models, result.json and report.html. Default `aumento-out/<folder's name>-compare`. */
  out?: string;
}

/** Where an experiment on a folder goes when nothing else was said. */
export function defaultOut(folder: string, kind: string): string {
  return join("aumento-out", `${basename(resolve(folder))}-${kind}`);
}

/**
 * Trains the same network with and without augmentation, on the same split, from the same starting weights and in
 * the same order of pictures, measures both and says whether augmentation helped. Writes result.json, report.html
 * and the models into `out`.
 */
export async function compare(options: CompareOptions): Promise<Outcome> {
  const out = options.out ?? defaultOut(options.folder, "compare");
  const settings = await resolveSettings(options, out, "course");
  return runExperiment(
    { kind: "compare", settings, arms: [armOf(), armOf({ augment: true })], out, outArgument: out },
    options,
  );
}
