import type { Value } from "../../ir/value.ts";
import type { Json } from "../../layers/layer.ts";
import * as ops from "../../ops/index.ts";
import { showShape, sizeOf } from "../../tensor.ts";
import type { Dynamic, Extent } from "../constant.ts";
import type { Handler, LayerPlan } from "../handler.ts";
import type { NodeReader } from "../node.ts";

// Lists in a configuration are written by the readers beside, and the ops check what is in them.
const numbers = (json: Json): number[] => (json as readonly number[]).map(Number);

/** A layer that gives each sample another shape. */
const reshaped = (x: Dynamic, shape: readonly number[]): LayerPlan => ({
  inputs: [x],
  attributes: { shape: [...shape] },
});

const applyShape: Handler["apply"] = ([x], { attributes }) =>
  ops.reshape(x, [x.shape[0], ...numbers(attributes.shape)]);

/** The shape of a sample that a Reshape asks for, whose first axis must stay the batch. */
function reshapeTarget(node: NodeReader, x: Dynamic, wanted: readonly Extent[]): number[] {
  const all: readonly Extent[] = ["batch", ...x.sample];
  const size = sizeOf(x.sample);
  const keeps = node.int("allowzero", 0) === 0;
  const extents = wanted.map((extent, i) => (extent === 0 && keeps ? (all[i] ?? 0) : extent));
  const [batch, ...rest] = extents;
  const known = rest.reduce<number>(
    (product, extent) => (typeof extent === "number" && extent > 0 ? product * extent : product),
    1,
  );
  const open = rest.filter((extent) => extent === -1).length;
  const mixes = () =>
    node.fail(
      `cannot take samples of shape ${showShape(x.sample)} to [${extents.join(", ")}] and keep those of a batch apart`,
    );
  if (batch === undefined || rest.some((extent) => extent === "batch" || extent < -1) || open > 1)
    return mixes();
  // A number there with an open extent behind it: numbers of a sample would move onto the batch's axis. Where the file
  // leaves the batch open, it may still have been exported for one.
  if (open > 0 && typeof batch === "number" && batch > 0 && batch !== (node.samples ?? 1))
    node.fail(
      `its shape [${extents.join(", ")}] has axis 0, the batch, at ${batch} and not ${node.samples ?? "n"}: samples of a batch must stay apart`,
    );
  const target = rest.map((extent) => (extent === -1 ? size / known : Number(extent)));
  // A file exported for one batch size has that number there; the rest tells whether it is the batch.
  if (sizeOf(target) !== size || !target.every((extent) => Number.isInteger(extent) && extent > 0))
    return mixes();
  return target;
}

/** Start, end and step on each axis of a Slice, as attributes of the op. */
function readSlice(node: NodeReader, x: Dynamic): LayerPlan {
  const rank = x.sample.length + 1;
  const starts = node.integersOrAttribute(1, "starts") ?? node.fail("it has no starts");
  const ends = node.integersOrAttribute(2, "ends") ?? node.fail("it has no ends");
  const axes = node.integersOrAttribute(3, "axes") ?? starts.map((_, i) => i);
  const steps = node.integers(4, "steps") ?? starts.map(() => 1);
  const from = x.sample.map(() => 0);
  const to = [...x.sample];
  const by = x.sample.map(() => 1);
  axes.forEach((given, i) => {
    const axis = given < 0 ? given + rank : given;
    if (axis === 0 && starts[i] === 0 && ends[i] >= 2 ** 31 - 1 && steps[i] === 1) return;
    const place = node.axis(given, rank) - 1;
    const extent = x.sample[place];
    const within = (value: number) => Math.min(extent, Math.max(0, value < 0 ? value + extent : value));
    if (steps[i] < 1) node.fail("steps below 1 are not supported");
    from[place] = within(starts[i]);
    to[place] = within(ends[i]);
    by[place] = steps[i];
  });
  return { inputs: [x], attributes: { starts: from, ends: to, steps: by } };
}

const applySlice: Handler["apply"] = ([x], { attributes: { starts, ends, steps } }) =>
  ops.slice(x, [0, ...numbers(starts)], [x.shape[0], ...numbers(ends)], [1, ...numbers(steps)]);

/** A part of one axis as a slice. */
const part = (x: Dynamic, place: number, start: number, end: number): LayerPlan => ({
  inputs: [x],
  attributes: {
    starts: x.sample.map((_, i) => (i === place ? start : 0)),
    ends: x.sample.map((extent, i) => (i === place ? end : extent)),
    steps: x.sample.map(() => 1),
  },
});

function reduction(apply: (x: Value, axes: readonly number[], keep: boolean) => Value): Handler {
  return {
    read(node) {
      const x = node.dynamic(0);
      const rank = x.sample.length + 1;
      const axes = node.integersOrAttribute(1, "axes");
      if (!axes || axes.length === 0) return node.fail("it reduces all axes, the batch too");
      return {
        inputs: [x],
        attributes: {
          axes: axes.map((axis) => node.axis(axis, rank)).sort((a, b) => a - b),
          keep: node.int("keepdims", 1) !== 0,
        },
      };
    },
    apply: ([x], { attributes }) => apply(x, numbers(attributes.axes), attributes.keep === true),
  };
}

/** The axis of Softmax and its kin. Before opset 13 they ran over all axes from the given one on. */
export function readSoftmaxAxis(node: NodeReader): number {
  const { sample } = node.dynamic(0);
  const axis = node.axis(node.int("axis", node.opset < 13 ? 1 : -1), sample.length + 1);
  if (node.opset < 13 && sample.slice(axis).some((extent) => extent !== 1))
    node.fail(`opset ${node.opset} has it over all axes from ${axis} on; only the last one is supported`);
  return axis;
}

/** Softmax and its logarithm. */
function overAxis(apply: (x: Value, axis: number) => Value): Handler {
  return {
    read: (node) => ({ inputs: [node.dynamic(0)], attributes: { axis: readSoftmaxAxis(node) } }),
    apply: ([x], { attributes }) => apply(x, Number(attributes.axis)),
  };
}

/** Handlers of operators that move numbers or reduce axes, by their name in ONNX. */
export const shapes: Readonly<Record<string, Handler>> = {
  Flatten: {
    read(node) {
      const x = node.dynamic(0);
      const axis = node.int("axis", 1);
      if (axis !== 1 && axis !== -x.sample.length) node.fail("only axis 1, after the batch, is supported");
      return reshaped(x, [sizeOf(x.sample)]);
    },
    apply: applyShape,
  },
  Reshape: {
    read(node) {
      const x = node.dynamic(0);
      const wanted = node.extents(1, "its shape") ?? node.ints("shape") ?? node.fail("it has no shape");
      return reshaped(x, reshapeTarget(node, x, wanted));
    },
    apply: applyShape,
  },
  Squeeze: {
    read(node) {
      const x = node.dynamic(0);
      const given = node.integersOrAttribute(1, "axes");
      if (!given && x.sample.includes(1))
        node.fail("it does not say its axes, and a batch of one would vanish");
      const axes = (given ?? []).map((axis) => node.axis(axis, x.sample.length + 1) - 1);
      if (axes.some((place) => x.sample[place] !== 1))
        node.fail(`axes [${given}] of ${showShape([null, ...x.sample])} are not all 1`);
      return reshaped(
        x,
        x.sample.filter((_, place) => !axes.includes(place)),
      );
    },
    apply: applyShape,
  },
  Unsqueeze: {
    read(node) {
      const x = node.dynamic(0);
      const given = node.integersOrAttribute(1, "axes") ?? node.fail("it has no axes");
      const rank = x.sample.length + 1 + given.length;
      const axes = given.map((axis) => node.axis(axis, rank));
      const rest = [...x.sample];
      const shape = Array.from({ length: rank - 1 }, (_, i) =>
        axes.includes(i + 1) ? 1 : (rest.shift() ?? 1),
      );
      return reshaped(x, shape);
    },
    apply: applyShape,
  },
  Transpose: {
    read(node) {
      const x = node.dynamic(0);
      const permutation = node.ints("perm") ?? x.sample.map((_, i) => x.sample.length - i).concat(0);
      if (permutation[0] !== 0) node.fail("it moves the batch's axis");
      return { inputs: [x], attributes: { permutation } };
    },
    apply: ([x], { attributes }) => ops.transpose(x, numbers(attributes.permutation)),
  },
  Concat: {
    read(node) {
      const inputs = node.operands.map((_, i) => node.dynamic(i));
      return { inputs, attributes: { axis: node.axis(node.int("axis", 1), inputs[0].sample.length + 1) } };
    },
    apply: (inputs, { attributes }) => ops.concat(inputs, Number(attributes.axis)),
  },
  Slice: { read: (node) => readSlice(node, node.dynamic(0)), apply: applySlice },
  Split: {
    read(node) {
      const x = node.dynamic(0);
      const place = node.axis(node.int("axis", 0), x.sample.length + 1) - 1;
      const extent = x.sample[place];
      const count = node.outputs.length;
      const equal = Math.ceil(extent / count);
      const sizes =
        node.integersOrAttribute(1, "split") ??
        node.outputs.map((_, i) => Math.min(equal, extent - i * equal));
      let start = 0;
      return sizes.map((size) => {
        const from = start;
        start += size;
        return part(x, place, from, start);
      });
    },
    apply: applySlice,
  },
  Gather: {
    read(node) {
      const x = node.dynamic(0);
      const indices = node.constant(1, "its index");
      const place = node.axis(node.int("axis", 0), x.sample.length + 1) - 1;
      const index = Number(indices?.data[0]);
      if (indices?.data.length !== 1 || indices.shape.length > 1)
        node.fail("only one index is supported where the pictures' numbers are picked");
      const extent = x.sample[place];
      const start = index < 0 ? index + extent : index;
      const kept = indices!.shape.length === 1 ? [1] : [];
      const shape = [...x.sample.slice(0, place), ...kept, ...x.sample.slice(place + 1)];
      const picked = part(x, place, start, start + 1);
      return { ...picked, attributes: { ...picked.attributes, shape } };
    },
    apply: (inputs, node) => applyShape([applySlice(inputs, node)], node),
  },
  Pad: {
    read(node) {
      const x = node.dynamic(0);
      if (node.text("mode", "constant") !== "constant")
        node.fail(`mode "${node.text("mode", "")}" is not supported; "constant" is`);
      const pads = node.integersOrAttribute(1, "pads") ?? node.fail("it has no pads");
      const rank = x.sample.length + 1;
      const axes = node.integers(3, "axes") ?? Array.from({ length: rank }, (_, axis) => axis);
      const before = Array<number>(rank).fill(0);
      const after = Array<number>(rank).fill(0);
      axes.forEach((given, i) => {
        const axis = given < 0 ? given + rank : given;
        [before[axis], after[axis]] = [pads[i], pads[i + axes.length]];
      });
      if (before[0] !== 0 || after[0] !== 0) node.fail("it pads the batch");
      if (pads.some((width) => width < 0)) node.fail("widths below 0 are not supported");
      return {
        inputs: [x],
        attributes: { before, after, value: node.scalar(2, "its value") ?? node.float("value", 0) },
      };
    },
    apply: ([x], { attributes: { before, after, value } }) =>
      ops.pad(x, numbers(before), numbers(after), Number(value)),
  },
  ReduceMean: reduction(ops.reduceMean),
  ReduceSum: reduction(ops.reduceSum),
  Softmax: overAxis(ops.softmax),
  LogSoftmax: overAxis(ops.logSoftmax),
};
