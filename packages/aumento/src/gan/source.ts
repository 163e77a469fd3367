import { fromDict, type Image, Rng } from "@aumento/core";
import { AumentoError as DataError, flowFromFiles } from "@aumento/data";
import type * as nn from "@aumento/nn";
import { AumentoError, messageOf } from "../errors.ts";
import type { Pictures } from "./pictures.ts";
import type { GanResult, GanSettings } from "./result.ts";

/**
 * How pictures of other proportions become square ones: the middle is taken, and every pixel counts, for a GAN would
 * learn stretched shapes and jagged edges as it learns everything else.
 */
export const ganFit = { aspectRatio: "crop", interpolation: "area" } as const;

/** Pictures decoded at a time. */
const decoded = 64;

export interface LoadOptions {
  /** Threads that decode. */
  workers: number;
  warn: (line: string) => void;
  signal?: AbortSignal;
}

/** All training pictures, small as the networks take them, in memory: decoding them again and again would take long. */
interface Loaded {
  /** One after the other, size · size · 3 bytes each. */
  pixels: Uint8Array;
  labels: number[];
  /** The place of each in the list of files, which decides how it is varied. */
  indices: number[];
  broken: { file: string; reason: string }[];
}

async function load(
  { files, labels }: Pictures,
  classNames: readonly string[],
  size: number,
  { workers, warn, signal }: LoadOptions,
): Promise<Loaded> {
  const flow = flowFromFiles(
    // Without classes every picture is of the one kind there is.
    { files, labels, classNames: classNames.length > 0 ? classNames : ["picture"] },
    { targetSize: [size, size], ...ganFit, batchSize: decoded, workers, shuffle: false, onWarning: warn },
  );
  try {
    const length = size * size * 3;
    const pixels = new Uint8Array(files.length * length);
    const indices: number[] = [];
    try {
      for await (const batch of flow.epoch(0, { signal, reuse: true })) {
        pixels.set(batch.x.data, indices.length * length);
        indices.push(...batch.indices);
      }
    } catch (error) {
      // Not one could be decoded: the caller, who counts them, says so.
      if (!(error instanceof DataError) || error.code !== "broken-picture") throw error;
    }
    return {
      pixels: pixels.subarray(0, indices.length * length),
      labels: indices.map((index) => labels[index]),
      indices,
      broken: flow.broken.map(({ file, reason }) => ({ file, reason })),
    };
  } finally {
    await flow.close();
  }
}

/** A pipeline's picture, if it is one that the networks take. */
function checked({ data, width, height, channels }: Image, { pipeline, size }: GanSettings): Uint8Array {
  if (!(data instanceof Uint8Array) || channels !== 3) {
    const kind = data.constructor.name.replace(/Array$/, "");
    throw new AumentoError(
      "invalid_pipeline",
      `${pipeline.name}: the pipeline must give RGB uint8 pictures, it gives ${channels} channels of ${kind}; ` +
        "the networks scale them themselves, so leave Normalize out",
    );
  }
  if (width !== size || height !== size) {
    throw new AumentoError(
      "invalid_pipeline",
      `${pipeline.name}: the pipeline makes pictures of ${width}×${height}, the networks take ${size}×${size}; leave the resizing to --size`,
    );
  }
  return data;
}

type Vary = (image: Image, epoch: number, index: number) => Uint8Array;

/** What a training's pipeline makes of pictures; tried on a grey one first. */
function variation(settings: GanSettings): Vary {
  const { pipeline, size, seed } = settings;
  const vary = fromDict(pipeline.definition);
  const apply: Vary = (image, epoch, index) => {
    let varied: Image;
    try {
      varied = vary({ image }, { seed, epoch, index }).image;
    } catch (error) {
      throw new AumentoError("invalid_pipeline", `${pipeline.name}: ${messageOf(error)}`, { cause: error });
    }
    return checked(varied, settings);
  };
  apply({ data: new Uint8Array(size * size * 3).fill(128), width: size, height: size, channels: 3 }, 0, 0);
  return apply;
}

/** Refuses a pipeline whose pictures the networks cannot take, before anything is begun. */
export function assertPipelineFits(settings: GanSettings): void {
  variation(settings);
}

/** The training pictures, decoded. */
export interface TrainingSource {
  batches: nn.BatchSource;
  /** Pictures that could not be decoded; they are left out. */
  broken: GanResult["data"]["broken"];
}

/**
 * The training pictures as batches, all of them full, as the step graphs need them: the rest of an epoch that fills none
 * is left out (each epoch leaves out others). Order and variation depend on (seed, epoch, picture) alone.
 */
export async function openTrainingSource(
  pictures: Pictures,
  classNames: readonly string[],
  settings: GanSettings,
  options: LoadOptions,
): Promise<TrainingSource> {
  const { size, seed } = settings;
  const vary = variation(settings);
  const { pixels, labels, indices, broken } = await load(pictures, classNames, size, options);
  const pixelsEach = size * size * 3;
  // Of no picture at all there is no batch; the caller refuses that.
  const batchSize = Math.max(1, Math.min(settings.batchSize, indices.length));
  const length = Math.floor(indices.length / batchSize);
  const imageAt = (place: number): Image => ({
    data: pixels.subarray(place * pixelsEach, (place + 1) * pixelsEach),
    width: size,
    height: size,
    channels: 3,
  });
  const batches: nn.BatchSource = {
    n: indices.length,
    length,
    batchSize,
    async *epoch(epoch) {
      const order = new Rng({ seed, epoch }, "order").shuffle([...indices.keys()]);
      for (let start = 0; start + batchSize <= order.length; start += batchSize) {
        const x = new Uint8Array(batchSize * pixelsEach);
        const y = new Int32Array(batchSize);
        for (let place = 0; place < batchSize; place++) {
          const picture = order[start + place];
          x.set(vary(imageAt(picture), epoch, indices[picture]), place * pixelsEach);
          y[place] = labels[picture];
        }
        yield { x: { data: x, shape: [batchSize, size, size, 3] }, y: { data: y, shape: [batchSize] } };
      }
    },
  };
  return { batches, broken };
}
