import { copyFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../errors.ts";
import { makeFolder } from "../files.ts";
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

/** Trains one network (on a backbone, where one is given), keeps the model of its best epoch at `out` and writes a report of how it went. */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
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
  await copyFile(join(folder, best), `${out}.part`);
  await rename(`${out}.part`, out);
  return { ...outcome, model: out };
}
