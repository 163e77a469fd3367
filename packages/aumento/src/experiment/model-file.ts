import { describePreprocessing, type Preprocessing } from "@aumento/data";
import * as nn from "@aumento/nn";
import { AumentoError } from "../errors.ts";
import { kindOf } from "../files.ts";

/** A saved classifier with what it says about itself. */
export interface Classifier {
  model: nn.Model;
  classNames: string[];
  preprocessing: Preprocessing;
}

function isPreprocessing(value: unknown): value is Preprocessing {
  return typeof value === "object" && value !== null && "size" in value && "sha256" in value;
}

/**
 * Loads a model for prediction. Its file says how its pictures were resized, with a fingerprint of the arithmetic;
 * where this program would resize otherwise, that is an error: answers would silently be worse.
 */
export async function loadClassifier(path: string): Promise<Classifier> {
  if ((await kindOf(path)) !== "file") throw new AumentoError("not_found", `model not found: ${path}`);
  const model = await nn.loadModel(path, { compile: false, optimizerState: false });
  const { classNames, preprocessing } = model.metadata;
  if (!classNames || !isPreprocessing(preprocessing)) {
    throw new AumentoError(
      "invalid_input",
      `${path}: the model does not say its classes or how its pictures were prepared; save it with classNames and preprocessing`,
    );
  }
  const { size, interpolation, aspectRatio, sha256 } = preprocessing;
  const ours = describePreprocessing({ targetSize: size, interpolation, aspectRatio });
  if (ours.sha256 !== sha256) {
    throw new AumentoError(
      "invalid_input",
      `${path}: its pictures were resized by other arithmetic than this program's (${interpolation} to ${size.join("×")}, fingerprint ${sha256.slice(0, 12)}, here ${ours.sha256.slice(0, 12)}), so its answers would not be those it was measured with; use the version of aumento that trained it`,
    );
  }
  return { model, classNames: [...classNames], preprocessing };
}
