import { readFile } from "node:fs/promises";
import * as nn from "@aumento/nn";
import { AumentoError, messageOf } from "../errors.ts";
import type { PreprocessingFile } from "./preprocessing.ts";

/** A message of loadModel's without the words with which it calls what it was given. */
const withoutSubject = (error: unknown): string =>
  messageOf(error)
    .replace(/^(loadModel: preprocessing|The model): /, "")
    .replace(/\.$/, "");

/**
 * Reads a file as loadModel does. Refused is what is no ONNX model or cut off, and what does not go with the JSON that
 * was given for it. Gives back why it cannot be used yet, null where it can: without a JSON it may only lack that.
 */
export async function inspectModel(
  file: string,
  { from, preprocessing }: { from: string; preprocessing: PreprocessingFile | undefined },
): Promise<string | null> {
  try {
    const { metadata } = await nn.loadModel(new Uint8Array(await readFile(file)), {
      compile: false,
      optimizerState: false,
      ...(preprocessing && { preprocessing: preprocessing.input }),
    });
    return metadata.preprocessing === undefined ? "it does not say how its pictures are prepared" : null;
  } catch (error) {
    const reason = withoutSubject(error);
    // A file that others exported may leave its extents open, which a JSON can tell later.
    const mended = error instanceof nn.AumentoError && error.code !== "file" && preprocessing === undefined;
    if (mended) return reason;
    const beside = preprocessing ? ` with ${preprocessing.path}` : "";
    throw new AumentoError("invalid_input", `${from} cannot be used${beside}: ${reason}`, { cause: error });
  }
}
