import { checkNumber, checkOptions } from "../check.ts";
import { mul } from "../ops/mul.ts";
import { LAYER_OPTIONS, type Layer, type LayerOptions, makeLayer } from "./layer.ts";

/** In training, sets each value to 0 with probability `rate` and scales the others up by 1 / (1 - rate) (Keras' Dropout). */
export function dropout(rate: number, options: LayerOptions = {}): Layer {
  checkOptions("dropout", options, LAYER_OPTIONS);
  checkNumber("dropout: rate", rate, { min: 0, below: 1 });
  return makeLayer(
    "Dropout",
    options,
    { rate },
    {
      apply: ([x], scope) => (scope.training && rate > 0 ? mul(x, scope.dropoutMask(x.shape, rate)) : x),
    },
  );
}
