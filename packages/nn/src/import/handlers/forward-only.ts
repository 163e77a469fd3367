import { AumentoError } from "../../errors.ts";
import type { EmittedAttribute } from "../../ir/emitter.ts";
import { apply, type Op, type Value } from "../../ir/value.ts";
import { showShape } from "../../tensor.ts";
import { isFloat } from "../constant.ts";
import type { Handler, LayerPlan, PlannedWeight } from "../handler.ts";
import type { NodeReader } from "../node.ts";

/** Float constants of up to this many numbers stand in the configuration; larger ones are weights. */
const mostNumbers = 16;

/** Where an input of the node comes from: nowhere, a value or a weight (in order), or numbers. */
type Slot =
  | ""
  | "value"
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[]; readonly shape: readonly number[] };

/** What `read` writes into the configuration. (A type and no interface: only such is `Json`.) */
type Written = {
  readonly node: string;
  readonly operator: string;
  readonly sample: readonly number[];
  readonly written: Readonly<Record<string, EmittedAttribute>>;
  readonly slots: readonly Slot[];
};

/** The node as it was, as an op through which no gradient passes. */
function nodeOp({ node, operator, sample, written, slots }: Written): Op<Readonly<Record<never, never>>> {
  return {
    name: operator,
    infer: ([x]) => ({ shape: [x.shape[0], ...sample], dtype: "float32" }),
    emit(emitter, inputs) {
      const values = inputs.values();
      const names = slots.map((slot) => {
        if (slot === "") return "";
        if (slot === "value") return values.next().value ?? "";
        if ("ints" in slot) return emitter.integers(slot.ints);
        return emitter.constant(Float32Array.from(slot.floats), slot.shape, "float32");
      });
      return emitter.node(operator, names, written);
    },
    gradient() {
      throw new AumentoError(
        "model",
        `The node "${node}" (${operator}) cannot be differentiated, and a gradient must pass it: freeze what comes before it, with unfreeze(place) from a later place on`,
      );
    },
  };
}

function slotsOf(node: NodeReader): { slots: Slot[]; weights: Record<string, PlannedWeight> } {
  const weights: Record<string, PlannedWeight> = {};
  const slots = node.operands.map((operand, i): Slot => {
    if (!operand || (operand.kind === "constant" && operand.data.length === 0)) return "";
    if (operand.kind === "dynamic") return "value";
    if (!isFloat(operand)) return { ints: node.integers(i, `input ${i + 1}`) ?? [] };
    if (operand.data.length <= mostNumbers) return { floats: [...operand.data], shape: operand.shape };
    weights[`input${i}`] = { constant: operand, trainable: false };
    return "value";
  });
  return { slots, weights };
}

function forward(shapeOf: (node: NodeReader) => readonly number[]): Handler {
  return {
    read(node): LayerPlan {
      const { slots, weights } = slotsOf(node);
      if (node.outputs.slice(1).some((name) => name !== "")) node.fail("only its first output is supported");
      const written: Written = {
        node: node.name,
        operator: node.op,
        sample: shapeOf(node),
        written: node.written(),
        slots,
      };
      return {
        inputs: node.operands.flatMap((operand) => (operand?.kind === "dynamic" ? [operand] : [])),
        attributes: written,
        weights,
      };
    },
    apply(inputs, { attributes, weight }) {
      const written = attributes as Written; // by \`read\` above
      const given = inputs.values();
      const values = written.slots.flatMap((slot, i): Value[] => {
        if (slot !== "value") return [];
        const value = weight(`input${i}`) ?? given.next().value;
        return value ? [value] : [];
      });
      return apply(nodeOp(written), values, {});
    },
  };
}

const sameShape = forward((node) => node.dynamic(0).sample);

/** Shape as the file tells it in its value_info. */
const asTold = forward(
  (node) =>
    node.told ??
    node.fail(
      `the file does not say the shape of what it computes; write it in with onnx.shape_inference.infer_shapes`,
    ),
);

/** Extents by the sizes or scales that a Resize is given. */
function resizedShape(node: NodeReader): readonly number[] {
  const { sample } = node.dynamic(0);
  if (node.has("axes")) return node.told ?? node.fail("axes are not supported");
  const sizes = node.integers(3, "its sizes");
  if (sizes?.length) return sizes.slice(1);
  const scales = node.floats(2, "its scales")?.data ?? node.fail("it has neither sizes nor scales");
  if (scales.length !== sample.length + 1)
    node.fail(`it has ${scales.length} scales for samples of shape ${showShape(sample)}`);
  return sample.map((extent, i) => Math.floor(extent * scales[i + 1]));
}

const samePlaces = [
  "Acos",
  "Acosh",
  "Asin",
  "Asinh",
  "Atan",
  "Atanh",
  "Ceil",
  "Celu",
  "Cos",
  "Cosh",
  "Floor",
  "Hardmax",
  "InstanceNormalization",
  "LRN",
  "LpNormalization",
  "MeanVarianceNormalization",
  "Round",
  "Selu",
  "Shrink",
  "Sign",
  "Sin",
  "Sinh",
  "Softsign",
  "Tan",
  "ThresholdedRelu",
];

/**
 * Handlers of operators that have no gradient here, by their name in ONNX: the node is written again as it was, which
 * does for the frozen part of a model. Only such whose meaning is one and the same up to the opset that graphs are
 * written in.
 */
export const forwardOnly: Readonly<Record<string, Handler>> = {
  ...Object.fromEntries(samePlaces.map((op) => [op, sameShape])),
  ConvTranspose: asTold,
  DepthToSpace: asTold,
  GlobalLpPool: asTold,
  LpPool: asTold,
  SpaceToDepth: asTold,
  Tile: asTold,
  Resize: forward(resizedShape),
};
