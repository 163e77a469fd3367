import type { Dict } from "@aumento/core";
import { type DirectoryFlow, flowFromFiles } from "@aumento/data";
import type * as nn from "@aumento/nn";
import { AumentoError } from "../errors.ts";
import type { Pictures } from "./pictures.ts";
import type { GanSettings } from "./result.ts";

/**
 * How pictures of other proportions become square ones: the middle is taken, and every pixel counts, for a GAN would
 * learn stretched shapes and jagged edges as it learns everything else.
 */
export const ganFit = { aspectRatio: "crop", interpolation: "area" } as const;

/** The training pictures as the networks are shown them. To be closed by the caller. */
export function openTrainingFlow(
  pictures: Pictures,
  classNames: readonly string[],
  settings: GanSettings,
  { workers, warn }: { workers: number; warn: (line: string) => void },
): DirectoryFlow {
  const { size, batchSize, seed, pipeline } = settings;
  const flow = flowFromFiles(
    // Without classes every picture is of the one kind there is.
    { ...pictures, classNames: classNames.length > 0 ? classNames : ["picture"] },
    {
      targetSize: [size, size],
      ...ganFit,
      batchSize,
      seed,
      workers,
      augment: pipeline.definition as Dict, // it was checked as a pipeline when the settings were resolved
      onWarning: warn,
    },
  );
  const { dtype, channels } = flow.format;
  if (dtype !== "uint8" || channels !== 3) {
    throw new AumentoError(
      "invalid_pipeline",
      `${pipeline.name}: the pipeline must give RGB uint8 pictures, it gives ${channels} channels of ${dtype}; ` +
        "the networks scale them themselves, so leave Normalize out",
    );
  }
  return flow;
}

/** The rows of a tensor, repeated from the first on until there are `n`. */
function filledUp({ data, shape }: nn.Tensor, n: number): nn.Tensor {
  const filled = new (data.constructor as Uint8ArrayConstructor)((data.length / shape[0]) * n); // one of a tensor's three
  for (let at = 0; at < filled.length; at += data.length) {
    filled.set(data.subarray(0, Math.min(data.length, filled.length - at)), at);
  }
  return { data: filled, shape: [n, ...shape.slice(1)] };
}

/**
 * A flow in which every batch is full, as the step graphs need them: the rest of an epoch that fills none is left
 * out (each epoch has another), and the place of a picture that cannot be decoded is taken by another of its batch.
 */
export function fullBatches(flow: DirectoryFlow): nn.BatchSource {
  const { batchSize } = flow;
  const length = Math.floor(flow.n / batchSize);
  return {
    n: length * batchSize,
    length,
    batchSize,
    async *epoch(epoch, options) {
      let done = 0;
      for await (const batch of flow.epoch(epoch, options)) {
        if (done++ === length) return;
        const { x, y } = batch;
        if (x.shape[0] === batchSize) yield batch;
        else yield { x: filledUp(x, batchSize), ...(y ? { y: filledUp(y, batchSize) } : {}) };
      }
    },
  };
}
