import { AumentoError } from "../errors.ts";
import type { Batch, BatchSource } from "../tensor.ts";
import { stagedBatches } from "../train/staging.ts";

/** A place in a source: the next batch is number `batch` of epoch `epoch`. */
export interface Cursor {
  readonly epoch: number;
  readonly batch: number;
}

/**
 * Full batches of a source, epoch after epoch, from a place on, each with the place behind it. Smaller ones (the rest
 * of an epoch, or where a picture is broken) are left out: a step's graph is made for one size.
 */
export async function* endlessBatches(
  source: BatchSource,
  from: Cursor,
): AsyncGenerator<{ batch: Batch; next: Cursor }> {
  let skip = from.batch;
  for (let epoch = from.epoch; ; epoch++) {
    let number = 0;
    let full = 0;
    for await (const batch of stagedBatches(source, epoch)) {
      number++;
      if (batch.x.shape[0] === source.batchSize) full++;
      else continue;
      if (number <= skip) continue;
      yield { batch, next: { epoch, batch: number } };
    }
    if (full === 0)
      throw new AumentoError(
        "training",
        `The source gave no full batch of ${source.batchSize} in epoch ${epoch + 1}: it needs more samples, or a smaller batchSize`,
      );
    skip = 0;
  }
}
