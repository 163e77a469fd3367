import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Image } from "@aumento/core";
import type { Annotation } from "../annotations.ts";
import {
  type Annotated,
  type Augmented,
  type Augmenter,
  augmentPicture,
  createAugmenter,
} from "../augmenter.ts";
import { AumentoError, isAboutPicture, messageOf } from "../errors.ts";
import { explainWriteError } from "../files.ts";
import { readMask } from "../masks.ts";
import { encodeResult, readPicture } from "../pictures.ts";
import { sha256Of } from "../sha256.ts";
import { isWritten, type Line, type MaskLine, type WrittenLine } from "./lines.ts";
import { fromOut, originalPipeline, type Settings, wholePipeline } from "./settings.ts";
import type { PictureTask, Target } from "./tasks.ts";

/** How every thread makes files. Plain data. */
export interface Recipe {
  /** SRC and OUT, absolute. */
  source: string;
  out: string;
  /** Folder that files are written in before they are renamed to their places; each thread has names of its own. */
  staging: string;
  settings: Settings;
}

/** A file's content; where it cannot be read the picture is left out, as one that cannot be decoded. */
function readSource(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AumentoError("invalid_input", `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** A source in memory, with what is needed to make any of its files. */
interface Opened {
  picture: Buffer;
  sha256: string;
  mask?: { bytes: Buffer; sha256: string };
  /** Decoded, with the annotation. */
  read: Annotated & { grey: boolean };
}

interface Made {
  bytes: Uint8Array;
  mask?: Uint8Array;
  line: Omit<WrittenLine, "sha256" | "bytes" | "mask">;
}

/** What became of a picture. */
interface Written {
  lines: Line[];
  /** What is wrong with it though its files are there. */
  warning?: string;
}

/** Makes and writes all files of one picture at a time. One per thread. */
export class PictureWriter {
  readonly #recipe: Recipe;
  readonly #variants: Augmenter;
  readonly #originals: Augmenter;
  readonly #name: string;
  readonly #folders = new Set<string>();
  #written = 0;
  readonly #free: Uint8Array[] = [];

  /** `name` tells this writer's unfinished files from those of others. */
  constructor(recipe: Recipe, name: string) {
    const { settings } = recipe;
    this.#recipe = recipe;
    this.#name = name;
    this.#variants = createAugmenter({ dict: wholePipeline(settings) }, settings.formats);
    this.#originals = createAugmenter({ dict: originalPipeline(settings) }, settings.formats);
  }

  /**
   * Makes all files of a picture and returns their manifest lines. A picture that cannot be used has none of its files
   * left behind and one line that says why; a file that cannot be written is an error.
   */
  async write(task: PictureTask): Promise<Written> {
    try {
      const opened = await this.#open(task);
      const lines: WrittenLine[] = [];
      for (const target of task.targets) {
        const made = await this.#make(task, target, opened);
        lines.push(this.#finish(task, target, opened, made));
      }
      return { lines, warning: this.#complaint(task, opened) };
    } catch (error) {
      if (!isAboutPicture(error)) throw error;
      for (const { file, mask } of task.targets) {
        for (const path of mask === undefined ? [file] : [file, mask])
          rmSync(join(this.#recipe.out, path), { force: true });
      }
      // Named as the manifest names it, wherever the folder lies.
      const message = error.message.replaceAll(join(this.#recipe.source, task.picture), task.picture);
      return { lines: [{ source: task.picture, leftOut: message }] };
    }
  }

  /** How many bytes a picture's files and lines will have, and how many files with masks; nothing is written. */
  async measure(task: PictureTask): Promise<{ bytes: number; files: number }> {
    const opened = await this.#open(task);
    let bytes = 0;
    let files = 0;
    for (const target of task.targets) {
      const made = await this.#make(task, target, opened);
      for (const content of made.mask ? [made.bytes, made.mask] : [made.bytes]) {
        bytes += content.length;
        files++;
      }
      bytes += JSON.stringify(made.line).length;
    }
    return { bytes, files };
  }

  /** Whether the files that lines of an earlier run tell of are there and whole, and their sources as they were. */
  check(task: PictureTask, lines: readonly Line[]): "holds" | "source changed" | "to make" {
    let picture: string;
    let mask: string | undefined;
    try {
      picture = sha256Of(readFileSync(join(this.#recipe.source, task.picture)));
      mask = task.mask === undefined ? undefined : sha256Of(readFileSync(task.mask));
    } catch {
      return "to make"; // which will say what is wrong
    }
    const written = lines.filter(isWritten);
    if (written.some((line) => line.sourceSha256 !== picture || line.mask?.sourceSha256 !== mask))
      return "source changed";
    const holds = task.targets.every((target, place) => {
      const line = written[place];
      if (line?.file !== target.file || line.mask?.file !== target.mask) return false;
      return this.#isThere(line) && (!line.mask || this.#isThere(line.mask));
    });
    return holds && written.length === task.targets.length ? "holds" : "to make";
  }

  /** Makes one file again as its line says, and gives its bytes and its mask's. */
  async remake(task: PictureTask, target: Target, line: WrittenLine): Promise<Made> {
    const opened = await this.#open(task);
    if (opened.sha256 !== line.sourceSha256 || opened.mask?.sha256 !== line.mask?.sourceSha256) {
      const which = opened.sha256 !== line.sourceSha256 ? join(this.#recipe.source, task.picture) : task.mask;
      const [was, is] =
        opened.sha256 !== line.sourceSha256
          ? [line.sourceSha256, opened.sha256]
          : [line.mask?.sourceSha256, opened.mask?.sha256];
      throw new AumentoError(
        "invalid_input",
        `${which} has changed since ${line.file} was made from it (SHA-256 was ${was}, is ${is})`,
      );
    }
    return this.#make(task, target, opened, line.plan);
  }

  /** What is wrong with the annotation of a picture that is only copied: no pipeline looks at it. */
  #complaint(task: PictureTask, { read }: Opened): string | undefined {
    if (!task.validates || !read.annotation) return undefined;
    try {
      this.#originals(read, { seed: this.#recipe.settings.seed, epoch: 0, index: task.index });
      return undefined;
    } catch (error) {
      return `${task.picture} is copied for validation as it is, but its annotation is wrong: ${messageOf(error)}`;
    }
  }

  #isThere({ file, sha256, bytes }: Pick<MaskLine, "file" | "sha256" | "bytes">): boolean {
    try {
      const content = readFileSync(join(this.#recipe.out, file));
      return content.length === bytes && sha256Of(content) === sha256;
    } catch {
      return false;
    }
  }

  async #open(task: PictureTask): Promise<Opened> {
    const path = join(this.#recipe.source, task.picture);
    const picture = readSource(path);
    const { image, alpha, grey } = await readPicture(path, picture);
    const { annotation } = task;
    const read: Opened["read"] = { image, alpha, grey, annotation };
    if (task.mask === undefined) return { picture, sha256: sha256Of(picture), read };
    const bytes = readSource(task.mask);
    read.mask = await readMask(task.mask, bytes);
    const { width, height } = read.mask;
    if (width !== image.width || height !== image.height) {
      throw new AumentoError(
        "invalid_input",
        `${task.mask} is ${width} x ${height}, its picture ${path} ${image.width} x ${image.height}`,
      );
    }
    return { picture, sha256: sha256Of(picture), mask: { bytes, sha256: sha256Of(bytes) }, read };
  }

  async #make(task: PictureTask, target: Target, opened: Opened, plan?: object): Promise<Made> {
    const { settings } = this.#recipe;
    const { file, variant } = target;
    const base = { file, source: task.picture, sourceSha256: opened.sha256, variant };
    if (target.copied) {
      const annotation = opened.read.annotation && this.#note(task, target, opened.read.annotation);
      return { bytes: opened.picture, mask: opened.mask?.bytes, line: { ...base, copied: true, annotation } };
    }
    const path = join(this.#recipe.source, task.picture);
    const key = { seed: settings.seed, epoch: variant, index: task.index };
    const augmenter = variant === 0 ? this.#originals : this.#variants;
    const lent = this.#borrow(opened.read.image);
    try {
      const out: Augmented = plan
        ? augmenter.replay(opened.read, plan)
        : augmentPicture(augmenter, path, opened.read, key, lent);
      const annotation = out.annotation && this.#note(task, target, out.annotation);
      const { image, alpha } = out;
      const { grey } = opened.read;
      const encoding = { format: task.format, quality: settings.quality, alpha, grey, quick: true };
      const bytes = await encodeResult(path, image, encoding);
      const mask = out.mask && (await encodeResult(path, out.mask, { format: "png", quality: 100 }));
      return { bytes, mask, line: { ...base, annotation, key, plan: out.plan } };
    } finally {
      this.#free.push(lent);
    }
  }

  /**
   * Memory for the pixels of a result until it is encoded, used again and again: fresh memory costs more than it seems,
   * by the collections it brings about.
   */
  #borrow({ width, height }: Image): Uint8Array {
    const [outHeight, outWidth] = this.#recipe.settings.size ?? [height, width];
    const length = outHeight * outWidth * 3;
    const last = this.#free.pop();
    return last?.length === length ? last : new Uint8Array(length);
  }

  /** An annotation for a file: its path within the folder of pictures, its mask's within OUT. */
  #note({ images }: PictureTask, { file, mask }: Target, annotation: Annotation): Annotation {
    return { ...annotation, file: file.slice(images.length), ...(mask === undefined ? {} : { mask }) };
  }

  #finish(task: PictureTask, target: Target, opened: Opened, made: Made): WrittenLine {
    const { annotation, copied, key, plan, ...base } = made.line;
    this.#put(target.file, made.bytes);
    const line: WrittenLine = { ...base, sha256: sha256Of(made.bytes), bytes: made.bytes.length };
    if (made.mask && target.mask !== undefined && task.mask !== undefined && opened.mask) {
      this.#put(target.mask, made.mask);
      line.mask = {
        file: target.mask,
        source: fromOut(this.#recipe.out, task.mask),
        sourceSha256: opened.mask.sha256,
        sha256: sha256Of(made.mask),
        bytes: made.mask.length,
      };
    }
    return { ...line, annotation, copied, key, plan };
  }

  /** Writes beside and renames: what has the file's name is whole. */
  #put(file: string, bytes: Uint8Array): void {
    const path = join(this.#recipe.out, file);
    const part = join(this.#recipe.staging, `${this.#name}-${this.#written++}.part`);
    try {
      const folder = dirname(path);
      if (!this.#folders.has(folder)) {
        mkdirSync(folder, { recursive: true });
        this.#folders.add(folder);
      }
      writeFileSync(part, bytes);
      renameSync(part, path);
    } catch (error) {
      rmSync(part, { force: true });
      throw explainWriteError(join(dirname(path), basename(path)), error);
    }
  }
}
