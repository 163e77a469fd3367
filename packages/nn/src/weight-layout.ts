import { AumentoError } from "./errors.ts";
import type { WeightSpec } from "./layers/layer.ts";
import { checkTensor, showShape, type Tensor } from "./tensor.ts";

type Layout = Pick<WeightSpec, "shape" | "isKernel">;

/** Shape of a weight in the engine and in ONNX files: kernels are [out, in, height, width], all else as it is. */
export function storedShape({ shape, isKernel }: Layout): readonly number[] {
  return isKernel ? [shape[3], shape[2], shape[0], shape[1]] : shape;
}

/** Calls `copy` with the place of each element of a kernel in Keras' layout and in the engine's. */
function eachPlace(shape: readonly number[], copy: (keras: number, stored: number) => void): void {
  const [height, width, inputs, outputs] = shape;
  const places = height * width;
  let keras = 0;
  for (let place = 0; place < places; place++)
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) copy(keras++, (o * inputs + i) * places + place);
}

/** Copies a weight from Keras' layout into the engine's. */
export function toStored({ shape, isKernel }: Layout, source: ArrayLike<number>, target: Float32Array): void {
  if (isKernel)
    eachPlace(shape, (keras, stored) => {
      target[stored] = source[keras];
    });
  else target.set(source);
}

/** A copy of a weight in the engine's layout, in Keras'. */
export function fromStored({ shape, isKernel }: Layout, source: Float32Array): Float32Array {
  const target = source.slice();
  if (isKernel)
    eachPlace(shape, (keras, stored) => {
      target[keras] = source[stored];
    });
  return target;
}

/** Fails unless there is a tensor for each weight, of its shape in Keras' layout. */
export function checkWeights(
  where: string,
  own: readonly (Layout & { readonly path: string })[],
  given: readonly Tensor[],
): void {
  if (given.length !== own.length)
    throw new AumentoError("shape", `${where}: the model has ${own.length} weights, got ${given.length}`);
  own.forEach(({ path, shape }, i) => {
    checkTensor(`${where}: ${path}`, given[i]);
    if (showShape(given[i].shape) !== showShape(shape))
      throw new AumentoError(
        "shape",
        `${where}: ${path} has shape ${showShape(shape)}, got ${showShape(given[i].shape)}`,
      );
  });
}
