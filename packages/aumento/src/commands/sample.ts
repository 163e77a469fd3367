import { defineCommand } from "citty";
import { UsageError } from "../errors.ts";
import { withInterrupt } from "../interrupt.ts";
import { integerOption } from "../options.ts";
import { createProgress, formatDuration } from "../progress.ts";
import { type SampleFormat, sampleFactsFile, sampleFormats, writeSample } from "../samples/write.ts";

const isFormat = (value: string): value is SampleFormat => Object.hasOwn(sampleFormats, value);

export const sampleCommand = defineCommand({
  meta: { name: "sample", description: "Draw a built-in data set into a folder: survival or flowers" },
  args: {
    name: {
      type: "positional",
      required: true,
      description: "survival (scans with a shortcut) or flowers (five kinds)",
    },
    dir: { type: "positional", required: true, description: "Folder to write into" },
    size: { type: "string", description: "Width and height in pixels [64 for survival, 224 for flowers]" },
    count: { type: "string", description: "Number of pictures in all [1600 for survival, 1000 for flowers]" },
    seed: { type: "string", description: "Another seed draws other pictures", default: "1" },
    format: { type: "string", description: "png, jpeg or webp [png for survival, jpeg for flowers]" },
    overwrite: { type: "boolean", description: "Write into a folder that is not empty" },
  },
  async run({ args }) {
    const { format } = args;
    if (format !== undefined && !isFormat(format)) {
      throw new UsageError(
        `--format must be one of ${Object.keys(sampleFormats).join(", ")}, got "${format}"`,
      );
    }
    const size = integerOption(args.size, "--size", { min: 16, max: 4096 });
    const count = integerOption(args.count, "--count", { min: 1, max: 10_000_000 });
    const seed = integerOption(args.seed, "--seed", { min: 0 });
    const start = performance.now();
    let progress: ReturnType<typeof createProgress> | undefined;
    try {
      const facts = await withInterrupt((signal) =>
        writeSample({
          name: args.name,
          folder: args.dir,
          size,
          count,
          seed,
          format,
          overwrite: args.overwrite,
          signal,
          onProgress(done, total) {
            progress ??= createProgress({ label: "drawing", total, unit: "pictures" });
            progress.update(done);
          },
        }),
      );
      progress?.finish();
      const seconds = formatDuration((performance.now() - start) / 1000);
      process.stdout.write(
        `${facts.sample}: ${facts.count} pictures of ${facts.size}×${facts.size} pixels in ${args.dir} (${seconds})\n` +
          `What was drawn: ${args.dir}/${sampleFactsFile}\n`,
      );
    } catch (error) {
      progress?.finish();
      throw error;
    }
  },
});
