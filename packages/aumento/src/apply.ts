import { basename, dirname, extname, join, resolve } from "node:path";
import {
  type Annotation,
  type Annotations,
  checkAllFound,
  maskPath,
  readAnnotations,
  withoutMasks,
  writeAnnotations,
} from "./annotations.ts";
import { type AnnotationFormats, type Augmenter, augmentPicture, createAugmenter } from "./augmenter.ts";
import { AumentoError, InterruptedError, isAboutPicture } from "./errors.ts";
import { kindOf, makeFolder, writeFileAtomic } from "./files.ts";
import { readMask } from "./masks.ts";
import {
  encodeResult,
  extensionOf,
  formatOf,
  isPictureName,
  listPictures,
  type PictureFormat,
  type PictureList,
  readPicture,
} from "./pictures.ts";
import type { ResolvedPipeline } from "./pipelines.ts";

export interface ApplyOptions {
  /** A picture or a folder of pictures. */
  source: string;
  /** A folder; for a single picture also the result's file name. */
  out: string;
  pipeline: ResolvedPipeline;
  /** A file of annotations, as annotations.ts describes. */
  annotations?: string;
  formats: AnnotationFormats;
  seed: number;
  /** Results a picture. */
  variants: number;
  /** Default: each picture's own. */
  format?: PictureFormat;
  quality: number;
  overwrite: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  /** Called for each picture that is left out, with a message that names it. */
  onLeftOut?: (message: string) => void;
  /** Called with what should be known and ends nothing. */
  onNotice?: (message: string) => void;
}

export interface ApplyResult {
  /** Pictures found. */
  pictures: number;
  /** Picture files written. */
  written: number;
  /** Pictures left out because they could not be decoded or did not suit the pipeline. */
  leftOut: number;
  /** Pictures of more than 8 bits a channel, which were reduced to 8. */
  reduced: number;
  /** Where the results' annotations are, if there are any. */
  annotations?: string;
}

/** One result: where it goes, and where its mask goes if it has one. */
interface Target {
  picture: string;
  mask: string;
  format: PictureFormat;
}

interface Job {
  file: string;
  /** Place in the sorted list: the index of the random key, whatever else happens. */
  index: number;
  annotation?: Annotation;
  targets: Target[];
}

/** Pictures in work at a time: while one is transformed others are decoded and encoded in sharp's threads. */
const inFlight = 4;

/**
 * Applies a pipeline to pictures and writes the results, structure kept. Result k of picture i depends on the
 * seed, i and k alone. A picture that cannot be used is reported and left out; a file that cannot be written
 * ends the run. Nothing that exists is overwritten unless asked for, the sources never.
 */
export async function applyPipeline(options: ApplyOptions): Promise<ApplyResult> {
  const { source, out, signal } = options;
  const annotations =
    options.annotations === undefined ? undefined : await readAnnotations(options.annotations);
  const list = withoutMasks(await listPictures(source, out), annotations);
  for (const warning of list.warnings) options.onNotice?.(warning);
  if (annotations) checkAllFound(annotations, list.files);
  const toFile = list.single && formatOf(out) !== undefined && (await kindOf(out)) !== "folder";
  if (list.single && !toFile && isPictureName(out) && (await kindOf(out)) !== "folder") {
    throw new AumentoError("usage", `${out}: ${extname(out)} is read but not written; write a .png, say`);
  }
  const folder = toFile ? dirname(out) : out;
  const jobs = list.files.map((file, index) => makeJob(options, file, index, toFile, annotations));
  const annotationsOut = annotations && join(folder, basename(annotations.path));
  await checkTargets(options, list, jobs, folder, annotations, annotationsOut);
  const augmenter = createAugmenter(options.pipeline, options.formats);
  const made = new Map<number, Annotation[]>();
  const result: ApplyResult = { pictures: jobs.length, written: 0, leftOut: 0, reduced: 0 };
  let done = 0;
  const runJob = async (job: Job) => {
    try {
      const { annotated, reduced } = await runPicture(options, list, job, folder, augmenter, annotations);
      result.written += job.targets.length;
      if (reduced) result.reduced++;
      made.set(job.index, annotated);
    } catch (error) {
      if (!isAboutPicture(error)) throw error;
      result.leftOut++;
      options.onLeftOut?.(error.message);
    }
    options.onProgress?.(++done, jobs.length);
  };
  const closeAnnotations = async () => {
    if (!annotations || !annotationsOut) return;
    const inOrder = jobs.flatMap(({ index }) => made.get(index) ?? []);
    await writeAnnotations(annotationsOut, annotations.form, inOrder);
    result.annotations = annotationsOut;
  };
  await makeFolder(folder);
  for (let first = 0; first < jobs.length; first += inFlight) {
    if (signal?.aborted) {
      await closeAnnotations();
      throw new InterruptedError(
        `interrupted after ${done} of ${jobs.length} pictures; the results in ${folder} are whole`,
      );
    }
    const results = await Promise.allSettled(jobs.slice(first, first + inFlight).map(runJob));
    const failed = results.find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
  }
  await closeAnnotations();
  return result;
}

function makeJob(
  options: ApplyOptions,
  file: string,
  index: number,
  toFile: boolean,
  annotations: Annotations | undefined,
): Job {
  const asked = options.format ?? (toFile ? formatOf(options.out) : formatOf(file)) ?? "png";
  const named = toFile ? basename(options.out) : file;
  const stem = named.slice(0, named.length - extname(named).length);
  const extension = formatOf(named) === asked ? extname(named) : extensionOf(asked);
  const targets = Array.from({ length: options.variants }, (_, variant): Target => {
    const suffix = options.variants > 1 ? `-${variant + 1}` : "";
    return { picture: `${stem}${suffix}${extension}`, mask: `masks/${stem}${suffix}.png`, format: asked };
  });
  return { file, index, annotation: annotations?.byFile.get(file), targets };
}

/** Refuses, before any work, results that would fall on each other, on the sources or on existing files. */
async function checkTargets(
  options: ApplyOptions,
  list: PictureList,
  jobs: readonly Job[],
  folder: string,
  annotations: Annotations | undefined,
  annotationsOut: string | undefined,
): Promise<void> {
  const sources = new Set(list.files.map((file) => resolve(list.root, file)));
  if (annotations) sources.add(resolve(annotations.path));
  const targets = new Map<string, string>();
  const add = (path: string, from: string) => {
    const full = resolve(path);
    if (sources.has(full)) {
      throw new AumentoError("exists", `${path} is a source; results must go to another folder`);
    }
    const other = targets.get(full);
    if (other !== undefined) {
      throw new AumentoError(
        "exists",
        `${other} and ${from} would both be written to ${path}; rename one, or keep their formats`,
      );
    }
    targets.set(full, from);
  };
  for (const job of jobs) {
    for (const target of job.targets) {
      add(join(folder, target.picture), job.file);
      if (job.annotation?.mask !== undefined) add(join(folder, target.mask), `the mask of ${job.file}`);
    }
  }
  if (annotationsOut) add(annotationsOut, "the annotations");
  if (options.overwrite) return;
  const existing: string[] = [];
  for (const path of targets.keys()) if ((await kindOf(path)) !== undefined) existing.push(path);
  if (existing.length === 0) return;
  const more = existing.length > 1 ? ` and ${existing.length - 1} more` : "";
  throw new AumentoError("exists", `${existing[0]}${more} exists already; --overwrite replaces it`);
}

async function runPicture(
  options: ApplyOptions,
  list: PictureList,
  job: Job,
  folder: string,
  augmenter: Augmenter,
  annotations: Annotations | undefined,
): Promise<{ annotated: Annotation[]; reduced: boolean }> {
  const path = join(list.root, job.file);
  const read = await readPicture(path);
  const { annotation } = job;
  const mask =
    annotation?.mask !== undefined && annotations
      ? await readMask(maskPath(annotations, annotation.mask))
      : undefined;
  const annotated: Annotation[] = [];
  const files: [path: string, bytes: Uint8Array][] = [];
  for (const [variant, target] of job.targets.entries()) {
    const key = { seed: options.seed, epoch: variant, index: job.index };
    const out = augmentPicture(augmenter, path, { ...read, mask, annotation }, key);
    const { format } = target;
    const encoded = { format, quality: options.quality, alpha: out.alpha, grey: read.grey };
    files.push([join(folder, target.picture), await encodeResult(path, out.image, encoded)]);
    if (out.mask) {
      const bytes = await encodeResult(path, out.mask, { format: "png", quality: 100 });
      files.push([join(folder, target.mask), bytes]);
    }
    if (out.annotation) {
      annotated.push({ ...out.annotation, file: target.picture, ...(out.mask ? { mask: target.mask } : {}) });
    }
  }
  // Written only when all results of the picture are made: it is there whole or left out.
  for (const [target, bytes] of files) {
    await makeFolder(dirname(target));
    await writeFileAtomic(target, bytes);
  }
  return { annotated, reduced: read.deep };
}
