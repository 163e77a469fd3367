import { basename, join, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { factorsOf } from "./arms.ts";
import { type ExperimentOptions, resolveSettings } from "./options.ts";
import type { ArmName } from "./result.ts";
import { type Outcome, runExperiment } from "./run.ts";

export interface CompareOptions extends ExperimentOptions {
  /** Number of starts, each with other weights, order and augmentation. Default 1. */
  seeds?: number;
  /** Which networks to train, by their names. Default: without and with augmentation; with a backbone that on it too. */
  arms?: readonly ArmName[];
  /** Folder for models, result.json and report.html. Default `aumento-out/<folder's name>-compare`. */
  out?: string;
}

/** Where an experiment on a folder goes when nothing else was said. */
export function defaultOut(folder: string, kind: string): string {
  return join("aumento-out", `${basename(resolve(folder))}-${kind}`);
}

const plainArms: readonly ArmName[] = ["without", "with"];
const transferArms: readonly ArmName[] = ["transfer-without", "transfer-with"];

/** The arms that are wanted, in the order they are always shown in. */
function chooseArms({ arms, backbone }: CompareOptions): ArmName[] {
  const there = backbone === undefined ? plainArms : [...plainArms, ...transferArms];
  if (arms === undefined) return [...there];
  for (const name of arms) {
    if (there.includes(name)) continue;
    const hint = transferArms.includes(name) ? "; it needs --backbone" : didYouMean(name, there);
    throw new UsageError(`unknown arm "${name}"${hint || `; there are: ${there.join(", ")}`}`);
  }
  const chosen = there.filter((name) => arms.includes(name));
  if (chosen.length < 2)
    throw new UsageError(`arms: expected two or more of ${there.join(", ")}, got "${chosen}"`);
  return chosen;
}

/**
 * Trains the same network with and without augmentation, on the same split, from the same starting weights and in
 * the same order of pictures, measures both and says whether augmentation helped. With a backbone also that with a
 * new head, with and without augmentation. Writes result.json, report.html and the models into `out`.
 */
export async function compare(options: CompareOptions): Promise<Outcome> {
  const out = options.out ?? defaultOut(options.folder, "compare");
  const wanted = chooseArms(options);
  const { settings, backbone } = await resolveSettings(options, out, "course");
  return runExperiment(
    { kind: "compare", settings, backbone, arms: wanted.map(factorsOf), out, outArgument: out },
    options,
  );
}
