import { relative, sep } from "node:path";
import { type DirectoryFlow, flowFromDirectory } from "@aumento/data";
import { kindOf } from "../files.ts";
import { assertClassFolders, classFoldersOf } from "./class-folders.ts";
import { loadClassifier } from "./model-file.ts";
import { predictFlow, summarise } from "./predictions.ts";
import type { Evaluation } from "./result.ts";

export interface EvaluateOptions {
  /** A model's file. */
  model: string;
  /** A folder with one sub-folder a class. */
  folder: string;
  /** Default 32. */
  batchSize?: number;
  /** Default 2. */
  workers?: number;
  signal?: AbortSignal;
  warn?: (line: string) => void;
}

export interface EvaluationOutcome extends Evaluation {
  classNames: string[];
  broken: { file: string; reason: string }[];
}

/** Measures a saved model on a folder of pictures, prepared as the model's file says. */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationOutcome> {
  const { folder, batchSize = 32, workers = 2, signal, warn = () => {} } = options;
  const { model, classNames, preprocessing } = await loadClassifier(options.model);
  const { size, interpolation, aspectRatio } = preprocessing;
  let flow: DirectoryFlow | undefined;
  try {
    if ((await kindOf(folder)) === "folder") {
      assertClassFolders(classNames, await classFoldersOf(folder), folder, "the model knows the classes");
    }
    flow = await flowFromDirectory(folder, {
      targetSize: size,
      interpolation,
      aspectRatio,
      classes: classNames,
      batchSize,
      workers,
      shuffle: false,
      onWarning: warn,
    });
    const relativePath = (file: string) => relative(folder, file).split(sep).join("/");
    const predictions = await predictFlow(model, flow, relativePath, signal);
    return {
      ...summarise(predictions, classNames, [], "test"),
      classNames,
      broken: flow.broken.map(({ file, reason }) => ({ file: relativePath(file), reason })),
    };
  } finally {
    await flow?.close();
    await model.close();
  }
}
