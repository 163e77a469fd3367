import type { ArgsDef } from "citty";
import { InterruptedError } from "../errors.ts";
import type { ExperimentOptions } from "../experiment/options.ts";
import type { Outcome } from "../experiment/run.ts";
import { integerOption, numberOption } from "../options.ts";
import { warn } from "../progress.ts";

/** Options that `compare` and `train` share. */
export const experimentArguments = {
  dir: {
    type: "positional",
    required: true,
    description: "Folder with one sub-folder a class, or with train/, validation/ and test/ of such",
  },
  network: { type: "string", description: "course or small [course]" },
  epochs: { type: "string", description: "At most so many epochs [10; of train on a backbone its head's]" },
  "batch-size": { type: "string", description: "Pictures a step", default: "32" },
  "image-size": { type: "string", description: "Width and height pictures are resized to [224]" },
  "validation-split": {
    type: "string",
    description: "Share that validates, where the folder has no validation/",
    default: "0.2",
  },
  seed: {
    type: "string",
    description: "Decides split, starting weights, order and augmentation",
    default: "123",
  },
  patience: {
    type: "string",
    description: "Epochs without a lower validation loss after which training stops",
    default: "5",
  },
  backbone: {
    type: "string",
    description: "Pretrained network to stand on: an .onnx file, or a name of aumento models",
  },
  cut: { type: "string", description: "Where the backbone ends [its features, before the classifier]" },
  "transfer-epochs": {
    type: "string",
    description: "Epochs of the new head [20; 4 where augmentation makes ever new pictures]",
  },
  unfreeze: { type: "string", description: "Then train the backbone too, from this place on [not at all]" },
  "unfreeze-epochs": { type: "string", description: "At most so many epochs of that [3]" },
  workers: { type: "string", description: "Threads that decode and augment", default: "2" },
  resume: { type: "boolean", description: "Go on with the run that the output folder holds" },
  overwrite: { type: "boolean", description: "Remove the run that the output folder holds" },
} as const satisfies ArgsDef;

/** What citty gives for those options. */
interface ParsedArguments {
  dir: string;
  network?: string;
  epochs?: string;
  "batch-size": string;
  "image-size"?: string;
  "validation-split": string;
  seed: string;
  patience: string;
  backbone?: string;
  cut?: string;
  "transfer-epochs"?: string;
  unfreeze?: string;
  "unfreeze-epochs"?: string;
  workers: string;
  resume?: boolean;
  overwrite?: boolean;
}

/** Turns them into options; progress and log lines go to standard error, so that the answer stays clean. */
export function experimentOptions(args: ParsedArguments, signal: AbortSignal): ExperimentOptions {
  return {
    folder: args.dir,
    network: args.network,
    epochs: integerOption(args.epochs, "--epochs", { min: 1 }),
    batchSize: integerOption(args["batch-size"], "--batch-size", { min: 1 }),
    imageSize: integerOption(args["image-size"], "--image-size", { min: 8, max: 4096 }),
    validationSplit: numberOption(args["validation-split"], "--validation-split", { min: 0, max: 1 }),
    seed: integerOption(args.seed, "--seed", { min: 0 }),
    patience: integerOption(args.patience, "--patience", { min: 0 }),
    backbone: args.backbone,
    cut: args.cut,
    transferEpochs: integerOption(args["transfer-epochs"], "--transfer-epochs", { min: 1 }),
    unfreeze: args.unfreeze,
    unfreezeEpochs: integerOption(args["unfreeze-epochs"], "--unfreeze-epochs", { min: 1 }),
    workers: integerOption(args.workers, "--workers", { min: 0, max: 64 }),
    resume: args.resume,
    overwrite: args.overwrite,
    signal,
    log: (line) => process.stderr.write(`${line}\n`),
    warn,
    progress: process.stderr,
  };
}

/** Prints the answer and where the report is; an interrupted run ends in an InterruptedError that says how to go on. */
export function printOutcome(
  { result, report, folder }: Outcome,
  { extra = [], goOn = "the same command with --resume goes on" }: { extra?: string[]; goOn?: string } = {},
): void {
  const broken = result.data.broken.length;
  const lines = [
    "",
    ...result.answer,
    "",
    ...(broken > 0 ? [`${broken} pictures could not be decoded and were left out.`] : []),
    ...extra,
    `Report: ${report}`,
    `The same for programs: ${folder}/result.json`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (result.status === "stopped") {
    const anyKept = result.arms.some((arm) => arm.runs.some((run) => run.bestEpoch !== null));
    const kept = anyKept ? "the best models so far are kept; " : "";
    throw new InterruptedError(`interrupted; ${kept}${goOn}`);
  }
}
