import { defineCommand } from "citty";
import { UsageError } from "../errors.ts";
import { type CompareOptions, compare } from "../experiment/compare.ts";
import type { ArmName } from "../experiment/result.ts";
import { withInterrupt } from "../interrupt.ts";
import { choiceOption, integerOption } from "../options.ts";
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
    with: { type: "string", description: "gan: train on generated pictures beside the real ones too" },
    "gan-model": {
      type: "string",
      description: "A generator, or a folder of generators, one a class [one is trained first]",
    },
    "gan-steps": { type: "string", description: "Steps of that training [2000]" },
    "gan-size": { type: "string", description: "Width and height of generated pictures: 32, 64, 128 [64]" },
    "gan-count": {
      type: "string",
      description: "Pictures to generate for each class [as many as it has training pictures]",
    },
    arms: {
      type: "string",
      description:
        "Only these of without, with, gan-without, gan-with, transfer-without, transfer-with (commas between them)",
    },
    out: { type: "string", alias: "o", description: "Output folder [aumento-out/<DIR>-compare]" },
  },
  async run({ args }) {
    const generated = ganOptions(args);
    const seeds = integerOption(args.seeds, "--seeds", { min: 1, max: 1000 });
    const outcome = await withInterrupt((signal) =>
      compare({
        ...experimentOptions(args, signal),
        pipeline: args.pipeline,
        // Names that are none are refused by compare, which knows them.
        arms: args.arms?.split(",").map((name) => name.trim()) as ArmName[] | undefined,
        ...generated,
        seeds,
        out: args.out,
      }),
    );
    printOutcome(outcome);
  },
});

/** How generated pictures come about, where they are asked for. */
function ganOptions(args: {
  with?: string;
  "gan-model"?: string;
  "gan-steps"?: string;
  "gan-size"?: string;
  "gan-count"?: string;
}): Pick<CompareOptions, "with" | "ganModel" | "ganSteps" | "ganSize" | "ganCount"> {
  const names = ["gan-model", "gan-steps", "gan-size", "gan-count"] as const;
  const given = names.find((name) => args[name] !== undefined);
  if (args.with === undefined) {
    if (given) throw new UsageError(`--${given} goes with --with gan`);
    return {};
  }
  return {
    with: choiceOption(args.with, "--with", ["gan"] as const),
    ganModel: args["gan-model"],
    ganSteps: integerOption(args["gan-steps"], "--gan-steps", { min: 1 }),
    ganSize: integerOption(args["gan-size"], "--gan-size"),
    ganCount: integerOption(args["gan-count"], "--gan-count", { min: 1, max: 1_000_000 }),
  };
}
