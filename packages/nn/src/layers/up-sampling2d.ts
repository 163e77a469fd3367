import { checkChoice, checkOptions, checkPair } from "../check.ts";
import type { Value } from "../ir/value.ts";
import { constant } from "../ops/leaves.ts";
import { matMul } from "../ops/mat-mul.ts";
import { upsample2d } from "../ops/upsample2d.ts";
import { LAYER_OPTIONS, type Layer, type LayerOptions, makeLayer, pictureShape } from "./layer.ts";

export interface UpSampling2dOptions extends LayerOptions {
  /** "nearest" repeats pixels, "bilinear" interpolates between their centres. Default "nearest". */
  interpolation?: "nearest" | "bilinear";
}

/**
 * Shares of `extent` pixels in each of `factor` times as many, [extent · factor, extent]: linear interpolation between
 * the pixels' centres, the outermost ones going on to the border (TensorFlow's half-pixel centres).
 */
function shares(extent: number, factor: number): Float32Array {
  const matrix = new Float32Array(extent * factor * extent);
  for (let to = 0; to < extent * factor; to++) {
    const place = Math.min(Math.max((to + 0.5) / factor - 0.5, 0), extent - 1);
    const from = Math.min(Math.floor(place), Math.max(extent - 2, 0));
    matrix[to * extent + from] += 1 - (place - from);
    if (place > from) matrix[to * extent + from + 1] += place - from;
  }
  return matrix;
}

/** Bilinear: along the rows by a product from the right, along the columns by one from the left. */
function interpolate(x: Value, size: readonly [number, number]): Value {
  const [height, width] = x.shape.slice(2);
  const wider = matMul(x, constant(shares(width, size[1]), [width * size[1], width]), { transposeB: true });
  return matMul(constant(shares(height, size[0]), [height * size[0], height]), wider);
}

/** Pictures `size` times as high and wide (Keras' UpSampling2D). `size` is one number or [height, width]. */
export function upSampling2d(
  size: number | readonly [number, number] = 2,
  options: UpSampling2dOptions = {},
): Layer {
  const where = "upSampling2d";
  checkOptions(where, options, [...LAYER_OPTIONS, "interpolation"]);
  const factors = checkPair(`${where}: size`, size);
  const interpolation = checkChoice(`${where}: interpolation`, options.interpolation ?? "nearest", [
    "nearest",
    "bilinear",
  ]);
  return makeLayer(
    "UpSampling2D",
    options,
    { size: factors, interpolation },
    {
      outputShape([input]) {
        const [height, width, channels] = pictureShape(where, input);
        return [height * factors[0], width * factors[1], channels];
      },
      apply: ([x]) => (interpolation === "nearest" ? upsample2d(x, factors) : interpolate(x, factors)),
    },
  );
}
