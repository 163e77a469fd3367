import { defineCommand } from "citty";
import { augmentFolder } from "../augment/augment-folder.ts";
import type { AugmentEstimate } from "../augment/estimate.ts";
import { redoFile } from "../augment/redo.ts";
import { mostVariants } from "../augment/settings.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { count, duration, fileSize } from "../format.ts";
import { withInterrupt } from "../interrupt.ts";
import { choiceOption, integerOption, numberOption } from "../options.ts";
import { pictureProgress } from "../picture-progress.ts";
import { pictureFormats } from "../pictures.ts";
import { formatDuration, formatRate, sayIfSlow, warn } from "../progress.ts";
import { annotationFormats, pipelineArguments } from "./pipeline-arguments.ts";

export const augmentCommand = defineCommand({
  meta: {
    name: "augment",
    description: "Write variants of a folder's pictures, classes kept; the same command goes on after a stop",
  },
  args: {
    src: { type: "positional", required: false, description: "Folder of pictures, one sub-folder a class" },
    out: { type: "positional", required: false, description: "Folder to write into" },
    ...pipelineArguments,
    pipeline: { ...pipelineArguments.pipeline, required: false },
    times: { type: "string", description: "Variants of each picture" },
    balance: { type: "boolean", description: "As many files for each class as the largest class has" },
    "include-original": { type: "boolean", description: "Write the pictures themselves too" },
    "validation-split": {
      type: "string",
      description: "Share of pictures that is copied to validation/ as it is; variants go to train/",
    },
    subset: { type: "string", description: "Only training: validation pictures are never varied" },
    seed: { type: "string", default: "123", description: "The same seed gives the same files" },
    format: { type: "string", description: `${pictureFormats.join(", ")} [each picture's own]` },
    quality: { type: "string", default: "95", description: "Of JPEG, WebP and AVIF, 1 to 100" },
    size: { type: "string", description: "Resize first: 224, or WIDTHxHEIGHT" },
    masks: { type: "string", description: "Folder with a mask for each picture, under the picture's path" },
    workers: { type: "string", description: "Threads [as many as the machine runs at a time]" },
    "dry-run": { type: "boolean", description: "Say what would be written, how large and how long" },
    redo: { type: "string", description: "Make this file again from the manifest, byte for byte" },
    to: { type: "string", description: "With --redo: write there instead" },
  },
  async run({ args }) {
    if (args.redo !== undefined) return redo(args.redo, args);
    if (args.to !== undefined) throw new UsageError("--to goes with --redo");
    const { src, out, pipeline } = args;
    if (src === undefined || out === undefined)
      throw new UsageError("SRC and OUT are needed, or --redo FILE");
    if (pipeline === undefined)
      throw new UsageError('option --pipeline is needed; see "aumento augment --help"');
    const times = integerOption(args.times, "--times", { min: 1, max: mostVariants });
    const formats = annotationFormats(args);
    const dryRun = args["dry-run"] ?? false;
    const progress = pictureProgress("augmenting");
    const start = performance.now();
    const endOfTrial = sayIfSlow("looking at the pictures and trying a few ...");
    try {
      const result = await withInterrupt((signal) =>
        augmentFolder({
          folder: src,
          out,
          pipeline,
          times,
          balance: args.balance ?? false,
          includeOriginal: args["include-original"] ?? false,
          validationSplit: numberOption(args["validation-split"], "--validation-split"),
          subset:
            args.subset === undefined
              ? undefined
              : choiceOption(args.subset, "--subset", ["training", "validation"] as const),
          seed: integerOption(args.seed, "--seed", { min: 0 }),
          format:
            args.format === undefined ? undefined : choiceOption(args.format, "--format", pictureFormats),
          quality: integerOption(args.quality, "--quality", { min: 1, max: 100 }),
          size: sizeOption(args.size),
          masks: args.masks,
          annotations: args.annotations,
          bboxFormat: formats.bboxes,
          keypointFormat: formats.keypoints,
          workers: integerOption(args.workers, "--workers", { min: 1, max: 1024 }),
          dryRun,
          signal,
          onEstimate: (estimate) => {
            endOfTrial();
            const stream = dryRun ? process.stdout : process.stderr;
            stream.write(`${announcement(estimate, out).join("\n")}\n`);
          },
          onNotice(message) {
            endOfTrial();
            warn(message);
          },
          onProgress: progress.onProgress,
          onLeftOut: progress.onLeftOut,
        }),
      );
      progress.finish();
      if (dryRun) return;
      const seconds = (performance.now() - start) / 1000;
      const { written, kept, bytes, estimate } = result;
      const there = kept > 0 ? `; ${count(kept, "file")} were there already and hold` : "";
      const rate =
        written > 0 ? ` in ${formatDuration(seconds)} (${formatRate(written / seconds)} a second)` : "";
      const lines = [
        `${count(written, "picture")} (${fileSize(bytes)}) written to ${out}${rate}${there}`,
        `what was drawn for each: ${result.manifest}`,
      ];
      if (result.annotations) lines.push(`annotations: ${result.annotations}`);
      if (result.leftOut > 0)
        lines.push(`${result.leftOut} of ${estimate.pictures} pictures were left out (named above)`);
      process.stdout.write(`${lines.join("\n")}\n`);
      if (result.leftOut > 0) process.exitCode = exitCodes.failure;
    } finally {
      endOfTrial();
      progress.finish();
    }
  },
});

/** "224" or "320x240" (width first, as pictures' sizes are written) as [height, width]. */
function sizeOption(value: string | undefined): [number, number] | undefined {
  if (value === undefined) return undefined;
  const [, width, height = width] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(value) ?? [];
  if (width === undefined || Number(width) < 1 || Number(height) < 1)
    throw new UsageError(`--size must be a number of pixels or WIDTHxHEIGHT, got "${value}"`);
  return [Number(height), Number(width)];
}

/** What a run will write, in words, before it does. */
function announcement(estimate: AugmentEstimate, out: string): string[] {
  const { pictures, validation, files, remaining, bytes, seconds, free, classes } = estimate;
  const lines = [
    `${count(pictures, "picture")} → ${count(files, "file")} in ${out}` +
      (validation > 0 ? `, ${count(validation, "picture")} of them copied as they are for validation` : ""),
  ];
  if (classes.length > 0 && classes.length <= 20) {
    lines.push(...classes.map(({ name, pictures: found, files: made }) => `  ${name}: ${found} → ${made}`));
  }
  if (remaining === 0)
    lines.push("an earlier run has been through all of them; what is missing or changed is made again");
  else {
    const rest = remaining < files ? `${count(remaining, "file")} of them still to write: ` : "";
    const time = seconds === undefined ? "" : `, about ${duration(seconds)}`;
    lines.push(`${rest}about ${fileSize(bytes)} on disk${time}; ${fileSize(free)} free there`);
  }
  return lines;
}

async function redo(
  name: string,
  { src, out, to }: { src?: string; out?: string; to?: string },
): Promise<void> {
  if (src !== undefined && out === undefined)
    throw new UsageError("--redo takes the path of a file, or SRC, OUT and the file's path within OUT");
  const { files, line } = await redoFile({ name, folder: src, out, to });
  const how = line.copied
    ? "the picture itself"
    : `variant ${line.variant} of ${line.source}, seed ${line.key?.seed}`;
  process.stdout.write(`${files.join("\n")}\n`);
  process.stderr.write(`${how}: the same bytes as in the manifest\n`);
}
