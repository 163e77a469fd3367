import { join } from "node:path";
import { countClasses } from "../count-classes.ts";
import { InterruptedError } from "../errors.ts";
import { ganFolder, syntheticFolder } from "../experiment/gan-arms.ts";
import type { GanArmSettings, Settings } from "../experiment/result.ts";
import { kindOf, readText } from "../files.ts";
import { count } from "../format.ts";
import { Assembly, manifestFile, type SyntheticLine } from "./assembly.ts";
import { matchGenerators, writeFillings } from "./fill.ts";
import type { GanStep } from "./options.ts";
import { divideFolder, heldBackByClass, type Pictures, refuseTooFew } from "./pictures.ts";
import { trainGan } from "./train.ts";

/** The generated pictures of a comparison. */
export interface Synthetic extends Pictures {
  /** How many, by class. */
  counts: number[];
  /** Near copies of training pictures that were refused. */
  refused: number;
}

export interface SyntheticOptions {
  settings: Settings;
  gan: GanArmSettings;
  classNames: readonly string[];
  /** The experiment's folder. */
  out: string;
  workers?: number;
  signal?: AbortSignal;
  log?: (line: string) => void;
  warn: (line: string) => void;
  onStep?: (step: GanStep) => void;
}

interface Header {
  refused: number;
}

async function readSynthetic(folder: string, classNames: readonly string[]): Promise<Synthetic> {
  const path = join(folder, manifestFile);
  // Only this program writes it, whole.
  const [header, ...lines] = (await readText(path, "manifest"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line)) as [Header, ...SyntheticLine[]];
  const labels = lines.map((line) => classNames.indexOf(line.class));
  return {
    files: lines.map(({ file }) => join(folder, file)),
    labels,
    counts: countClasses(labels, classNames.length),
    refused: header.refused,
  };
}

/**
 * Refuses, before anything is begun, generators that know other pictures than the training part of the folder, and
 * classes that no generator can be trained on.
 */
export async function assertCanGenerate(settings: Settings, gan: GanArmSettings): Promise<void> {
  const { folder, validationSplit, seed } = settings;
  const divided = await divideFolder(folder, { validationSplit, seed }, () => {});
  const { classNames, training } = divided;
  const has = countClasses(training.labels, classNames.length);
  if (gan.model !== null) {
    await matchGenerators(gan.model, divided, has, { validationSplit, seed });
    return;
  }
  const heldBack = heldBackByClass(divided);
  refuseTooFew(
    folder,
    classNames.map((name, label) => ({ name, pictures: has[label], heldBack: heldBack[label], broken: 0 })),
  );
}

/** Trains the comparison's own GAN on its training pictures, or goes on with it. */
async function ownGenerator({
  settings,
  gan,
  out,
  workers,
  signal,
  log,
  warn,
  onStep,
}: SyntheticOptions): Promise<string> {
  const { folder, validationSplit, seed } = settings;
  const steps = gan.steps ?? undefined;
  log?.(
    `training a GAN on the training pictures first: ${count(steps ?? 0, "step")} at ${gan.size}×${gan.size}`,
  );
  const outcome = await trainGan({
    folder,
    out: join(out, ganFolder),
    size: gan.size ?? undefined,
    conditional: true,
    steps,
    validationSplit,
    seed,
    workers,
    resume: true,
    signal,
    log,
    warn,
    onStep,
  });
  if (outcome.result.status === "stopped")
    throw new InterruptedError("interrupted; --resume goes on with the GAN");
  return outcome.folder;
}

/**
 * The generated pictures that the arms with a GAN train on beside the real ones: drawn by generators that know the
 * training part only, near copies of it left out. Made once; a resumed experiment finds them.
 */
export async function prepareSynthetic(options: SyntheticOptions): Promise<Synthetic> {
  const { settings, gan, classNames, out, signal, log, warn } = options;
  const folder = join(out, syntheticFolder);
  if ((await kindOf(join(folder, manifestFile))) === "file") return readSynthetic(folder, classNames);
  const split = { validationSplit: settings.validationSplit, seed: settings.seed };
  const model = gan.model ?? (await ownGenerator(options));
  const divided = await divideFolder(settings.folder, split, () => {});
  const has = countClasses(divided.training.labels, classNames.length);
  const wanted = has.map((pictures) => gan.count ?? pictures);
  const { fillings, unknown } = await matchGenerators(model, divided, wanted, split);
  if (unknown.length > 0)
    warn(`no generator in ${model} knows ${unknown.join(", ")}: nothing is generated for them`);
  log?.(`generating ${fillings.reduce((sum, filling) => sum + filling.wanted, 0)} pictures`);
  const assembly = new Assembly(folder);
  try {
    const refused = await writeFillings(assembly, divided, fillings, {
      folder: "",
      seed: settings.seed,
      signal,
      warn,
    });
    const total = [...refused.values()].reduce((sum, each) => sum + each, 0);
    if (total > 0) log?.(`${total} samples looked like a training picture and were refused`);
    await assembly.finish({ aumento: "compare --with gan", version: 1, refused: total });
  } finally {
    await assembly.close();
  }
  return readSynthetic(folder, classNames);
}
