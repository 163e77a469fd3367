import { AumentoError } from "./errors.ts";
import type { PictureFormat, PictureMaker, Pixels } from "./picture-maker.ts";

/** One picture to make. */
export interface WorkItem {
  /** Its place in the batch. */
  place: number;
  /** Its stable index. */
  index: number;
  file: string;
}

/** The pictures of one batch that one thread makes. Plain data and shared memory. */
export interface Work {
  epoch: number;
  format: PictureFormat;
  /** The memory of the whole batch. */
  slot: SharedArrayBuffer;
  /** Its first element turns 1 when the rest of the epoch is no longer wanted. */
  stop: Int32Array;
  items: WorkItem[];
}

/** A picture of a batch that could not be decoded. */
export interface Failure {
  place: number;
  reason: string;
}

/** Pictures being made at a time in a thread: sharp decodes in threads of its own, so one may wait while one draws. */
const LANES = 3;

export function valuesPerPicture(format: PictureFormat): number {
  return format.height * format.width * format.channels;
}

/** The batch's memory as numbers. */
export function viewSlot(slot: SharedArrayBuffer, format: PictureFormat): Pixels {
  return format.dtype === "uint8" ? new Uint8Array(slot) : new Float32Array(slot);
}

/** Makes the pictures in their places. Those that cannot be decoded are returned; any other failure is thrown. */
export async function doWork(maker: PictureMaker, work: Work): Promise<Failure[]> {
  const { epoch, format, items, stop } = work;
  const pixels = viewSlot(work.slot, format);
  const length = valuesPerPicture(format);
  const failures: Failure[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length && Atomics.load(stop, 0) === 0) {
      const { place, index, file } = items[next++];
      try {
        await maker.make(file, epoch, index, pixels.subarray(place * length, (place + 1) * length));
      } catch (error) {
        if (!(error instanceof AumentoError && error.code === "broken-picture")) throw error;
        failures.push({ place, reason: String(error.cause) });
      }
    }
  };
  // All of them, also after a failure: a thread whose work is answered has no picture under way.
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
  const failed = lanes.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
  return failures;
}
