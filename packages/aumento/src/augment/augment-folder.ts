import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { type Annotation, annotationText } from "../annotations.ts";
import { countClasses } from "../count-classes.ts";
import { AumentoError, InterruptedError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { Crew, type Made } from "./crew.ts";
import { type AugmentEstimate, measure, refuseTooLarge, spaceAt } from "./estimate.ts";
import type { Journal, LineFile } from "./journal.ts";
import { manifestName, OutFolder } from "./out-folder.ts";
import { type AugmentFolderOptions, checkBoolean, integer, resolveHeader } from "./settings.ts";
import { findSources, type Sources } from "./sources.ts";
import { type PicturePlan, planPictures } from "./tasks.ts";

export interface AugmentFolderRun extends AugmentFolderOptions {
  /** Only estimate; nothing is written. */
  dryRun?: boolean;
  /** The run stops after the pictures in work; the same call goes on later. */
  signal?: AbortSignal;
  /** Called once before anything is written. */
  onEstimate?: (estimate: AugmentEstimate) => void;
  /** Called for what is noticed but does no harm. */
  onNotice?: (message: string) => void;
  onProgress?: (done: number, total: number) => void;
  /** Called for each picture that nothing could be made from, with a message that names it. */
  onLeftOut?: (message: string) => void;
}

export interface AugmentFolderResult {
  estimate: AugmentEstimate;
  /** Picture files written by this call, and those of an earlier one that still held. */
  written: number;
  kept: number;
  /** Bytes of the files written, masks included. */
  bytes: number;
  /** Pictures left out because they could not be decoded or did not suit the pipeline. */
  leftOut: number;
  /** Paths of the manifest and, where there are any, the results' annotations; undefined after a dry run. */
  manifest?: string;
  annotations?: string;
}

/** All options there are; a slip in a name would otherwise pass unseen. */
const known: Record<keyof AugmentFolderRun, true> = {
  folder: true,
  out: true,
  pipeline: true,
  times: true,
  balance: true,
  includeOriginal: true,
  validationSplit: true,
  subset: true,
  seed: true,
  format: true,
  quality: true,
  size: true,
  masks: true,
  annotations: true,
  bboxFormat: true,
  keypointFormat: true,
  workers: true,
  dryRun: true,
  signal: true,
  onEstimate: true,
  onNotice: true,
  onProgress: true,
  onLeftOut: true,
};

function refuseUnknown(options: object): void {
  const names = Object.keys(known);
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const hint = didYouMean(name, names) || `; known: ${names.join(", ")}`;
    throw new AumentoError("invalid_input", `${name}: there is no such option${hint}`);
  }
}

/** Requests that each thread has: while one decodes in a thread of sharp's another can be transformed. */
const asksPerThread = 2;

/** Pictures in a request, and files where one picture has fewer, at most: few enough that a run which is stopped ends soon. */
const mostPerAsk = 8;
const mostFilesPerAsk = 1000;

/**
 * Writes variants of the pictures of a folder into another, classes kept, with a manifest of what was drawn for each.
 *
 * Names and bytes depend on the seed, the picture's path within the folder, its content and the variant's number alone:
 * not on the number of threads, the other pictures, or whether a run was stopped and went on. A folder that holds a run
 * with the same settings is gone on with: files that are there and hold are kept, also when the process was killed.
 * A picture that cannot be used is reported and left out; a file that cannot be written ends the run.
 */
export async function augmentFolder(options: AugmentFolderRun): Promise<AugmentFolderResult> {
  refuseUnknown(options);
  checkBoolean("dryRun", options.dryRun);
  const workers = integer(options.workers ?? availableParallelism(), "workers", 1, 1024);
  const header = await resolveHeader(options);
  const sources = await findSources(options);
  for (const warning of sources.warnings) options.onNotice?.(warning);
  const out = new OutFolder(options.out);
  if (!options.dryRun) out.refuseOthers();
  // The threads load their modules while the work is laid out.
  const crew = new Crew(Math.min(workers, sources.pictures.length), {
    source: resolve(options.folder),
    out: resolve(options.out),
    staging: resolve(out.staging),
    settings: header.settings,
  });
  try {
    const plans = planPictures(sources, header.settings, (message) => options.onNotice?.(message));
    const annotationsOut = sources.annotations && join(options.out, basename(sources.annotations.path));
    if (annotationsOut && basename(annotationsOut) === manifestName)
      throw new AumentoError(
        "invalid_annotations",
        `annotations: ${manifestName} is the manifest's own name`,
      );
    const earlier = await out.earlier(header);
    if (earlier) out.refuseOrphans(earlier, plans);
    const estimate = await estimateRun(options, sources, plans, earlier, crew);
    options.onEstimate?.(estimate);
    const result: AugmentFolderResult = { estimate, written: 0, kept: 0, bytes: 0, leftOut: 0 };
    if (options.dryRun) return result;
    const journal = await out.begin(header, plans, earlier);
    try {
      await makeAll(options, plans, journal, crew, result, workers);
      void crew.close(); // the threads end while the manifest is written
      if (sources.annotations && annotationsOut) {
        const text = annotationText(sources.annotations.form, annotationsIn(plans, journal));
        out.place(basename(annotationsOut), text);
        result.annotations = annotationsOut;
      }
      out.placeManifest(header, plans, journal);
    } finally {
      journal.close();
    }
    out.removeStaging();
    return { ...result, manifest: out.manifest };
  } finally {
    await crew.close();
    out.release();
  }
}

async function estimateRun(
  options: AugmentFolderRun,
  sources: Sources,
  plans: readonly PicturePlan[],
  earlier: LineFile | undefined,
  crew: Crew,
): Promise<AugmentEstimate> {
  const left = earlier ? plans.filter(({ picture, files }) => earlier.linesOf(picture) !== files) : plans;
  const filesOf = (some: readonly PicturePlan[]) => some.reduce((sum, { files }) => sum + files, 0);
  const { free, blockSize, freeFiles } = await spaceAt(options.out);
  const measured = left.length > 0 ? await measure(left, crew, blockSize, options.signal) : undefined;
  const remaining = filesOf(left);
  const found = countClasses(sources.labels, sources.classNames.length);
  const classOf = new Map(sources.pictures.map((picture, place) => [picture, sources.labels[place]]));
  const estimate: AugmentEstimate = {
    pictures: sources.pictures.length,
    validation: plans.filter(({ validates }) => validates).length,
    files: filesOf(plans),
    remaining,
    bytes: Math.round(remaining * (measured?.bytes ?? 0)),
    ...(measured && { seconds: remaining * measured.seconds }),
    free,
    classes: sources.classNames.map((name, label) => ({
      name,
      pictures: found[label],
      files: filesOf(plans.filter((plan) => classOf.get(plan.picture) === label && !plan.validates)),
    })),
  };
  refuseTooLarge(options.out, estimate, freeFiles);
  return estimate;
}

async function makeAll(
  options: AugmentFolderRun,
  plans: readonly PicturePlan[],
  journal: Journal,
  crew: Crew,
  result: AugmentFolderResult,
  workers: number,
): Promise<void> {
  const total = result.estimate.files;
  let next = 0;
  let done = 0;
  let failed = false;
  // Towards the end of a short run each lane still has something to take.
  const largest = plans.reduce((most, { files }) => Math.max(most, files), 1);
  const perAsk = Math.max(
    1,
    Math.min(
      mostPerAsk,
      Math.ceil(plans.length / (workers * asksPerThread * 4)),
      Math.floor(mostFilesPerAsk / largest),
    ),
  );
  const makeSome = async (some: readonly PicturePlan[]) => {
    const questions = some.map((plan) => ({ task: plan.task(), recorded: journal.textOf(plan.picture) }));
    for (const [place, { made, error }] of (await crew.ask(questions)).entries()) {
      if (error) throw new AumentoError(error.code, error.message);
      const { picture, files } = some[place];
      if (made) take(picture, made, journal, result, options);
      else result.kept += files;
      done += files;
      options.onProgress?.(done, total);
    }
  };
  const lane = async () => {
    while (next < plans.length && !failed && !options.signal?.aborted) {
      try {
        const first = next;
        next += perAsk;
        await makeSome(plans.slice(first, next));
      } catch (error) {
        failed = true; // the other lanes end with what they have in work
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: workers * asksPerThread }, lane));
  const failure = lanes.find((each) => each.status === "rejected");
  if (failure) {
    const { reason } = failure;
    const outIsThere = existsSync(options.out);
    if (!(reason instanceof AumentoError) || !outIsThere) throw reason;
    throw new AumentoError(
      reason.code,
      `${reason.message}; ${done} of ${total} files are done and whole: the same command goes on from there`,
      { cause: reason },
    );
  }
  if (options.signal?.aborted && done < total) {
    throw new InterruptedError(
      `interrupted after ${done} of ${total} files, which are whole; the same command goes on from there`,
    );
  }
}

/** Notes what was made of a picture. */
function take(
  picture: string,
  { text, files, bytes, leftOut, sourceChanged, warning }: Made,
  journal: Journal,
  result: AugmentFolderResult,
  options: AugmentFolderRun,
): void {
  const hadFiles = leftOut !== undefined && journal.textOf(picture)?.includes('"file":');
  journal.add(picture, text);
  result.written += files;
  result.bytes += bytes;
  if (warning !== undefined) options.onNotice?.(warning);
  if (hadFiles) options.onNotice?.(`${picture} can no longer be used; the files made from it were removed`);
  else if (sourceChanged)
    options.onNotice?.(`${picture} has changed since its files were written; they were made again`);
  if (leftOut === undefined) return;
  result.leftOut++;
  options.onLeftOut?.(leftOut);
}

/** The annotations of all files, in the order of the manifest. */
function annotationsIn(plans: readonly PicturePlan[], journal: Journal): Annotation[] {
  return plans.flatMap(({ picture }) =>
    (journal.textOf(picture)?.split("\n") ?? []).flatMap((text) => {
      const { annotation } = JSON.parse(text) as { annotation?: Annotation }; // we wrote it
      return annotation ? [annotation] : [];
    }),
  );
}
