import type { Handler } from "../handler.ts";
import type { NodeReader } from "../node.ts";
import { type Forwarded, forward } from "./forward.ts";
import { resize } from "./resize.ts";
import { readSoftmaxAxis } from "./shapes.ts";

const sameShape = (node: NodeReader): Forwarded => ({ sample: node.dynamic(0).sample });

/** Shape as the file tells it in its value_info. */
const asTold = (node: NodeReader): Forwarded => ({
  sample:
    node.told ??
    node.fail(
      `the file does not say the shape of what it computes; write it in with onnx.shape_inference.infer_shapes`,
    ),
});

/** Ranks of tensors count the batch. */
const rankOf = (node: NodeReader): number => node.dynamic(0).sample.length + 1;

function readMeanVariance(node: NodeReader): Forwarded {
  const what = node.has("axes") ? "axis" : "by default its axis";
  for (const axis of node.ints("axes") ?? [0, 2, 3]) node.axis(axis, rankOf(node), what);
  return sameShape(node);
}

function readLpNormalization(node: NodeReader): Forwarded {
  node.axis(node.int("axis", -1), rankOf(node));
  return sameShape(node);
}

function readTile(node: NodeReader): Forwarded {
  const { sample } = node.dynamic(0);
  const repeats = node.integers(1, "its repeats") ?? node.fail("it has no repeats");
  const [batch, ...rest] = repeats;
  if (rest.length !== sample.length)
    node.fail(`it has ${repeats.length} repeats for ${sample.length + 1} axes`);
  if (batch !== 1) node.fail(`it repeats axis 0, the batch: samples of a batch must stay apart`);
  return { sample: sample.map((extent, i) => extent * rest[i]) };
}

/** Operators that keep the shape, with their attributes. */
const samePlaces: Readonly<Record<string, readonly string[]>> = {
  Acos: [],
  Acosh: [],
  Asin: [],
  Asinh: [],
  Atan: [],
  Atanh: [],
  Ceil: [],
  Celu: ["alpha"],
  Cos: [],
  Cosh: [],
  Floor: [],
  InstanceNormalization: ["epsilon"],
  LRN: ["alpha", "beta", "bias", "size"],
  Round: [],
  Selu: ["alpha", "gamma"],
  Shrink: ["bias", "lambd"],
  Sign: [],
  Sin: [],
  Sinh: [],
  Softsign: [],
  Tan: [],
  ThresholdedRelu: ["alpha"],
};

/**
 * Handlers of operators that have no gradient here, by their name in ONNX: the node is written again as it was, which
 * does for the frozen part of a model. Only such whose meaning is one and the same up to the opset that graphs are
 * written in, or is told from the older one; attributes that came later are refused.
 */
export const forwardOnly: Readonly<Record<string, Handler>> = {
  ...Object.fromEntries(Object.entries(samePlaces).map(([op, known]) => [op, forward(sameShape, known)])),
  ConvTranspose: forward(asTold, [
    "auto_pad",
    "dilations",
    "group",
    "kernel_shape",
    "output_padding",
    "output_shape",
    "pads",
    "strides",
  ]),
  DepthToSpace: forward(asTold, ["blocksize", "mode"]),
  GlobalLpPool: forward(asTold, ["p"]),
  Hardmax: forward((node) => ({ ...sameShape(node), attributes: { axis: readSoftmaxAxis(node) } }), ["axis"]),
  LpNormalization: forward(readLpNormalization, ["axis", "p"]),
  LpPool: forward(asTold, ["auto_pad", "kernel_shape", "p", "pads", "strides"], {
    ceil_mode: 0,
    dilations: [1, 1],
  }),
  MeanVarianceNormalization: forward(readMeanVariance, ["axes"]),
  SpaceToDepth: forward(asTold, ["blocksize"]),
  Tile: forward(readTile),
  Resize: resize,
};
