import { checkBoolean, checkNumber, checkOptions } from "../check.ts";
import { type Initializer, type InitializerName, resolveInitializer } from "../initializers/initializer.ts";
import {
  batchNormalizationTraining,
  batchNormalization as byRunningStatistics,
  constant,
} from "../ops/index.ts";
import { LAYER_OPTIONS, type Layer, type LayerOptions, makeLayer } from "./layer.ts";

export interface BatchNormalizationOptions extends LayerOptions {
  /** Share of the old running statistics in the new ones. Default 0.99. */
  momentum?: number;
  /** Added to the variance. Default 0.001. */
  epsilon?: number;
  /** Add a learned offset. Default true. */
  center?: boolean;
  /** Multiply by a learned scale. Default true. */
  scale?: boolean;
  /** Default "zeros". */
  betaInitializer?: InitializerName | Initializer;
  /** Default "ones". */
  gammaInitializer?: InitializerName | Initializer;
}

/**
 * Centres and scales each channel, in training by the batch's mean and variance, else by their running means (Ioffe
 * and Szegedy, 2015; Keras' BatchNormalization). The running variance is of the biased variance, as in Keras. A
 * layer that is not trainable uses the running statistics in training, too.
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): Layer {
  const where = "batchNormalization";
  checkOptions(where, options, [
    ...LAYER_OPTIONS,
    "momentum",
    "epsilon",
    "center",
    "scale",
    "betaInitializer",
    "gammaInitializer",
  ]);
  const momentum = checkNumber(`${where}: momentum`, options.momentum ?? 0.99, { min: 0, max: 1 });
  const epsilon = checkNumber(`${where}: epsilon`, options.epsilon ?? 0.001, { above: 0 });
  const center = checkBoolean(`${where}: center`, options.center ?? true);
  const scale = checkBoolean(`${where}: scale`, options.scale ?? true);
  const betaInitializer = resolveInitializer(`${where}: betaInitializer`, options.betaInitializer ?? "zeros");
  const gammaInitializer = resolveInitializer(
    `${where}: gammaInitializer`,
    options.gammaInitializer ?? "ones",
  );
  return makeLayer(
    "BatchNormalization",
    options,
    { momentum, epsilon, center, scale, betaInitializer, gammaInitializer },
    {
      weights([input]) {
        const shape = [input[input.length - 1]];
        return [
          ...(scale ? [{ name: "gamma", shape, initializer: gammaInitializer, trainable: true }] : []),
          ...(center ? [{ name: "beta", shape, initializer: betaInitializer, trainable: true }] : []),
          { name: "moving_mean", shape, initializer: resolveInitializer(where, "zeros"), trainable: false },
          {
            name: "moving_variance",
            shape,
            initializer: resolveInitializer(where, "ones"),
            trainable: false,
          },
        ];
      },
      apply([x], scope) {
        const every = (value: number) => constant(new Float32Array(x.shape[1]).fill(value), [x.shape[1]]);
        const normalization = {
          scale: scale ? scope.weight("gamma") : every(1),
          offset: center ? scope.weight("beta") : every(0),
          mean: scope.weight("moving_mean"),
          variance: scope.weight("moving_variance"),
        };
        if (!scope.training || !scope.trainable || !scope.batchStatistics)
          return byRunningStatistics(x, normalization, epsilon);
        const { output, mean, variance } = batchNormalizationTraining(x, normalization, {
          epsilon,
          momentum,
        });
        scope.update("moving_mean", mean);
        scope.update("moving_variance", variance);
        return output;
      },
    },
  );
}
