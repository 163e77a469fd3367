import { defineCommand } from "citty";
import { compare } from "../experiment/compare.ts";
import { withInterrupt } from "../interrupt.ts";
import { integerOption } from "../options.ts";
import { experimentArguments, experimentOptions, printOutcome } from "./experiment-arguments.ts";

export const compareCommand = defineCommand({
  meta: {
    name: "compare",
    description: "Train the same network with and without augmentation and say whether it helped",
  },
  args: {
    ...experimentArguments,
    pipeline: {
      type: "string",
      alias: "p",
      description: "Preset, JSON file or TypeScript module",
      default: "course",
    },
    seeds: { type: "string", description: "Number of starts: more tell chance from effect", default: "1" },
    out: { type: "string", alias: "o", description: "Output folder [aumento-out/<DIR>-compare]" },
  },
  async run({ args }) {
    const seeds = integerOption(args.seeds, "--seeds", { min: 1, max: 1000 });
    const outcome = await withInterrupt((signal) =>
      compare({ ...experimentOptions(args, signal), pipeline: args.pipeline, seeds, out: args.out }),
    );
    printOutcome(outcome);
  },
});
