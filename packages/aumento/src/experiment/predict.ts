import { imagesFromFiles, type PictureFlow } from "@aumento/data";
import { UsageError } from "../errors.ts";
import { loadClassifier } from "./model-file.ts";

export interface PredictOptions {
  /** A model's file. */
  model: string;
  /** Pictures. */
  files: readonly string[];
  /** Classes to name for each, the likeliest first. Default 1. */
  top?: number;
  signal?: AbortSignal;
  warn?: (line: string) => void;
}

export interface FilePrediction {
  file: string;
  classes: { name: string; probability: number }[];
}

/** What a saved model says about pictures, prepared as the model's file says. Broken ones are warned of and left out. */
export async function predict(options: PredictOptions): Promise<FilePrediction[]> {
  const { files, top = 1, signal, warn = () => {} } = options;
  if (!Number.isInteger(top) || top < 1)
    throw new UsageError(`top must be a whole number of at least 1, got ${top}`);
  const { model, classNames, preprocessing } = await loadClassifier(options.model);
  const { size, interpolation, aspectRatio } = preprocessing;
  let flow: PictureFlow | undefined;
  try {
    flow = imagesFromFiles(files, {
      targetSize: size,
      interpolation,
      aspectRatio,
      workers: 0,
      onWarning: warn,
    });
    const predictions: FilePrediction[] = [];
    for await (const batch of flow.epoch(0, { signal })) {
      const { data } = await model.predictOnBatch(batch.x);
      for (const [place, file] of batch.files.entries()) {
        const classes = classNames
          .map((name, index) => ({ name, probability: data[place * classNames.length + index] }))
          .sort((a, b) => b.probability - a.probability)
          .slice(0, top);
        predictions.push({ file, classes });
      }
    }
    return predictions;
  } finally {
    await flow?.close();
    await model.close();
  }
}
