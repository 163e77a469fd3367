import { apply, describe, type Op, shapeError, type Value } from "../ir/value.ts";

type SliceAttributes = { starts: readonly number[]; ends: readonly number[]; steps: readonly number[] };

export const sliceOp: Op<SliceAttributes> = {
  name: "slice",
  infer([x], { starts, ends, steps }) {
    const rank = x.shape.length;
    if ([starts, ends, steps].some((list) => list.length !== rank)) {
      throw shapeError(
        "slice",
        `one start, end and step for each axis of ${describe(x)}`,
        `${starts.length}`,
      );
    }
    const shape = x.shape.map((extent, axis) => {
      const [start, end, step] = [starts[axis], ends[axis], steps[axis]];
      if (!(step >= 1 && start >= 0 && start < end && end <= extent)) {
        throw shapeError("slice", `0 <= start < end <= ${extent} on axis ${axis}`, `${start}:${end}:${step}`);
      }
      return Math.ceil((end - start) / step);
    });
    return { shape, dtype: x.dtype };
  },
  emit(emitter, [x], { inputs, attributes: { starts, ends, steps } }) {
    const axes = inputs[0].shape.flatMap((extent, axis) =>
      starts[axis] === 0 && ends[axis] === extent && steps[axis] === 1 ? [] : [axis],
    );
    const pick = (list: readonly number[]) => emitter.integers(axes.map((axis) => list[axis]));
    return emitter.node("Slice", [x, pick(starts), pick(ends), emitter.integers(axes), pick(steps)]);
  },
  gradient({ inputs: [x], attributes: { starts, steps } }, dy, { dilate, pad }) {
    const spread = dilate(dy, steps);
    const after = x.shape.map((extent, axis) => extent - starts[axis] - spread.shape[axis]);
    return [pad(spread, starts, after)];
  },
};

/** The elements start, start + step, … below `end` on each axis. Starts, ends and steps are given for every axis. */
export function slice(
  x: Value,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = x.shape.map(() => 1),
): Value {
  const whole = x.shape.every(
    (extent, axis) => starts[axis] === 0 && ends[axis] === extent && steps[axis] === 1,
  );
  return whole ? x : apply(sliceOp, [x], { starts, ends, steps });
}
