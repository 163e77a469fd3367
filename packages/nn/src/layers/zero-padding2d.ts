import { badArgument, checkOptions } from "../check.ts";
import { pad } from "../ops/pad.ts";
import { LAYER_OPTIONS, type Layer, type LayerOptions, makeLayer, pictureShape } from "./layer.ts";

/** Widths before and after, or one for both. */
type Side = number | readonly [number, number];

const isWidth = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

function checkSides(given: number | readonly [Side, Side]): [[number, number], [number, number]] {
  const sides = isWidth(given) ? [given, given] : given;
  const pairs = Array.isArray(sides) ? sides.map((side: Side) => (isWidth(side) ? [side, side] : side)) : [];
  if (
    pairs.length !== 2 ||
    !pairs.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isWidth))
  )
    badArgument(
      "zeroPadding2d: padding",
      "a width, [height, width] or [[top, bottom], [left, right]] of integers of at least 0",
      given,
    );
  // Checked just now.
  return pairs as [[number, number], [number, number]];
}

/** Zeros put around pictures (Keras' ZeroPadding2D): one width, [height, width] or [[top, bottom], [left, right]]. */
export function zeroPadding2d(
  padding: number | readonly [Side, Side] = 1,
  options: LayerOptions = {},
): Layer {
  checkOptions("zeroPadding2d", options, LAYER_OPTIONS);
  const [[top, bottom], [left, right]] = checkSides(padding);
  return makeLayer(
    "ZeroPadding2D",
    options,
    {
      padding: [
        [top, bottom],
        [left, right],
      ],
    },
    {
      outputShape([input]) {
        const [height, width, channels] = pictureShape("zeroPadding2d", input);
        return [top + height + bottom, left + width + right, channels];
      },
      apply: ([x]) => pad(x, [0, 0, top, left], [0, 0, bottom, right]),
    },
  );
}
