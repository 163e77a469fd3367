import { rm } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import type { Image } from "@aumento/core";
import { AumentoError, OptionError, UsageError } from "../errors.ts";
import { kindOf, makeFolder, prepareOutputFolder, writeFileAtomic } from "../files.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { type Chosen, chooseGenerator } from "./choose-generator.ts";
import { type DrawOptions, drawBatches, imagesOf } from "./synthesize.ts";
import { asSharp, tilePictures } from "./tiles.ts";

export interface SampleGanOptions {
  /** A generator's .onnx file, a folder that `trainGan` wrote, or a folder of such, one a class. */
  model: string;
  /** `pictures`: one file each; `grid`: all on one; `strip`: on the way from one latent vector to another. */
  form: "pictures" | "grid" | "strip";
  /** The folder of the pictures, or the PNG file. */
  out: string;
  /** Default 64; 8 on a strip. */
  count?: number;
  /** Of a generator that knows several; without it they take turns, and a strip has a row for each. */
  className?: string;
  /** The same seed draws the same pictures. Default 0. */
  seed?: number;
  /** Seeds of a strip's ends. Default `seed` and the next. */
  between?: readonly [number, number];
  /** Latent numbers further from 0 than this are drawn again: less variety, often better pictures. */
  truncation?: number;
  /** Replace what is there. */
  overwrite?: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** Draws samples and writes them. Gives back what was written, and how many samples are on it. */
export async function sampleGan(options: SampleGanOptions): Promise<{ out: string; count: number }> {
  const { form, out, seed, between, count = form === "strip" ? 8 : 64 } = options;
  if (between !== undefined && seed !== undefined) {
    throw new OptionError(
      (called) => `${called("between")} names the seeds of both ends: leave ${called("seed")} out`,
    );
  }
  await assertWritable(options);
  const chosen = await chooseGenerator(options.model, options.className);
  try {
    if (form === "pictures") return { out, count: await writePictures(chosen, count, options) };
    const { images, columns } =
      form === "strip" ? await drawStrip(chosen, count, options) : await drawGrid(chosen, count, options);
    throwIfInterrupted(options.signal);
    await makeFolder(resolve(out, ".."));
    await writeFileAtomic(out, await asSharp(tilePictures(images, columns)).png().toBuffer());
    return { out, count: images.length };
  } finally {
    await chosen.generator.close();
  }
}

const drawing = ({ className }: Chosen, { seed = 0, truncation, signal }: SampleGanOptions): DrawOptions => ({
  seed,
  className,
  truncation,
  signal,
});

interface Sheet {
  images: Image[];
  columns: number;
}

async function drawGrid(chosen: Chosen, count: number, options: SampleGanOptions): Promise<Sheet> {
  const images: Image[] = [];
  for await (const drawn of drawBatches(chosen.generator, drawing(chosen, options))) {
    images.push(...drawn.images.slice(0, count - images.length));
    options.onProgress?.(images.length, count);
    if (images.length === count) break;
  }
  return { images, columns: Math.ceil(Math.sqrt(count)) };
}

/** The way between two latent vectors; of several classes each has a row with the same ones. */
async function drawStrip(
  { generator, className }: Chosen,
  count: number,
  { seed = 0, between = [seed, seed + 1], truncation, signal }: SampleGanOptions,
): Promise<Sheet> {
  const [from, to] = between.map((one) => generator.latent(one, 0, truncation));
  const { classes } = generator.facts;
  const rows = className === undefined && classes > 0 ? [...Array(classes).keys()] : [className];
  const images: Image[] = [];
  for (const row of rows) {
    throwIfInterrupted(signal);
    images.push(...imagesOf(await generator.interpolate(from, to, count, { class: row })));
  }
  return { images, columns: count };
}

/**
 * Writes pictures into a folder as they are drawn, each under the name that it has whatever `count` is; where that
 * fails, or is interrupted, those that were written are removed again. Gives back how many there are.
 */
async function writePictures(chosen: Chosen, count: number, options: SampleGanOptions): Promise<number> {
  const { out, overwrite = false, seed = 0, signal, onProgress } = options;
  const { generator } = chosen;
  throwIfInterrupted(signal);
  await prepareOutputFolder(out, overwrite, "--overwrite");
  const written: string[] = [];
  try {
    for await (const { images, classes } of drawBatches(generator, drawing(chosen, options))) {
      for (const [place, image] of images.slice(0, count - written.length).entries()) {
        throwIfInterrupted(signal);
        const className = classes && generator.facts.classNames?.[classes[place]];
        const number = String(written.length).padStart(6, "0");
        const path = join(out, `${className ?? "sample"}-${seed}-${number}.png`);
        await writeFileAtomic(path, await asSharp(image).png().toBuffer());
        written.push(path);
        onProgress?.(written.length, count);
      }
      if (written.length === count) break;
    }
  } catch (error) {
    for (const path of written) await rm(path, { force: true });
    throw error;
  }
  return count;
}

/** Refuses an output that is in the way before any work is done. */
async function assertWritable({ form, out, overwrite = false }: SampleGanOptions): Promise<void> {
  const kind = await kindOf(out);
  if (form === "pictures") {
    if (kind === undefined) return;
    return prepareOutputFolder(out, overwrite, "--overwrite");
  }
  if (extname(out).toLowerCase() !== ".png") {
    throw new UsageError(`--out must end in .png for a ${form}, got "${out}"`);
  }
  if (kind === "folder") throw new AumentoError("exists", `${out} is a folder, expected a file to write`);
  if (kind === "file" && !overwrite) {
    throw new AumentoError(
      "exists",
      `${out} exists already; give another --out, or --overwrite to replace it`,
    );
  }
}
