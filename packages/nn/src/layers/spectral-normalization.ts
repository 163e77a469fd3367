import { badArgument, checkNumber, checkOptions } from "../check.ts";
import { resolveInitializer, truncatedNormal } from "../initializers/initializer.ts";
import type { Value } from "../ir/value.ts";
import {
  div,
  matMul,
  maximum,
  mul,
  reduceSum,
  reshape,
  scalar,
  sqrt,
  stopGradient,
  transpose,
} from "../ops/index.ts";
import {
  type FeatureShape,
  LAYER_OPTIONS,
  type Layer,
  type LayerOptions,
  makeLayer,
  toFeatures,
  type WeightSpec,
} from "./layer.ts";

export interface SpectralNormalizationOptions extends LayerOptions {
  /** Steps towards the largest singular value in each training step. Default 1. */
  powerIterations?: number;
}

/** A column of length 1. */
function unit(x: Value): Value {
  return div(x, sqrt(maximum(reduceSum(mul(x, x), [0, 1], true), scalar(1e-12))));
}

/** A kernel as the matrix whose largest singular value counts: one row for each place of Keras' innermost axis. */
function rowsOf(kernel: Value, { shape, isKernel }: WeightSpec): Value {
  const rows = shape[shape.length - 1];
  if (isKernel) return reshape(kernel, [rows, kernel.shape[1] * kernel.shape[2] * kernel.shape[3]]);
  return transpose(kernel, [1, 0]);
}

/**
 * A layer whose kernel is divided by its largest singular value (Miyato et al., 2018; Keras' SpectralNormalization),
 * found by power iteration from a vector that is kept between training steps. The gradient passes through the singular
 * value with its vectors taken for constants. The layer's own kernel stays as the optimizer has it, as in PyTorch;
 * Keras writes the normalized one over it.
 */
export function spectralNormalization(layer: Layer, options: SpectralNormalizationOptions = {}): Layer {
  const where = "spectralNormalization";
  checkOptions(where, options, [...LAYER_OPTIONS, "powerIterations"]);
  if (typeof layer?.apply !== "function") badArgument(`${where}: layer`, "a layer, as conv2d(8, 3)", layer);
  const powerIterations = checkNumber(`${where}: powerIterations`, options.powerIterations ?? 1, {
    min: 1,
    integer: true,
  });
  const kernelOf = (inputs: readonly FeatureShape[]): WeightSpec =>
    layer.weights(inputs).find(({ name }) => name === "kernel") ??
    badArgument(`${where}: layer`, "a layer with a kernel (conv2d, conv2dTranspose, dense)", layer.className);
  return makeLayer(
    "SpectralNormalization",
    { trainable: layer.trainable, ...options },
    { layer: { className: layer.className, config: layer.config }, powerIterations },
    {
      outputShape: (inputs) => layer.outputShape(inputs),
      weights(inputs) {
        const { shape } = kernelOf(inputs);
        return [
          ...layer.weights(inputs),
          {
            name: "vector_u",
            shape: [shape[shape.length - 1], 1],
            initializer: resolveInitializer(where, truncatedNormal({ stddev: 0.02 })),
            trainable: false,
          },
        ];
      },
      apply(inputs, scope) {
        const spec = kernelOf(inputs.map(({ shape }) => toFeatures(shape.slice(1))));
        const kernel = scope.weight("kernel");
        const rows = rowsOf(kernel, spec);
        const fixed = stopGradient(rows);
        const moves = scope.training && scope.trainable;
        // Without training the vector stays, and is only made as long as it must be.
        let u = unit(scope.weight("vector_u"));
        let v = unit(matMul(fixed, u, { transposeA: true }));
        for (let i = 0; i < (moves ? powerIterations : 0); i++) {
          if (i > 0) v = unit(matMul(fixed, u, { transposeA: true }));
          u = unit(matMul(fixed, v));
        }
        if (moves) scope.update("vector_u", u);
        const sigma = matMul(matMul(u, rows, { transposeA: true }), v);
        const normalized = div(kernel, reshape(sigma, []));
        return layer.apply(inputs, {
          ...scope,
          weight: (name) => (name === "kernel" ? normalized : scope.weight(name)),
        });
      },
    },
  );
}
