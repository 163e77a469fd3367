import { defineCommand } from "citty";
import { UsageError } from "../errors.ts";
import { count } from "../format.ts";
import { type AugmentGanOptions, augmentGan } from "../gan/augment.ts";
import { withInterrupt } from "../interrupt.ts";
import { integerOption, numberOption } from "../options.ts";
import { createProgress, type Progress, warn } from "../progress.ts";
import { textTable } from "./text-table.ts";

const labels = {
  copying: "copying",
  looking: "looking at training pictures",
  generating: "generating",
} as const;

export const ganAugmentCommand = defineCommand({
  meta: { name: "augment", description: "Fill the classes of a folder with generated pictures" },
  args: {
    dir: { type: "positional", required: true, description: "Folder with one sub-folder a class" },
    model: {
      type: "string",
      alias: "m",
      description: "A generator, or a folder of generators, one a class",
    },
    out: { type: "string", alias: "o", description: "Folder to write: new or empty" },
    balance: {
      type: "boolean",
      description: "Fill each class up to the largest (so it is unless --count is given)",
    },
    count: { type: "string", description: "Generate so many pictures for each class" },
    "validation-split": {
      type: "string",
      description: "Share that is held back and copied as it is, as the generators were trained with",
      default: "0.2",
    },
    seed: {
      type: "string",
      description: "Of the split, as the generators were trained with",
      default: "123",
    },
    "sample-seed": { type: "string", description: "Another one generates other pictures", default: "0" },
  },
  async run({ args }) {
    const { model, out } = args;
    if (model === undefined)
      throw new UsageError('--model is missing: a generator that "aumento gan train" made');
    if (out === undefined) throw new UsageError("--out is missing: the folder to write");
    const bars = new Map<string, Progress>();
    const onProgress: AugmentGanOptions["onProgress"] = (phase, done, total) => {
      let bar = bars.get(phase);
      if (!bar) {
        bar = createProgress({ label: labels[phase], total, unit: "pictures" });
        bars.set(phase, bar);
      }
      bar.update(done);
      if (done === total) {
        bar.finish();
        bars.delete(phase);
      }
    };
    try {
      const made = await withInterrupt((signal) =>
        augmentGan({
          folder: args.dir,
          model,
          out,
          balance: args.balance,
          count: integerOption(args.count, "--count", { min: 1, max: 1_000_000 }),
          validationSplit: numberOption(args["validation-split"], "--validation-split", {
            min: 0,
            max: 0.99,
          }),
          seed: integerOption(args.seed, "--seed", { min: 0 }),
          sampleSeed: integerOption(args["sample-seed"], "--sample-seed", { min: 0 }),
          signal,
          warn,
          onProgress,
        }),
      );
      const rows = made.classes.map(({ className, originals, generated, refused }) =>
        [className, originals, generated, refused].map(String),
      );
      const refused = made.classes.reduce((sum, each) => sum + each.refused, 0);
      const lines = [
        textTable([["class", "originals", "generated", "near copies refused"], ...rows]),
        "",
        `${made.out}: ${count(
          made.classes.reduce((sum, each) => sum + each.generated, 0),
          "generated picture",
        )}, marked "synthetic" in their names and in manifest.jsonl`,
        refused > 0
          ? `${count(refused, "sample")} looked like a training picture and ${refused === 1 ? "was" : "were"} refused.`
          : "No sample looked like a training picture.",
        made.heldBack > 0
          ? `${count(made.heldBack, "picture")} held back, copied as they are: validation never sees a generated picture.`
          : "Nothing is held back: whatever is trained on this folder needs other pictures to be measured on.",
        ...(made.unknown.length > 0
          ? [`No generator knows ${made.unknown.join(", ")}: left as they are.`]
          : []),
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
    } finally {
      for (const bar of bars.values()) bar.finish();
    }
  },
});
