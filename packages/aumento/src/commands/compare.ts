import { defineCommand } from "citty";
import { compare } from "../experiment/compare.ts";
import type { ArmName } from "../experiment/result.ts";
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
    arms: {
      type: "string",
      description: "Only these of without, with, transfer-without, transfer-with (commas between them)",
    },
    out: { type: "string", alias: "o", description: "Output folder [aumento-out/<DIR>-compare]" },
  },
  async run({ args }) {
    const seeds = integerOption(args.seeds, "--seeds", { min: 1, max: 1000 });
    const outcome = await withInterrupt((signal) =>
      compare({
        ...experimentOptions(args, signal),
        pipeline: args.pipeline,
        // Names that are none are refused by compare, which knows them.
        arms: args.arms?.split(",").map((name) => name.trim()) as ArmName[] | undefined,
        seeds,
        out: args.out,
      }),
    );
    printOutcome(outcome);
  },
});
