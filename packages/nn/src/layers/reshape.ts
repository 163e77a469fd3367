import { badArgument, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { reshape as regroup } from "../ops/reshape.ts";
import { transpose } from "../ops/transpose.ts";
import { showShape, sizeOf } from "../tensor.ts";
import { type FeatureShape, LAYER_OPTIONS, type Layer, type LayerOptions, makeLayer } from "./layer.ts";

function checkTarget(target: readonly number[]): readonly number[] {
  const where = "reshape: targetShape";
  const expected = "[height, width, channels] or [features], of positive integers and at most one -1";
  if (!Array.isArray(target) || (target.length !== 1 && target.length !== 3))
    badArgument(where, expected, target);
  if (!target.every((side) => Number.isInteger(side) && (side > 0 || side === -1)))
    badArgument(where, expected, target);
  if (target.filter((side) => side === -1).length > 1) badArgument(where, expected, target);
  return target;
}

/** The shape that holds as many elements as the input. */
function resolved(target: readonly number[], input: FeatureShape): FeatureShape {
  const size = sizeOf(input);
  const known = sizeOf(target.filter((side) => side !== -1));
  const shape = target.map((side) => (side === -1 ? size / known : side));
  if (sizeOf(shape) !== size || !shape.every(Number.isInteger))
    throw new AumentoError(
      "shape",
      `reshape: the input ${showShape(input)} has ${size} elements, which do not make ${showShape(target)}`,
    );
  return shape;
}

/** The same elements under another shape, channels innermost (Keras' Reshape); one side may be -1: what is left. */
export function reshape(targetShape: readonly number[], options: LayerOptions = {}): Layer {
  checkOptions("reshape", options, LAYER_OPTIONS);
  const target = checkTarget(targetShape);
  return makeLayer(
    "Reshape",
    options,
    { targetShape: target },
    {
      outputShape: ([input]) => resolved(target, input),
      apply([x]) {
        const rows = x.shape.length === 4 ? transpose(x, [0, 2, 3, 1]) : x;
        const shaped = regroup(rows, [x.shape[0], ...resolved(target, rows.shape.slice(1))]);
        return shaped.shape.length === 4 ? transpose(shaped, [0, 3, 1, 2]) : shaped;
      },
    },
  );
}
