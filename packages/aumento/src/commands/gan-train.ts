import { defineCommand } from "citty";
import { AumentoError, InterruptedError } from "../errors.ts";
import {
  defaultSteps,
  ganLosses,
  ganNormalizations,
  ganSizes,
  ganUpsamplings,
  parseDiffAugment,
  resolveLimit,
} from "../gan/options.ts";
import { GanProgress } from "../gan/progress.ts";
import { type GanOutcome, trainGan } from "../gan/train.ts";
import { withInterrupt } from "../interrupt.ts";
import { choiceOption, integerOption, numberOption } from "../options.ts";
import { warn } from "../progress.ts";

export const ganTrainCommand = defineCommand({
  meta: { name: "train", description: "Train a generator that invents pictures like those of a folder" },
  args: {
    dir: {
      type: "positional",
      required: true,
      description: "Folder of pictures, with or without one sub-folder a class",
    },
    out: {
      type: "string",
      alias: "o",
      description: "Folder for generator, grids, checkpoint and report [aumento-out/<DIR>-gan]",
    },
    size: { type: "string", description: `Width and height: ${ganSizes.join(", ")}`, default: "64" },
    class: { type: "string", description: "Learn this class only" },
    conditional: {
      type: "boolean",
      description: "Tell the networks the class, so that any can be asked for",
    },
    steps: { type: "string", description: `Steps in all [${defaultSteps}]` },
    minutes: { type: "string", description: "Minutes in all, instead of or beside --steps" },
    "batch-size": { type: "string", description: "Pictures a step", default: "64" },
    loss: { type: "string", description: ganLosses.join(", "), default: "nonSaturating" },
    "label-smoothing": {
      type: "string",
      description: "Real pictures are to be called real with probability 1 minus this; not with hinge",
      default: "0",
    },
    "discriminator-steps": {
      type: "string",
      description: "Steps of the discriminator for each of the generator",
      default: "1",
    },
    "generator-learning-rate": { type: "string", description: "Of Adam", default: "0.0002" },
    "discriminator-learning-rate": { type: "string", description: "Of Adam", default: "0.0002" },
    normalization: {
      type: "string",
      description: `Of the discriminator: ${ganNormalizations.join(" or ")}`,
      default: "batch",
    },
    upsampling: {
      type: "string",
      description: `Of the generator: ${ganUpsamplings.join(" or ")}`,
      default: "transposed",
    },
    "diff-augment": {
      type: "string",
      description: "Differentiable augmentation: some of color,translation,cutout, or none",
      default: "color,translation,cutout",
    },
    pipeline: {
      type: "string",
      alias: "p",
      description: "What may vary in the training pictures: preset, JSON file or TypeScript module",
      default: "flip",
    },
    latent: { type: "string", description: "Length of the latent vectors", default: "100" },
    filters: { type: "string", description: "Width of the networks", default: "64" },
    "validation-split": {
      type: "string",
      description: "Share of the pictures that is held back, where there are classes and no validation/",
      default: "0.2",
    },
    seed: { type: "string", description: "Decides split, weights, order and latent vectors", default: "123" },
    every: { type: "string", description: "Steps between two grids, each with a checkpoint", default: "100" },
    workers: { type: "string", description: "Threads that decode", default: "2" },
    resume: { type: "boolean", description: "Go on with the training that the output folder holds" },
    overwrite: { type: "boolean", description: "Remove the training that the output folder holds" },
  },
  async run({ args }) {
    const steps = integerOption(args.steps, "--steps", { min: 1 });
    const minutes = numberOption(args.minutes, "--minutes");
    const progress = new GanProgress(process.stderr, resolveLimit({ steps, minutes }));
    const outcome = await withInterrupt((signal) =>
      trainGan({
        folder: args.dir,
        out: args.out,
        size: integerOption(args.size, "--size"),
        className: args.class,
        conditional: args.conditional,
        steps,
        minutes,
        batchSize: integerOption(args["batch-size"], "--batch-size"),
        loss: choiceOption(args.loss, "--loss", ganLosses),
        labelSmoothing: numberOption(args["label-smoothing"], "--label-smoothing", { min: 0, max: 0.49 }),
        discriminatorSteps: integerOption(args["discriminator-steps"], "--discriminator-steps", { min: 1 }),
        generatorLearningRate: numberOption(args["generator-learning-rate"], "--generator-learning-rate"),
        discriminatorLearningRate: numberOption(
          args["discriminator-learning-rate"],
          "--discriminator-learning-rate",
        ),
        normalization: choiceOption(args.normalization, "--normalization", ganNormalizations),
        upsampling: choiceOption(args.upsampling, "--upsampling", ganUpsamplings),
        diffAugment: parseDiffAugment(args["diff-augment"]),
        pipeline: args.pipeline,
        latent: integerOption(args.latent, "--latent", { min: 1 }),
        filters: integerOption(args.filters, "--filters", { min: 1 }),
        validationSplit: numberOption(args["validation-split"], "--validation-split", { min: 0, max: 0.99 }),
        seed: integerOption(args.seed, "--seed", { min: 0 }),
        every: integerOption(args.every, "--every", { min: 1 }),
        workers: integerOption(args.workers, "--workers", { min: 0, max: 64 }),
        resume: args.resume,
        overwrite: args.overwrite,
        signal,
        log: (line) => process.stderr.write(`${line}\n`),
        warn(line) {
          progress.clear();
          warn(line);
        },
        onStep: (step) => progress.step(step),
      }),
    ).finally(() => progress.clear());
    print(outcome);
  },
});

/** Prints the answer and where things lie; a training that did not reach its end is a failure or an interruption. */
function print({ result, report, folder, generator }: GanOutcome): void {
  const grid = result.grids.at(-1);
  const lines = [
    "",
    ...result.answer,
    "",
    ...(generator ? [`Generator: ${generator}`] : []),
    ...(grid ? [`Samples: ${folder}/${grid.path}`] : []),
    `Report: ${report}`,
    `The same for programs: ${folder}/gan.json`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (result.status === "stopped") {
    throw new InterruptedError("interrupted; the same command with --resume goes on");
  }
  if (result.status !== "finished") {
    const { status, steps, events, generator: drawn } = result;
    const wasGood = events.findLast(({ kind }) => kind === status)?.kept !== undefined;
    const kept =
      drawn === null
        ? "there was no good state yet, so no generator is kept"
        : wasGood
          ? `the last good state, of step ${steps}, is kept`
          : `there was no good state to go back to; that of step ${steps} is kept`;
    throw new AumentoError("failed", `${status}; ${kept}`);
  }
}
