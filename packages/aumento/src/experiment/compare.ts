import { UsageError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { defaultOut } from "../run-folder.ts";
import { factorsOf } from "./arms.ts";
import { type GanArmOptions, resolveGanArms } from "./gan-arms.ts";
import { assertImageSize, type ExperimentOptions, resolveSettings } from "./options.ts";
import type { ArmName, GanArmSettings } from "./result.ts";
import { type Outcome, runExperiment } from "./run.ts";

export interface CompareOptions extends ExperimentOptions, GanArmOptions {
  /** Number of starts, each with other weights, order and augmentation. Default 1. */
  seeds?: number;
  /** "gan": train on generated pictures beside the real ones too. */
  with?: "gan";
  /** Which networks to train, by their names. Default: without and with augmentation; with a backbone that on it too. */
  arms?: readonly ArmName[];
  /** Folder for models, result.json and report.html. Default `aumento-out/<folder's name>-compare`. */
  out?: string;
}

const plainArms: readonly ArmName[] = ["without", "with"];
const ganArms: readonly ArmName[] = ["gan-without", "gan-with"];
const transferArms: readonly ArmName[] = ["transfer-without", "transfer-with"];

/** The arms that are wanted, in the order they are always shown in. */
function chooseArms({ arms, backbone, with: more }: CompareOptions): ArmName[] {
  const there = [
    ...plainArms,
    ...(more === "gan" ? ganArms : []),
    ...(backbone === undefined ? [] : transferArms),
  ];
  if (arms === undefined) return [...there];
  for (const name of arms) {
    if (there.includes(name)) continue;
    if (transferArms.includes(name)) throw new UsageError(`arm "${name}" needs a backbone`);
    if (ganArms.includes(name)) throw new UsageError(`arm "${name}" needs with: "gan"`);
    throw new UsageError(
      `unknown arm "${name}"${didYouMean(name, there) || `; there are: ${there.join(", ")}`}`,
    );
  }
  const chosen = there.filter((name) => arms.includes(name));
  if (chosen.length < 2)
    throw new UsageError(`arms: expected two or more of ${there.join(", ")}, got "${chosen}"`);
  return chosen;
}

/** The options of generated pictures, which go with the arms that train on such. */
function chooseGan(options: CompareOptions, arms: readonly ArmName[]): GanArmSettings | null {
  const { with: more, ganModel, ganSteps, ganSize, ganCount } = options;
  if (more !== undefined && more !== "gan")
    throw new UsageError(`with: expected "gan", got ${JSON.stringify(more)}`);
  const given = { ganModel, ganSteps, ganSize, ganCount };
  if (more === "gan") {
    const settings = resolveGanArms(given);
    return arms.some((name) => ganArms.includes(name)) ? settings : null;
  }
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) throw new UsageError(`${name} goes with with: "gan": give that, too`);
  return null;
}

/**
 * Trains the same network with and without augmentation, on the same split, from the same starting weights and in
 * the same order of pictures, measures both and says whether augmentation helped. With a backbone also that with a
 * new head, with and without augmentation; with generated pictures, both on these and the real ones. Writes
 * result.json, report.html and the models into `out`.
 */
export async function compare(options: CompareOptions): Promise<Outcome> {
  const out = options.out ?? defaultOut(options.folder, "compare");
  const wanted = chooseArms(options);
  const gan = chooseGan(options, wanted);
  const { settings, backbone } = await resolveSettings(options, out, "course");
  const arms = wanted.map(factorsOf);
  assertImageSize(options, { backbone, arms });
  return runExperiment(
    { kind: "compare", settings: { ...settings, gan }, backbone, arms, out, outArgument: out },
    options,
  );
}
