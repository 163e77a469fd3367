import { defineCommand } from "citty";
import { train } from "../experiment/train.ts";
import { withInterrupt } from "../interrupt.ts";
import { experimentArguments, experimentOptions, printOutcome } from "./experiment-arguments.ts";

export const trainCommand = defineCommand({
  meta: {
    name: "train",
    description: "Train a network on a folder of pictures and keep its best epoch's model",
  },
  args: {
    ...experimentArguments,
    pipeline: {
      type: "string",
      alias: "p",
      description: "Augmentation: preset, JSON file or TypeScript module [none]",
    },
    out: {
      type: "string",
      alias: "o",
      description: "The model's file; log, history and report go into a folder of its name beside it",
      default: "model.onnx",
    },
  },
  async run({ args }) {
    const outcome = await withInterrupt((signal) =>
      train({ ...experimentOptions(args, signal), pipeline: args.pipeline, out: args.out }),
    );
    printOutcome(outcome, { extra: outcome.model ? [`Model: ${outcome.model}`] : [] });
  },
});
