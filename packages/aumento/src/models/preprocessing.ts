import * as nn from "@aumento/nn";
import { AumentoError, messageOf } from "../errors.ts";
import { readText } from "../files.ts";

/** A JSON that says how a model's pictures are prepared, checked as far as that goes without the model. */
export interface PreprocessingFile {
  path: string;
  text: string;
  input: nn.ModelPreprocessing;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads the JSON and checks it the way loadModel does with the one beside a model. */
export async function readPreprocessing(path: string): Promise<PreprocessingFile> {
  const text = (await readText(path, "preprocessing")).replace(/^\uFEFF/, "");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new AumentoError("invalid_input", `${path} is no JSON: ${messageOf(error)}`, { cause: error });
  }
  if (!isObject(json) || !isObject(json.input)) {
    throw new AumentoError(
      "invalid_input",
      `${path} does not say how pictures are prepared: expected {"input":{"size":[224,224],"mean":[...],"std":[...],"range":[0,255],"layout":"NCHW"}}`,
    );
  }
  try {
    const input = json.input as nn.ModelPreprocessing; // what it is is checked next
    return { path, text, input: nn.checkPreprocessing(`${path}: input`, input) };
  } catch (error) {
    throw new AumentoError("invalid_input", messageOf(error), { cause: error });
  }
}
