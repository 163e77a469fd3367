import { badArgument, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { concat, slice } from "../ops/index.ts";
import { LAYER_OPTIONS, type Layer, type LayerOptions, makeLayer } from "./layer.ts";

/** Channels in another order: channel i of the output is channel `order[i]` of the input. [2, 1, 0] makes RGB to BGR. */
export function reorderChannels(order: readonly number[], options: LayerOptions = {}): Layer {
  const where = "reorderChannels";
  checkOptions(where, options, LAYER_OPTIONS);
  if (!Array.isArray(order) || [...order].sort((a, b) => a - b).some((channel, i) => channel !== i))
    badArgument(`${where}: order`, "each channel once, counted from 0, as [2, 1, 0]", order);
  return makeLayer(
    "ReorderChannels",
    options,
    { order },
    {
      outputShape([input]) {
        const channels = input[input.length - 1];
        if (channels !== order.length)
          throw new AumentoError(
            "shape",
            `${where}: order has ${order.length} channels, the input has ${channels}`,
          );
        return input;
      },
      apply([x]) {
        const only = (channel: number) =>
          slice(
            x,
            x.shape.map((_, axis) => (axis === 1 ? channel : 0)),
            x.shape.map((extent, axis) => (axis === 1 ? channel + 1 : extent)),
          );
        return concat(order.map(only), 1);
      },
    },
  );
}
