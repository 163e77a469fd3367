import { checkBoolean, checkNumber, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { type Initializer, type InitializerName, resolveInitializer } from "../initializers/initializer.ts";
import { dense as affine } from "../ops/dense.ts";
import { matMul } from "../ops/mat-mul.ts";
import { showShape } from "../tensor.ts";
import { type ActivationName, activate, checkActivation } from "./activation.ts";
import {
  type FeatureShape,
  LAYER_OPTIONS,
  type Layer,
  type LayerOptions,
  makeLayer,
  type WeightSpec,
} from "./layer.ts";

export interface DenseOptions extends LayerOptions {
  /** Default "linear". */
  activation?: ActivationName;
  /** Default true. */
  useBias?: boolean;
  /** Default "glorot_uniform". */
  kernelInitializer?: InitializerName | Initializer;
  /** Default "zeros". */
  biasInitializer?: InitializerName | Initializer;
}

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
  checkOptions(where, options, [
    ...LAYER_OPTIONS,
    "activation",
    "useBias",
    "kernelInitializer",
    "biasInitializer",
  ]);
  checkNumber(`${where}: units`, units, { min: 1, integer: true });
  const activation = checkActivation(`${where}: activation`, options.activation ?? "linear");
  const useBias = checkBoolean(`${where}: useBias`, options.useBias ?? true);
  const kernelInitializer = resolveInitializer(
    `${where}: kernelInitializer`,
    options.kernelInitializer ?? "glorot_uniform",
  );
  const biasInitializer = resolveInitializer(`${where}: biasInitializer`, options.biasInitializer ?? "zeros");
  return makeLayer(
    "Dense",
    options,
    { units, activation, useBias, kernelInitializer, biasInitializer },
    {
      outputShape([input]) {
        features(input);
        return [units];
      },
      weights([input]) {
        const weights: WeightSpec[] = [
          {
            name: "kernel",
            shape: [features(input), units],
            initializer: kernelInitializer,
            trainable: true,
          },
        ];
        if (useBias)
          weights.push({ name: "bias", shape: [units], initializer: biasInitializer, trainable: true });
        return weights;
      },
      apply([x], scope) {
        const kernel = scope.weight("kernel");
        return activate(activation, useBias ? affine(x, kernel, scope.weight("bias")) : matMul(x, kernel));
      },
    },
  );
}
