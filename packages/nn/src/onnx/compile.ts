import { AumentoError } from "../errors.ts";
import { ordered } from "../ir/graph.ts";
import { assignLayouts, isPerChannel, type Placement } from "../ir/layout.ts";
import type { Layout, Value } from "../ir/value.ts";
import { inputOp, parameterOp } from "../ops/leaves.ts";
import { GraphBuilder } from "./builder.ts";
import type { ModelProto } from "./onnx.gen.ts";

/** What to compile: outputs by name, and how. */
export interface GraphDescription {
  readonly outputs: Readonly<Record<string, Value>>;
  /** Inputs and parameters that the graph shall take in this order, used or not; others it needs follow. */
  readonly inputs?: readonly Value[];
  /** Parameters (or inputs) to be stored in the file with these elements, instead of being fed. */
  readonly weights?: ReadonlyMap<Value, Float32Array>;
  /** Block size of the runtime's blocked layout (`blockSize` of the runtime), to be used where ops have it. */
  readonly block?: number;
  /** Outputs that stay in the layout that they are computed in: for a graph that takes them so. Others are plain. */
  readonly asComputed?: ReadonlySet<string>;
  /** Only operators of the ONNX standard: for files that any runtime is to run. */
  readonly portable?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The values that follow from what is fed and from stored weights, at least one of them, without any fed weight. */
function fixedBy(weights: ReadonlyMap<Value, unknown>, order: readonly Value[]): Set<Value> {
  const fixed = new Set<Value>();
  const open = new Set<Value>();
  for (const value of order) {
    if (value.op === parameterOp) (weights.has(value) ? fixed : open).add(value);
    else if (value.inputs.some((input) => open.has(input))) open.add(value);
    else if (value.inputs.some((input) => fixed.has(input))) fixed.add(value);
  }
  return fixed;
}

const blockedDomain = "com.microsoft.nchwc";

/** Puts a tensor into the other layout. */
function reorder(builder: GraphBuilder, name: string, value: Value, to: Layout, block: number): string {
  const [batch, channels, height, width] = value.shape;
  if (value.dtype === "float32") {
    return to === "blocked"
      ? builder.node("ReorderInput", [name], {}, blockedDomain)
      : builder.node("ReorderOutput", [name], { channels }, blockedDomain);
  }
  const groups = channels / block;
  const apart =
    to === "blocked"
      ? builder.transpose(builder.reshape(name, [batch, groups, block, height, width]), [0, 1, 3, 4, 2])
      : builder.transpose(builder.reshape(name, [batch, groups, height, width, block]), [0, 1, 4, 2, 3]);
  return builder.reshape(apart, value.shape);
}

/** Element-wise in blocks: operands with one number a channel are repeated over a five-axis view. */
function emitElementwise(
  builder: GraphBuilder,
  names: readonly string[],
  value: Value,
  block: number,
): string {
  if (!value.inputs.some((operand) => isPerChannel(operand, value)))
    return value.op.emit(builder, names, value);
  const [batch, channels, height, width] = value.shape;
  const views = value.inputs.map((operand, i) => {
    if (operand.shape.every((extent) => extent === 1)) return builder.reshape(names[i], [1]);
    const [rows, columns] = isPerChannel(operand, value) ? [1, 1] : [height, width];
    return builder.reshape(names[i], [operand.shape[0], channels / block, rows, columns, block]);
  });
  return builder.reshape(value.op.emit(builder, views, value), [batch, channels, height, width]);
}

function emit(
  builder: GraphBuilder,
  names: string[],
  value: Value,
  placement: Placement,
  block?: number,
): string {
  const blocked = placement.output === "blocked" || placement.inputs.includes("blocked");
  if (!blocked || block === undefined) return value.op.emit(builder, names, value);
  if (value.op.blocked) return value.op.blocked.emit(builder, names, value, block, placement.inputs);
  return emitElementwise(builder, names, value, block);
}

/** Writes a graph of values as an ONNX model. */
export function compileModel(description: GraphDescription): ModelProto {
  const { outputs, inputs = [], weights = new Map(), asComputed, block, portable = false } = description;
  const builder = new GraphBuilder({ contributed: !portable });
  for (const name of Object.keys(outputs)) builder.reserve(name);
  const order = ordered([...inputs, ...Object.values(outputs)]);
  const placements = assignLayouts(order, portable ? undefined : block, fixedBy(weights, order));
  const tensors = new Map<Value, Partial<Record<Layout, string>>>();
  const leaves = new Map<string, Value>();

  const within = (value: Value, layout: Layout): string => {
    const made = tensors.get(value)!;
    const other: Layout = layout === "plain" ? "blocked" : "plain";
    made[layout] ??= reorder(builder, made[other]!, value, layout, block!);
    return made[layout];
  };

  for (const value of order) {
    const { op, attributes } = value;
    if (op === inputOp || op === parameterOp) {
      const name = String(attributes.name);
      if (leaves.has(name) || name in outputs) {
        throw new AumentoError("argument", `compileGraph: two tensors of the graph are named "${name}".`);
      }
      leaves.set(name, value);
      builder.reserve(name);
    }
  }
  for (const value of order) {
    const placement = placements.get(value)!;
    let name: string;
    if (value.op === inputOp || value.op === parameterOp) {
      const given = weights.get(value);
      name = String(value.attributes.name);
      if (given) builder.initializer(name, given, value);
      else builder.input(name, value);
    } else {
      const operands = value.inputs.map((input, i) => within(input, placement.inputs[i]));
      name = emit(builder, operands, value, placement, block);
    }
    tensors.set(value, { [placement.output]: name });
  }
  for (const [name, value] of Object.entries(outputs)) {
    const layout = asComputed?.has(name) ? placements.get(value)!.output : "plain";
    builder.output(name, within(value, layout), value);
  }
  return builder.finish(description.metadata ?? {});
}
