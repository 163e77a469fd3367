import { join, resolve } from "node:path";
import { defineCommand } from "citty";
import { type Annotations, checkAllFound, maskPath, readAnnotations, withoutMasks } from "../annotations.ts";
import { type Augmenter, augmentPicture, createAugmenter } from "../augmenter.ts";
import { AumentoError, exitCodes, messageOf } from "../errors.ts";
import { kindOf, makeFolder, writeFileAtomic } from "../files.ts";
import { throwIfInterrupted, withInterrupt } from "../interrupt.ts";
import { readMask } from "../masks.ts";
import { integerOption } from "../options.ts";
import { extensionOf, formatOf, listPictures, type PictureList, readPicture } from "../pictures.ts";
import { resolvePipeline } from "../pipelines.ts";
import { createProgress, warn } from "../progress.ts";
import { drawSheet, type Tile } from "../sheet.ts";
import { annotationFormats, pipelineArguments } from "./pipeline-arguments.ts";

/** Formats a contact sheet can be written in. */
const sheetFormats = ["png", "jpeg", "webp"] as const;

export const previewCommand = defineCommand({
  meta: {
    name: "preview",
    description: "Make a contact sheet: originals beside what a pipeline makes of them",
  },
  args: {
    path: {
      type: "positional",
      required: true,
      description: "A picture, or a folder (searched with its sub-folders)",
    },
    ...pipelineArguments,
    variants: { type: "string", description: "Results a picture [8 for a picture, 5 for a folder]" },
    pictures: {
      type: "string",
      default: "8",
      description: "At most so many pictures of a folder, spread evenly",
    },
    seed: { type: "string", default: "1", description: "The same seed gives the same sheet" },
    size: { type: "string", default: "224", description: "Each picture's square on the sheet, in pixels" },
    out: { type: "string", default: "preview.png", description: "The sheet: .png, .jpg or .webp" },
    overwrite: { type: "boolean", description: "Replace a sheet that exists" },
  },
  async run({ args }) {
    const formats = annotationFormats(args);
    const seed = integerOption(args.seed, "--seed", { min: 0 }) ?? 1;
    const size = integerOption(args.size, "--size", { min: 16, max: 2048 }) ?? 224;
    const most = integerOption(args.pictures, "--pictures", { min: 1, max: 200 }) ?? 8;
    const asked = integerOption(args.variants, "--variants", { min: 1, max: 200 });
    const format = sheetFormats.find((each) => each === formatOf(args.out));
    if (!format) {
      const known = sheetFormats.map((each) => extensionOf(each)).join(", ");
      throw new AumentoError("usage", `--out must end in one of ${known}, got "${args.out}"`);
    }
    if (!args.overwrite && (await kindOf(args.out)) !== undefined) {
      throw new AumentoError(
        "exists",
        `${args.out} exists already; give another --out, or --overwrite to replace it`,
      );
    }
    const pipeline = await resolvePipeline(args.pipeline);
    const augmenter = createAugmenter(pipeline, formats);
    const annotations = args.annotations === undefined ? undefined : await readAnnotations(args.annotations);
    const list = withoutMasks(await listPictures(args.path), annotations);
    for (const warning of list.warnings) warn(warning);
    if (annotations) checkAllFound(annotations, list.files);
    const variants = asked ?? (list.single ? 8 : 5);
    const chosen = spread(list.files.length, most);
    const rows = await withInterrupt((signal) =>
      makeRows({ list, chosen, variants, seed, augmenter, annotations, signal }),
    );
    if (rows.length === 0)
      throw new AumentoError("invalid_input", `none of the pictures in ${args.path} can be shown`);
    const sheet = await drawSheet({
      rows: list.single ? wrapped(rows[0]) : rows,
      tile: size,
      formats: augmenter.formats,
    });
    const encoded =
      format === "png"
        ? sheet.png()
        : format === "jpeg"
          ? sheet.jpeg({ quality: 92 })
          : sheet.webp({ quality: 92 });
    const bytes = await encoded.toBuffer();
    await makeFolder(resolve(args.out, ".."));
    await writeFileAtomic(args.out, bytes);
    const of = rows.length === 1 ? "1 picture" : `${rows.length} pictures`;
    process.stdout.write(`${args.out}: ${of}, ${variants} variants each under ${args.pipeline}\n`);
    if (rows.length < chosen.length) process.exitCode = exitCodes.failure;
  },
});

interface RowsOptions {
  list: PictureList;
  chosen: readonly number[];
  variants: number;
  seed: number;
  augmenter: Augmenter;
  annotations: Annotations | undefined;
  signal: AbortSignal;
}

/** Original and variants of each chosen picture; with the keys that `apply` uses, so that they look alike. */
async function makeRows(options: RowsOptions): Promise<Tile[][]> {
  const { list, chosen, signal } = options;
  const progress = createProgress({ label: "previewing", total: chosen.length, unit: "pictures" });
  const rows: Tile[][] = [];
  try {
    for (const [done, index] of chosen.entries()) {
      throwIfInterrupted(signal);
      progress.update(done);
      try {
        rows.push(await makeRow(options, index));
      } catch (error) {
        if (list.single || !(error instanceof AumentoError) || error.code !== "invalid_input") throw error;
        progress.finish();
        warn(`left out: ${messageOf(error)}`);
      }
    }
  } finally {
    progress.finish();
  }
  return rows;
}

async function makeRow(
  { list, variants, seed, augmenter, annotations }: RowsOptions,
  index: number,
): Promise<Tile[]> {
  const file = list.files[index];
  const path = join(list.root, file);
  const { image, alpha } = await readPicture(path);
  const annotation = annotations?.byFile.get(file);
  const mask =
    annotations && annotation?.mask !== undefined
      ? await readMask(maskPath(annotations, annotation.mask))
      : undefined;
  const row: Tile[] = [{ image, alpha, mask, annotation, caption: file }];
  for (let variant = 0; variant < variants; variant++) {
    const out = augmentPicture(
      augmenter,
      path,
      { image, alpha, mask, annotation },
      { seed, epoch: variant, index },
    );
    row.push({ ...out, caption: `variant ${variant + 1}` });
  }
  return row;
}

/** Up to `most` of the numbers 0 to n - 1, spread evenly. */
function spread(n: number, most: number): number[] {
  const count = Math.min(n, most);
  return Array.from({ length: count }, (_, place) => Math.floor((place * n) / count));
}

/** One picture's tiles in rows that make a sheet about as wide as high. */
function wrapped(tiles: readonly Tile[]): Tile[][] {
  const columns = Math.ceil(Math.sqrt(tiles.length));
  const rows: Tile[][] = [];
  for (let first = 0; first < tiles.length; first += columns) rows.push(tiles.slice(first, first + columns));
  return rows;
}
