import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AumentoError, InterruptedError } from "../errors.ts";
import { fileSize } from "../format.ts";
import type { Crew } from "./crew.ts";
import type { PicturePlan, PictureTask } from "./tasks.ts";

/** What a run will take, found out on a sample of the pictures. */
export interface AugmentEstimate {
  /** Pictures found in SRC, and those of them that are copied for validation. */
  pictures: number;
  validation: number;
  /** Picture files (masks not counted) that the folder will hold in the end, and those still to be written. */
  files: number;
  remaining: number;
  /** Size of what is still to be written. */
  bytes: number;
  /** How long that takes; undefined where no picture of the sample could be used. */
  seconds?: number;
  /** Free space where it goes. */
  free: number;
  /** Files and largest class by class, after the run. */
  classes: { name: string; pictures: number; files: number }[];
}

/** Pictures tried: enough for a figure, few enough not to be felt. */
const sampleSize = 16;

/** Files of a picture that are tried, at most: its variants are alike. */
const filesTried = 3;

/** Rounds through the sample; code that runs for the first time is slow, so the last counts. */
const rounds = 3;

/** Milliseconds after which no further picture is tried: large ones take long. */
const timeToTry = 2000;

/** Pictures spread over all of them. */
function sampleOf(plans: readonly PicturePlan[]): PictureTask[] {
  const step = Math.max(1, plans.length / sampleSize);
  const places = new Set<number>();
  for (let place = step / 2; place < plans.length; place += step) places.add(Math.floor(place));
  return [...places].map((place) => plans[place].task(filesTried));
}

/** The average picture file: size on disk with its mask and its lines, and time that the whole crew takes. */
export interface Measured {
  bytes: number;
  seconds: number;
}

/** What trying some pictures gave, in all. */
interface Tried extends Measured {
  files: number;
  /** The whole sample was tried. */
  complete: boolean;
}

/**
 * Makes the files of some pictures without writing them. Pictures that cannot be used are passed over (the run will
 * say so); an error that would end the run is thrown, and an InterruptedError where the signal asks for it.
 */
export async function measure(
  plans: readonly PicturePlan[],
  crew: Crew,
  blockSize: number,
  signal?: AbortSignal,
): Promise<Measured | undefined> {
  const sample = sampleOf(plans);
  const end = performance.now() + timeToTry;
  const isOver = () => performance.now() >= end || signal?.aborted === true;
  const round = async (atATime: number) => {
    const tried = await tryOut(sample, crew, blockSize, atATime, isOver);
    if (signal?.aborted) throw new InterruptedError("interrupted before anything was written");
    return tried;
  };
  // One picture for each thread: nothing is known yet of how long they take.
  let { files, bytes, seconds } = await round(crew.size);
  const planned = plans.reduce((sum, plan) => sum + plan.files, 0);
  const perRound = sample.reduce((sum, { targets }) => sum + targets.length, 0);
  // Little work is not tried out at length.
  for (let done = 1; done < rounds && done * perRound * 4 <= planned && !isOver(); done++) {
    const again = await round(crew.size * 2);
    if (again.complete) ({ files, bytes, seconds } = again);
  }
  return files === 0 ? undefined : { bytes: bytes / files, seconds: seconds / files };
}

/** Tries pictures of the sample, so many at a time, until it is over; one in each place at least. */
async function tryOut(
  sample: readonly PictureTask[],
  crew: Crew,
  blockSize: number,
  atATime: number,
  isOver: () => boolean,
): Promise<Tried> {
  const start = performance.now();
  let next = 0;
  let bytes = 0;
  let files = 0;
  const tryNext = async () => {
    const task = sample[next++];
    const [{ measured, error }] = await crew.ask([{ task, measure: true }]);
    if (error && !["invalid_input", "invalid_annotations"].includes(error.code))
      throw new AumentoError(error.code, error.message);
    if (!measured) return;
    // A file takes whole blocks: half a block more than it has bytes, on average.
    bytes += measured.bytes + (measured.files * blockSize) / 2;
    files += task.targets.length;
  };
  const place = async () => {
    try {
      do await tryNext();
      while (next < sample.length && !isOver());
    } catch (error) {
      next = sample.length; // the others end with what they have in work: a thread is not to be cut off in it
      throw error;
    }
  };
  const places = Array.from({ length: Math.min(atATime, sample.length) }, place);
  const failure = (await Promise.allSettled(places)).find((each) => each.status === "rejected");
  if (failure) throw failure.reason;
  return { bytes, files, seconds: (performance.now() - start) / 1000, complete: next >= sample.length };
}

/** Free bytes and files where a folder is or will be. */
export async function spaceAt(
  path: string,
): Promise<{ free: number; blockSize: number; freeFiles?: number }> {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize, files, ffree } = await statfs(folder);
  // Some file systems count no files.
  return { free: bavail * bsize, blockSize: bsize, ...(files > 0 ? { freeFiles: ffree } : {}) };
}

/** Refuses a run that the disk cannot hold. */
export function refuseTooLarge(
  out: string,
  estimate: Pick<AugmentEstimate, "bytes" | "remaining" | "free">,
  freeFiles: number | undefined,
): void {
  const { bytes, remaining, free } = estimate;
  if (bytes > free) {
    throw new AumentoError(
      "write_failed",
      `${out}: ${remaining} files of about ${fileSize(bytes)} in all do not fit: ${fileSize(free)} are free there`,
    );
  }
  if (freeFiles !== undefined && remaining > freeFiles) {
    throw new AumentoError(
      "write_failed",
      `${out}: ${remaining} files do not fit: its file system takes ${freeFiles} more`,
    );
  }
}
