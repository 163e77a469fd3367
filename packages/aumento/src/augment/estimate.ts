import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AumentoError } from "../errors.ts";
import { fileSize } from "../format.ts";
import type { Crew } from "./crew.ts";
import type { PictureTask } from "./tasks.ts";

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

/** Rounds through the sample; code that runs for the first time is slow, so the last counts. */
const rounds = 3;

/** Pictures spread over all of them. */
function sampleOf(tasks: readonly PictureTask[]): PictureTask[] {
  const step = Math.max(1, tasks.length / sampleSize);
  const places = new Set<number>();
  for (let place = step / 2; place < tasks.length; place += step) places.add(Math.floor(place));
  return [...places].map((place) => tasks[place]);
}

/** At most three files of a picture are tried: its variants are alike. */
const few = (task: PictureTask): PictureTask => ({ ...task, targets: task.targets.slice(0, 3) });

/** The average picture file: size on disk with its mask and its lines, and time that the whole crew takes. */
export interface Measured {
  bytes: number;
  seconds: number;
}

/**
 * Makes the files of some pictures without writing them. Pictures that cannot be used are passed over (the run will
 * say so); an error that would end the run is thrown.
 */
export async function measure(
  tasks: readonly PictureTask[],
  crew: Crew,
  blockSize: number,
): Promise<Measured | undefined> {
  const sample = sampleOf(tasks).map(few);
  const files = tasks.reduce((sum, { targets }) => sum + targets.length, 0);
  const ask = async (task: PictureTask) => {
    const [{ measured, error }] = await crew.ask([{ task, measure: true }]);
    if (error && !["invalid_input", "invalid_annotations"].includes(error.code))
      throw new AumentoError(error.code, error.message);
    // A file takes whole blocks: half a block more than it has bytes, on average.
    return (
      measured && {
        bytes: measured.bytes + (measured.files * blockSize) / 2,
        pictures: task.targets.length,
      }
    );
  };
  let results: { bytes: number; pictures: number }[] = [];
  let seconds = 0;
  const perRound = sample.reduce((sum, { targets }) => sum + targets.length, 0);
  // Little work is not tried out at length.
  for (let round = 0; round < rounds && round * perRound * 4 <= files; round++) {
    const start = performance.now();
    results = (await Promise.all(sample.map(ask))).filter((result) => result !== undefined);
    seconds = (performance.now() - start) / 1000;
  }
  const pictures = results.reduce((sum, result) => sum + result.pictures, 0);
  if (pictures === 0) return undefined;
  return {
    bytes: results.reduce((sum, { bytes }) => sum + bytes, 0) / pictures,
    seconds: seconds / pictures,
  };
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
