import { checkOptions } from "../check.ts";
import { reshape } from "../ops/reshape.ts";
import { transpose } from "../ops/transpose.ts";
import { sizeOf } from "../tensor.ts";
import { LAYER_OPTIONS, type Layer, type LayerOptions, makeLayer } from "./layer.ts";

/** Pictures as vectors, channels innermost (Keras' Flatten). */
export function flatten(options: LayerOptions = {}): Layer {
  checkOptions("flatten", options, LAYER_OPTIONS);
  return makeLayer(
    "Flatten",
    options,
    {},
    {
      outputShape: ([input]) => [sizeOf(input)],
      apply([x]) {
        const rows = x.shape.length === 4 ? transpose(x, [0, 2, 3, 1]) : x;
        return reshape(rows, [x.shape[0], sizeOf(x.shape.slice(1))]);
      },
    },
  );
}
