import type { Image } from "@aumento/core";
import { fitImage, loadImage } from "@aumento/data";
import type * as nn from "@aumento/nn";
import { AumentoError, messageOf } from "../errors.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { type NearCopy, TrainingHashes } from "./near-copies.ts";
import { ganFit } from "./source.ts";

/** Samples made at a time. */
const batch = 16;
/** A generator is given up when, after so many samples, less than one in ten is its own. */
const patience = 200;
const leastShare = 0.1;

/** A generated picture that was taken, or refused. */
export interface Sampled {
  image: Image;
  /** Names it together with the seed: the same generator draws it again. */
  index: number;
  className: string | null;
  /** The training picture that it looks like; such are refused. */
  nearCopy?: NearCopy;
}

/** Perceptual hashes of training pictures, as the generator was shown them. */
export async function hashTraining(
  files: readonly string[],
  [height, width]: readonly number[],
  {
    signal,
    warn,
    onProgress,
  }: {
    signal?: AbortSignal;
    warn: (line: string) => void;
    onProgress?: (done: number, total: number) => void;
  },
): Promise<TrainingHashes> {
  const hashes = new TrainingHashes();
  for (const [done, file] of files.entries()) {
    throwIfInterrupted(signal);
    try {
      hashes.add(file, fitImage(await loadImage(file), { height, width, ...ganFit }));
    } catch (error) {
      // It was left out of the training too.
      warn(`left out: ${messageOf(error)}`);
    }
    onProgress?.(done + 1, files.length);
  }
  return hashes;
}

export interface DrawOptions {
  seed: number;
  /** Of a generator that knows several; without it they take turns. */
  className?: string;
  /** Latent numbers further from 0 than this are drawn again. */
  truncation?: number;
  signal?: AbortSignal;
}

/**
 * Draws samples number 0, 1, 2, ... of a seed without end, a batch at a time. The batches are of one size, whatever is
 * needed of them: a graph of another size may round its sums otherwise, and a sample is to be the same wherever it is drawn.
 */
export async function* drawBatches(
  generator: Pick<nn.Generator, "sample">,
  { seed, className, truncation, signal }: DrawOptions,
): AsyncGenerator<{ images: Image[]; classes: readonly number[] | undefined }> {
  for (let first = 0; ; first += batch) {
    throwIfInterrupted(signal);
    const { pictures, classes } = await generator.sample({
      seed,
      count: batch,
      first,
      class: className,
      truncation,
    });
    yield { images: imagesOf(pictures), classes };
  }
}

/**
 * Draws samples number 0, 1, 2, ... of a seed until `count` of them are no near copies of training pictures; both
 * kinds are handed to the caller, who counts.
 */
export async function* synthesize(
  generator: Pick<nn.Generator, "sample">,
  {
    count,
    seed,
    className,
    hashes,
    signal,
  }: {
    count: number;
    seed: number;
    /** Null for a generator that knows no classes. */
    className: string | null;
    hashes: TrainingHashes;
    signal?: AbortSignal;
  },
): AsyncGenerator<Sampled> {
  let [taken, made] = [0, 0];
  if (count === 0) return;
  for await (const { images } of drawBatches(generator, {
    seed,
    className: className ?? undefined,
    signal,
  })) {
    for (const image of images) {
      throwIfInterrupted(signal);
      const nearCopy = hashes.nearCopyOf(image);
      const index = made++;
      if (nearCopy) yield { image, index, className, nearCopy };
      else {
        taken++;
        yield { image, index, className };
        if (taken === count) return;
      }
      if (made >= patience && taken < made * leastShare) {
        throw new AumentoError(
          "failed",
          `${made - taken} of the first ${made} samples${className === null ? "" : ` of ${className}`} are near copies of training pictures: ` +
            "the generator has learned them by heart. Train it for fewer steps, or on more pictures",
        );
      }
    }
  }
}

/** The pictures of a tensor [n, height, width, channels] of bytes. */
export function imagesOf({ data, shape }: nn.Tensor): Image[] {
  const [n, height, width, channels] = shape;
  const length = height * width * channels;
  return Array.from({ length: n }, (_, place) => ({
    data: Uint8Array.from(data.subarray(place * length, (place + 1) * length)),
    width,
    height,
    channels,
  }));
}
