import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OptionError, UsageError } from "../errors.ts";
import { makeFolder, writeFileAtomic } from "../files.ts";
import { armOf } from "./arms.ts";
import { assertImageSize, type ExperimentOptions, resolveSettings } from "./options.ts";
import { type Outcome, runExperiment } from "./run.ts";

export interface TrainOptions extends ExperimentOptions {
  /** The model's file, ending in .onnx; log, history, checkpoint and report go into a folder of its name beside it. */
  out: string;
}

export interface TrainOutcome extends Outcome {
  /** The best epoch's model; null where training stopped before the first epoch ended. */
  model: string | null;
}

/** Of the one network on a backbone, `epochs` are those of its head. */
function headEpochs(options: TrainOptions): TrainOptions {
  const { backbone, network, epochs, transferEpochs } = options;
  if (backbone === undefined) return options;
  if (network !== undefined)
    throw new OptionError(
      (called) =>
        `${called("network")} is trained from scratch and ${called("backbone")} is stood on: give one of the two`,
    );
  if (epochs !== undefined && transferEpochs !== undefined)
    throw new OptionError(
      (called) =>
        `${called("epochs")} and ${called("transferEpochs")} are the same where one network is trained on a backbone: give one`,
    );
  return { ...options, epochs: undefined, transferEpochs: transferEpochs ?? epochs };
}

/** Trains one network (on a backbone, where one is given), keeps the model of its best epoch at `out` and writes a report of how it went. */
export async function train(given: TrainOptions): Promise<TrainOutcome> {
  const options = headEpochs(given);
  const { out } = options;
  if (typeof out !== "string" || !out.endsWith(".onnx"))
    throw new UsageError(`out must be a path that ends in .onnx, got ${JSON.stringify(out)}`);
  const folder = out.slice(0, -".onnx".length);
  const { settings, backbone } = await resolveSettings(options, folder);
  const arms = [armOf({ network: backbone ? "backbone" : "plain", augment: settings.pipeline !== null })];
  assertImageSize(options, { backbone, arms });
  const outcome = await runExperiment(
    { kind: "train", settings, backbone, arms, out: folder, outArgument: out },
    options,
  );
  const best = outcome.result.arms[0].runs[0].model;
  if (best === null) return { ...outcome, model: null };
  await makeFolder(dirname(out));
  await writeFileAtomic(out, await readFile(join(folder, best)));
  return { ...outcome, model: out };
}
