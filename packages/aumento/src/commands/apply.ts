import { defineCommand } from "citty";
import { applyPipeline } from "../apply.ts";
import { exitCodes } from "../errors.ts";
import { withInterrupt } from "../interrupt.ts";
import { choiceOption, integerOption } from "../options.ts";
import { pictureProgress } from "../picture-progress.ts";
import { pictureFormats } from "../pictures.ts";
import { resolvePipeline } from "../pipelines.ts";
import { formatDuration, formatRate, warn } from "../progress.ts";
import { annotationFormats, pipelineArguments } from "./pipeline-arguments.ts";

export const applyCommand = defineCommand({
  meta: { name: "apply", description: "Apply a pipeline to a picture or a folder of pictures" },
  args: {
    src: {
      type: "positional",
      required: true,
      description: "A picture, or a folder (searched with its sub-folders)",
    },
    out: {
      type: "positional",
      required: true,
      description: "Folder for the results (or a file, for one picture)",
    },
    ...pipelineArguments,
    seed: { type: "string", default: "1", description: "The same seed gives the same results" },
    variants: { type: "string", default: "1", description: "Results a picture" },
    format: { type: "string", description: `${pictureFormats.join(", ")} [each picture's own]` },
    quality: { type: "string", default: "95", description: "Of JPEG, WebP and AVIF, 1 to 100" },
    overwrite: { type: "boolean", description: "Replace results that exist" },
  },
  async run({ args }) {
    const formats = annotationFormats(args);
    const format =
      args.format === undefined ? undefined : choiceOption(args.format, "--format", pictureFormats);
    const seed = integerOption(args.seed, "--seed", { min: 0 }) ?? 1;
    const variants = integerOption(args.variants, "--variants", { min: 1, max: 10_000 }) ?? 1;
    const quality = integerOption(args.quality, "--quality", { min: 1, max: 100 }) ?? 95;
    const pipeline = await resolvePipeline(args.pipeline);
    const start = performance.now();
    const progress = pictureProgress("applying");
    try {
      const result = await withInterrupt((signal) =>
        applyPipeline({
          source: args.src,
          out: args.out,
          pipeline,
          annotations: args.annotations,
          formats,
          seed,
          variants,
          format,
          quality,
          overwrite: args.overwrite ?? false,
          signal,
          onProgress: progress.onProgress,
          onLeftOut: progress.onLeftOut,
          onNotice: warn,
        }),
      );
      progress.finish();
      const seconds = (performance.now() - start) / 1000;
      const lines = [
        `${result.written} of ${result.pictures * variants} results written to ${args.out} in ` +
          `${formatDuration(seconds)} (${formatRate(result.written / seconds)} a second)`,
      ];
      if (result.annotations) lines.push(`annotations: ${result.annotations}`);
      if (result.reduced > 0)
        lines.push(`pictures of more than 8 bits that were reduced to 8: ${result.reduced}`);
      if (result.leftOut > 0)
        lines.push(`${result.leftOut} of ${result.pictures} pictures were left out (named above)`);
      process.stdout.write(`${lines.join("\n")}\n`);
      if (result.leftOut > 0) process.exitCode = exitCodes.failure;
    } finally {
      progress.finish();
    }
  },
});
