import { checkChoice, checkOptions, checkPair } from "../check.ts";
import type { Value } from "../ir/value.ts";
import { averagePool2d } from "../ops/average-pool2d.ts";
import { maxPool2d } from "../ops/max-pool2d.ts";
import { reduceMean } from "../ops/reduce-mean.ts";
import { type Pair, samePads, type Window } from "../ops/window.ts";
import {
  LAYER_OPTIONS,
  type Layer,
  type LayerOptions,
  makeLayer,
  PADDINGS,
  type Padding,
  pictureShape,
  slidExtent,
} from "./layer.ts";

export interface Pooling2dOptions extends LayerOptions {
  /** Extent of the window, one number or [height, width]. Default 2. */
  poolSize?: number | readonly [number, number];
  /** Step of the window. Default: `poolSize`. */
  strides?: number | readonly [number, number];
  /** Default "valid". */
  padding?: Padding;
}

function pooling(
  className: string,
  where: string,
  options: Pooling2dOptions,
  pool: (x: Value, kernel: Pair, window: Partial<Window>) => Value,
): Layer {
  checkOptions(where, options, [...LAYER_OPTIONS, "poolSize", "strides", "padding"]);
  const poolSize = checkPair(`${where}: poolSize`, options.poolSize ?? 2);
  const strides = checkPair(`${where}: strides`, options.strides ?? poolSize);
  const padding = checkChoice(`${where}: padding`, options.padding ?? "valid", PADDINGS);
  return makeLayer(
    className,
    options,
    { poolSize, strides, padding },
    {
      outputShape([input]) {
        const [height, width, channels] = pictureShape(where, input);
        return [
          slidExtent(where, height, poolSize[0], strides[0], padding),
          slidExtent(where, width, poolSize[1], strides[1], padding),
          channels,
        ];
      },
      apply: ([x]) =>
        pool(
          x,
          poolSize,
          padding === "same" ? { strides, pads: samePads(x.shape, poolSize, strides, [1, 1]) } : { strides },
        ),
    },
  );
}

/** The largest value of each window (Keras' MaxPooling2D). */
export const maxPooling2d = (options: Pooling2dOptions = {}): Layer =>
  pooling("MaxPooling2D", "maxPooling2d", options, maxPool2d);

/** The mean of each window, pads left out of it (Keras' AveragePooling2D). */
export const averagePooling2d = (options: Pooling2dOptions = {}): Layer =>
  pooling("AveragePooling2D", "averagePooling2d", options, averagePool2d);

/** The mean of each channel over the whole picture (Keras' GlobalAveragePooling2D). */
export function globalAveragePooling2d(options: LayerOptions = {}): Layer {
  checkOptions("globalAveragePooling2d", options, LAYER_OPTIONS);
  return makeLayer(
    "GlobalAveragePooling2D",
    options,
    {},
    {
      outputShape: ([input]) => [pictureShape("globalAveragePooling2d", input)[2]],
      apply: ([x]) => reduceMean(x, [2, 3]),
    },
  );
}
