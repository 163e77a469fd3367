import { checkNumber, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { dense as affine } from "../ops/dense.ts";
import { matMul } from "../ops/mat-mul.ts";
import { showShape } from "../tensor.ts";
import { activate } from "./activation.ts";
import { KERNEL_LAYER_OPTIONS, type KernelLayerOptions, kernelAndBias, kernelLayerConfig } from "./kernel.ts";
import { type FeatureShape, type Layer, makeLayer } from "./layer.ts";

export type DenseOptions = KernelLayerOptions;

function features(input: FeatureShape): number {
  if (input.length !== 1)
    throw new AumentoError(
      "shape",
      `dense: the input must be vectors [features], got ${showShape(input)}; put flatten() or globalAveragePooling2d() before it`,
    );
  return input[0];
}

/** Every input to every one of `units` outputs: x · kernel + bias (Keras' Dense). */
export function dense(units: number, options: DenseOptions = {}): Layer {
  const where = "dense";
  checkOptions(where, options, KERNEL_LAYER_OPTIONS);
  checkNumber(`${where}: units`, units, { min: 1, integer: true });
  const common = kernelLayerConfig(where, options);
  return makeLayer(
    "Dense",
    options,
    { units, ...common },
    {
      outputShape([input]) {
        features(input);
        return [units];
      },
      weights: ([input]) => kernelAndBias(common, units, { shape: [features(input), units] }),
      apply([x], scope) {
        const kernel = scope.weight("kernel");
        return activate(
          common.activation,
          common.useBias ? affine(x, kernel, scope.weight("bias")) : matMul(x, kernel),
        );
      },
    },
  );
}
