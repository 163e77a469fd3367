import { badArgument, checkNumber, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import type { Value } from "../ir/value.ts";
import { add } from "../ops/add.ts";
import { constant, scalar } from "../ops/leaves.ts";
import { mul } from "../ops/mul.ts";
import { LAYER_OPTIONS, type Layer, type LayerOptions, makeLayer } from "./layer.ts";

export interface RescalingOptions extends LayerOptions {
  /** Added after the scale; one number or one a channel. Default 0. */
  offset?: number | readonly number[];
}

function checkFactor(where: string, value: number | readonly number[]): number | readonly number[] {
  if (!Array.isArray(value)) return checkNumber(where, value);
  if (value.length === 0) badArgument(where, "a number or one number a channel", value);
  return value.map((v, i) => checkNumber(`${where}[${i}]`, v));
}

/** The factor as a value that broadcasts along the channels of x. */
function along(x: Value, factor: number | readonly number[]): Value {
  if (typeof factor === "number") return scalar(factor);
  return constant(Float32Array.from(factor), [factor.length, ...x.shape.slice(2).map(() => 1)]);
}

/** x · scale + offset, each one number or one a channel (Keras' Rescaling): `rescaling(1 / 255)` makes 0..255 to 0..1. */
export function rescaling(scale: number | readonly number[], options: RescalingOptions = {}): Layer {
  checkOptions("rescaling", options, [...LAYER_OPTIONS, "offset"]);
  const factor = checkFactor("rescaling: scale", scale);
  const offset = checkFactor("rescaling: offset", options.offset ?? 0);
  return makeLayer(
    "Rescaling",
    options,
    { scale: factor, offset },
    {
      outputShape([input]) {
        const channels = input[input.length - 1];
        for (const [name, value] of Object.entries({ scale: factor, offset }))
          if (typeof value !== "number" && value.length !== channels)
            throw new AumentoError(
              "shape",
              `rescaling: ${name} has ${value.length} numbers, the input has ${channels} channels`,
            );
        return input;
      },
      apply([x]) {
        const scaled = mul(x, along(x, factor));
        return offset === 0 ? scaled : add(scaled, along(x, offset));
      },
    },
  );
}
