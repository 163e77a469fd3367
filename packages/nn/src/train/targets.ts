import { AumentoError } from "../errors.ts";
import type { FeatureShape } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import { showShape, sizeOf, type Tensor } from "../tensor.ts";
import { isFeatures } from "./features/prefix.ts";

function labels(where: string, y: Tensor, n: number, classes: number): Tensor {
  const { data, shape } = y;
  if (sizeOf(shape) !== n || shape.length > 2) {
    const hint =
      shape.length === 2 && shape[1] === classes ? "; for one-hot rows take categorical_crossentropy" : "";
    throw new AumentoError(
      "shape",
      `${where}: y must be class numbers of shape [${n}], got ${showShape(shape)}${hint}`,
    );
  }
  for (let i = 0; i < n; i++) {
    const label = data[i];
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new AumentoError(
        "shape",
        `${where}: y[${i}] is ${label}, but the model has ${classes} outputs: labels are the integers 0..${classes - 1}`,
      );
  }
  return { data: data instanceof Int32Array ? data : Int32Array.from(data), shape: [n] };
}

/**
 * The targets of a batch in the form that a loss' graph takes: int32 [n], or float32 of the output's shape. Throws
 * where shape, type or values do not fit the model's output.
 */
export function checkTargets(where: string, y: Tensor, loss: Loss, n: number, output: FeatureShape): Tensor {
  if (loss.target === "labels") return labels(where, y, n, output[0]);
  const { data, shape } = y;
  const wanted = [n, ...output];
  const oneOutput = sizeOf(output) === 1 && shape.length === 1;
  if (!(oneOutput && shape[0] === n) && showShape(shape) !== showShape(wanted)) {
    const hint =
      loss.target === "probabilities" && shape.length === 1 && output.length === 1
        ? "; for class numbers take sparse_categorical_crossentropy"
        : "";
    throw new AumentoError(
      "shape",
      `${where}: y must have the shape of the model's output ${showShape(wanted)}, got ${showShape(shape)}${hint}`,
    );
  }
  const probabilities = loss.target === "probabilities";
  for (let i = 0; i < data.length; i++)
    if (probabilities ? !(data[i] >= 0 && data[i] <= 1) : !Number.isFinite(data[i]))
      throw new AumentoError(
        "shape",
        `${where}: y holds ${data[i]} at place ${i}; ${loss.className} needs ${probabilities ? "numbers in 0..1" : "finite numbers"}`,
      );
  return { data: data instanceof Float32Array ? data : Float32Array.from(data), shape: wanted };
}

/** Fails unless x is a batch of what the model takes: uint8 or float32 of [n, ...inputShape], or features of such. */
export function checkInput(where: string, x: Tensor, input: FeatureShape): void {
  if (isFeatures(x)) return;
  if (x.shape.length !== input.length + 1 || input.some((side, i) => x.shape[i + 1] !== side))
    throw new AumentoError(
      "shape",
      `${where}: x must be of shape ${showShape([null, ...input])}, got ${showShape(x.shape)}`,
    );
  if (x.shape[0] === 0) throw new AumentoError("shape", `${where}: x has no samples`);
  if (x.data instanceof Int32Array)
    throw new AumentoError("shape", `${where}: x must be a Uint8Array or Float32Array, got an Int32Array`);
}
