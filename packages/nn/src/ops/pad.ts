import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type PadAttributes = { before: readonly number[]; after: readonly number[]; value: number };

export const padOp: Op<PadAttributes> = {
  name: "pad",
  infer([x], { before, after }) {
    const rank = x.shape.length;
    if (
      before.length !== rank ||
      after.length !== rank ||
      [...before, ...after].some((width) => !(width >= 0))
    ) {
      throw shapeError(
        "pad",
        `widths of at least 0 for each axis of ${describe(x)}`,
        `[${before}] and [${after}]`,
      );
    }
    return { shape: x.shape.map((extent, axis) => before[axis] + extent + after[axis]), dtype: x.dtype };
  },
  emit: (emitter, [x], { attributes: { before, after, value } }) =>
    emitter.node("Pad", [
      x,
      emitter.integers([...before, ...after]),
      ...(value === 0 ? [] : [emitter.scalar(value)]),
    ]),
  gradient({ inputs: [x], attributes: { before } }, dy, { slice }) {
    return [
      slice(
        dy,
        before,
        x.shape.map((extent, axis) => before[axis] + extent),
      ),
    ];
  },
};

/** x with `before[axis]` and `after[axis]` elements of `value` put around it on each axis. */
export function pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
  const nothing = [...before, ...after].every((width) => width === 0);
  return nothing ? x : apply(padOp, [x], { before, after, value });
}
