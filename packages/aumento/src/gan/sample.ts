import { rm } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import type { Image } from "@aumento/core";
import type * as nn from "@aumento/nn";
import { AumentoError, UsageError } from "../errors.ts";
import { kindOf, makeFolder, prepareOutputFolder, writeFileAtomic } from "../files.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { didYouMean } from "../nearest.ts";
import { findGenerators, openGenerator } from "./generators.ts";
import { imagesOf } from "./synthesize.ts";
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
  /** Of a generator that knows several; without it they take turns. */
  className?: string;
  /** The same seed draws the same pictures. Default 0. */
  seed?: number;
  /** Seeds of a strip's ends. */
  between?: readonly [number, number];
  /** Latent numbers further from 0 than this are drawn again: less variety, often better pictures. */
  truncation?: number;
  /** Replace what is there. */
  overwrite?: boolean;
  signal?: AbortSignal;
}

/** The one generator that is meant, loaded, and the class to ask it for. */
async function chooseGenerator({ model, className }: SampleGanOptions): Promise<{
  generator: nn.Generator;
  className: string | undefined;
}> {
  const { files, single } = await findGenerators(model);
  if (single) return { generator: await openGenerator(files.get("")!), className };
  const names = [...files.keys()];
  if (className === undefined) {
    throw new UsageError(`${model} holds generators of ${names.join(", ")}: say which with --class`);
  }
  const file = files.get(className);
  if (file === undefined) {
    throw new UsageError(
      `${model} holds no generator of "${className}"${didYouMean(className, names) || `; there are: ${names.join(", ")}`}`,
    );
  }
  // A generator of one class is not asked for it by name.
  return { generator: await openGenerator(file), className: undefined };
}

/** Checks the class against those the generator learned. */
function assertClass({ facts }: nn.Generator, className: string | undefined, model: string): void {
  if (className === undefined) return;
  const { classes, classNames = [] } = facts;
  if (classes === 0) {
    throw new UsageError(
      `--class ${className}: ${model} was trained without classes (gan train --conditional learns them)`,
    );
  }
  if (!classNames.includes(className)) {
    throw new UsageError(
      `--class ${className}: ${model} was trained on ${classNames.join(", ")}${didYouMean(className, classNames)}`,
    );
  }
}

/** Draws samples and writes them. Gives back what was written, and how many samples are on it. */
export async function sampleGan(options: SampleGanOptions): Promise<{ out: string; count: number }> {
  const { form, out, seed = 0, signal, truncation } = options;
  const count = options.count ?? (form === "strip" ? 8 : 64);
  await assertWritable(options);
  const { generator, className } = await chooseGenerator(options);
  try {
    assertClass(generator, className, options.model);
    const draw = async (): Promise<{ images: Image[]; classes?: number[] }> => {
      if (form === "strip") {
        const [from, to] = (options.between ?? [seed, seed + 1]).map((one) =>
          generator.latent(one, 0, truncation),
        );
        return { images: imagesOf(await generator.interpolate(from, to, count, { class: className })) };
      }
      const { pictures, classes } = await generator.sample({ seed, count, class: className, truncation });
      return { images: imagesOf(pictures), classes };
    };
    const { images, classes } = await draw();
    throwIfInterrupted(signal);
    if (form === "pictures") {
      const digits = String(images.length - 1).length;
      const labels = classes?.map((each) => generator.facts.classNames?.[each]);
      const names = images.map(
        (_, place) => `${labels?.[place] ?? "sample"}-${seed}-${String(place).padStart(digits, "0")}.png`,
      );
      await writePictures(images, names, options);
    } else {
      const columns = form === "strip" ? images.length : Math.ceil(Math.sqrt(images.length));
      const sheet = asSharp(tilePictures(images, columns));
      await makeFolder(resolve(out, ".."));
      await writeFileAtomic(out, await sheet.png().toBuffer());
    }
    return { out, count: images.length };
  } finally {
    await generator.close();
  }
}

/** Writes pictures into a folder; where that fails, or is interrupted, those that were written are removed again. */
async function writePictures(
  images: readonly Image[],
  names: readonly string[],
  { out, overwrite = false, signal }: SampleGanOptions,
): Promise<void> {
  await prepareOutputFolder(out, overwrite, "--overwrite");
  const written: string[] = [];
  try {
    for (const [place, image] of images.entries()) {
      throwIfInterrupted(signal);
      const path = join(out, names[place]);
      await writeFileAtomic(path, await asSharp(image).png().toBuffer());
      written.push(path);
    }
  } catch (error) {
    for (const path of written) await rm(path, { force: true });
    throw error;
  }
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
