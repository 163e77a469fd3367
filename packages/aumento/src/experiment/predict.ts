import { join } from "node:path";
import { type Batch, AumentoError as DataError, imagesFromFiles, type PictureFlow } from "@aumento/data";
import { kindOf } from "../files.ts";
import { wholeNumber } from "../options.ts";
import { listPictures } from "../pictures.ts";
import { loadClassifier } from "./model-file.ts";

export interface PredictOptions {
  /** A model's file. */
  model: string;
  /** Pictures; of a folder, all pictures below it. */
  files: readonly string[];
  /** Classes to name for each, the likeliest first. Default 1. */
  top?: number;
  signal?: AbortSignal;
  warn?: (line: string) => void;
}

/** What the model says of a file, the likeliest class first, or why it cannot say anything. */
export type FilePrediction =
  | { file: string; classes: { name: string; probability: number }[] }
  | { file: string; error: string };

/** Files in the order they were given, folders as the pictures below them. */
async function expandFolders(paths: readonly string[], warn: (line: string) => void): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if ((await kindOf(path)) !== "folder") {
      files.push(path);
      continue;
    }
    const list = await listPictures(path);
    for (const warning of list.warnings) warn(warning);
    for (const file of list.files) files.push(join(path, file));
  }
  return files;
}

/** The batches of a flow, none where not one picture can be decoded: the flow's list of broken files says it. */
async function* decodable(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  try {
    yield* batches;
  } catch (error) {
    if (!(error instanceof DataError && error.code === "broken-picture")) throw error;
  }
}

/**
 * What a saved model says about pictures, prepared as the model's file says, in the order of the files. Files that
 * cannot be read are warned of and have an `error` in place of classes.
 */
export async function predict(options: PredictOptions): Promise<FilePrediction[]> {
  const { top = 1, signal, warn = () => {} } = options;
  wholeNumber("top", top, 1);
  const files = await expandFolders(options.files, warn);
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
    const predictions = new Map<string, FilePrediction>();
    for await (const batch of decodable(flow.epoch(0, { signal }))) {
      const { data } = await model.predictOnBatch(batch.x);
      for (const [place, file] of batch.files.entries()) {
        const classes = classNames
          .map((name, index) => ({ name, probability: data[place * classNames.length + index] }))
          .sort((a, b) => b.probability - a.probability)
          .slice(0, top);
        predictions.set(file, { file, classes });
      }
    }
    for (const { file, reason } of flow.broken) predictions.set(file, { file, error: reason });
    return files.flatMap((file) => predictions.get(file) ?? []);
  } finally {
    await flow?.close();
    await model.close();
  }
}
