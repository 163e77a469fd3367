import type { Value } from "../ir/value.ts";
import { pad } from "./pad.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/** Puts `steps[axis] - 1` zeros between neighbours on each axis: what a strided slice undoes. */
export function dilate(x: Value, steps: readonly number[]): Value {
  let spread = x;
  steps.forEach((step, axis) => {
    if (step === 1 || spread.shape[axis] === 1) return;
    const extent = spread.shape[axis];
    const outer = spread.shape.slice(0, axis + 1);
    const inner = spread.shape.slice(axis + 1);
    const column = reshape(spread, [...outer, 1, ...inner]);
    const zeros = column.shape.map(() => 0);
    const apart = pad(
      column,
      zeros,
      zeros.map((_, i) => (i === axis + 1 ? step - 1 : 0)),
    );
    const flat = reshape(apart, [...spread.shape.slice(0, axis), extent * step, ...inner]);
    const ends = flat.shape.map((size, i) => (i === axis ? (extent - 1) * step + 1 : size));
    spread = slice(
      flat,
      flat.shape.map(() => 0),
      ends,
    );
  });
  return spread;
}
