import { basename, resolve } from "node:path";
import { defineCommand } from "citty";
import { UsageError } from "../errors.ts";
import { count } from "../format.ts";
import { sampleGan } from "../gan/sample.ts";
import { withInterrupt } from "../interrupt.ts";
import { integerOption, numberOption } from "../options.ts";
import { pictureProgress } from "../picture-progress.ts";

/** Seeds of a strip's ends, from "3,8". */
function stripEnds(text: string): [number, number] {
  const parts = text.split(",").map((part) => integerOption(part.trim(), "--strip", { min: 0 }) ?? 0);
  if (parts.length !== 2) throw new UsageError(`--strip takes two seeds, such as 3,8; got "${text}"`);
  return [parts[0], parts[1]];
}

export const ganSampleCommand = defineCommand({
  meta: { name: "sample", description: "Draw pictures with a trained generator" },
  args: {
    model: {
      type: "positional",
      required: true,
      description: 'A generator\'s .onnx file, or a folder that "gan train" wrote',
    },
    count: { type: "string", description: "Pictures [64, and 8 in a row of a strip]" },
    class: {
      type: "string",
      description:
        "Of a conditional generator; without it the classes take turns, and a strip has a row for each",
    },
    seed: { type: "string", description: "The same seed draws the same pictures; not with --strip [0]" },
    grid: { type: "boolean", description: "All on one PNG" },
    strip: {
      type: "string",
      description: "A PNG of the way between the latent vectors of two seeds, such as 3,8",
    },
    truncation: {
      type: "string",
      description: "Draw latent numbers further from 0 than this again: less variety, often better pictures",
    },
    out: {
      type: "string",
      alias: "o",
      description:
        "Folder of the pictures [<MODEL>-samples], or the PNG of --grid [grid.png] or --strip [strip.png]",
    },
    overwrite: { type: "boolean", description: "Replace the file, or files of the same names" },
  },
  async run({ args }) {
    const { strip } = args;
    if (args.grid && strip !== undefined) throw new UsageError("give --grid or --strip, not both");
    const form = strip !== undefined ? "strip" : args.grid ? "grid" : "pictures";
    // Resolved, for a folder may be given as "." or "..".
    const name = basename(resolve(args.model), ".onnx");
    const out = args.out ?? (form === "pictures" ? `${name}-samples` : `${form}.png`);
    const progress = pictureProgress("drawing");
    const made = await withInterrupt((signal) =>
      sampleGan({
        model: args.model,
        form,
        out,
        count: integerOption(args.count, "--count", { min: form === "strip" ? 2 : 1, max: 100_000 }),
        className: args.class,
        seed: integerOption(args.seed, "--seed", { min: 0 }),
        between: strip === undefined ? undefined : stripEnds(strip),
        truncation: numberOption(args.truncation, "--truncation", { min: 0.05 }),
        overwrite: args.overwrite,
        signal,
        onProgress: progress.onProgress,
      }),
    ).finally(progress.finish);
    process.stdout.write(`${made.out}: ${count(made.count, "generated picture")}\n`);
  },
});
