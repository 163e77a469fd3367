import { show } from "../../check.ts";
import { AumentoError } from "../../errors.ts";
import type { EmittedAttribute } from "../../ir/emitter.ts";
import { apply, type Op, type Value } from "../../ir/value.ts";
import { isFloat } from "../constant.ts";
import type { Handler, LayerPlan, PlannedWeight } from "../handler.ts";
import type { NodeReader } from "../node.ts";

/** Float constants of up to this many numbers stand in the configuration; larger ones are weights. */
const mostNumbers = 16;

/**
 * Where an input of the node comes from: nowhere, a value or a weight (in order), numbers, or the number of samples
 * with extents behind it.
 */
export type Slot =
  | ""
  | "value"
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[]; readonly shape: readonly number[] }
  | { readonly sample: readonly number[] };

/** What `read` writes into the configuration. (A type and no interface: only such is `Json`.) */
type Written = {
  readonly node: string;
  readonly operator: string;
  readonly sample: readonly number[];
  readonly written: Readonly<Record<string, EmittedAttribute>>;
  readonly slots: readonly Slot[];
};

/** How a node is written again. */
export interface Forwarded {
  /** Shape of a sample that it computes. */
  readonly sample: readonly number[];
  /** Attributes that are written otherwise than they were, or besides them. */
  readonly attributes?: Readonly<Record<string, EmittedAttribute>>;
  /** Inputs that are written otherwise, by their place. */
  readonly slots?: Readonly<Record<number, Slot>>;
}

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
        if ("floats" in slot) return emitter.constant(Float32Array.from(slot.floats), slot.shape, "float32");
        // Asked of the input, because the batch of a file stays open.
        const samples = emitter.node("Shape", [inputs[0]], { start: 0, end: 1 });
        return emitter.node("Concat", [samples, emitter.integers(slot.sample)], { axis: 0 });
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

function slotsOf(
  node: NodeReader,
  given: Readonly<Record<number, Slot>>,
): { slots: Slot[]; weights: Record<string, PlannedWeight> } {
  const weights: Record<string, PlannedWeight> = {};
  const { operands } = node;
  const length = Math.max(operands.length, ...Object.keys(given).map((place) => Number(place) + 1));
  const slots = Array.from({ length }, (_, i): Slot => {
    const operand = operands[i];
    if (given[i] !== undefined) return given[i];
    if (!operand || (operand.kind === "constant" && operand.data.length === 0)) return "";
    if (operand.kind === "dynamic") return "value";
    if (!isFloat(operand)) return { ints: node.integers(i, `input ${i + 1}`) ?? [] };
    if (operand.data.length <= mostNumbers) return { floats: [...operand.data], shape: operand.shape };
    weights[`input${i}`] = { constant: operand, trainable: false };
    return "value";
  });
  return { slots, weights };
}

/**
 * Attributes of the opsets after the one that graphs are written in, with the value at which they change nothing and
 * are left out. Without a value: `read` writes out what they say.
 */
export type NewerAttributes = Readonly<Record<string, EmittedAttribute | undefined>>;

/** The node's attributes as they are written again: those that the operator has in our opset. */
function attributesOf(
  node: NodeReader,
  known: readonly string[],
  newer: NewerAttributes,
): Record<string, EmittedAttribute> {
  const kept: Record<string, EmittedAttribute> = {};
  for (const [name, value] of Object.entries(node.written())) {
    const neutral = Object.hasOwn(newer, name) ? (newer[name] ?? value) : undefined;
    if (known.includes(name)) kept[name] = value;
    else if (neutral === undefined) node.fail(`its attribute "${name}" is not supported`);
    else if (JSON.stringify(value) !== JSON.stringify(neutral))
      node.fail(`its attribute "${name}" is supported as ${show(neutral)} only, got ${show(value)}`);
  }
  return kept;
}

/** A handler of a node that is written again, with the attributes that it may have. */
export function forward(
  read: (node: NodeReader) => Forwarded,
  known: readonly string[] = [],
  newer: NewerAttributes = {},
): Handler {
  return {
    read(node): LayerPlan {
      const attributes = attributesOf(node, known, newer);
      if (node.outputs.slice(1).some((name) => name !== "")) node.fail("only its first output is supported");
      const forwarded = read(node);
      const { slots, weights } = slotsOf(node, forwarded.slots ?? {});
      const written: Written = {
        node: node.name,
        operator: node.op,
        sample: forwarded.sample,
        written: { ...attributes, ...forwarded.attributes },
        slots,
      };
      return {
        inputs: node.operands.flatMap((operand) => (operand?.kind === "dynamic" ? [operand] : [])),
        attributes: written,
        weights,
      };
    },
    apply(inputs, { attributes, weight }) {
      const written = attributes as Written; // by `read` above
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
