import type { Layout, Value } from "./value.ts";

/** Layouts that a value's inputs are wanted in and that its output comes in. */
export interface Placement {
  readonly inputs: readonly Layout[];
  readonly output: Layout;
}

/** True where a tensor can lie in blocks of channels. */
export function blockable(value: Value, block: number): boolean {
  return value.shape.length === 4 && value.shape[1] % block === 0;
}

/** True where an operand of an element-wise op is one number, or one for each channel, or has the whole shape. */
function follows(operand: Value, value: Value): boolean {
  const { shape } = operand;
  if (shape.every((extent) => extent === 1)) return true;
  return (
    shape.length === 4 &&
    shape[1] === value.shape[1] &&
    (shape[0] === 1 || shape[0] === value.shape[0]) &&
    [2, 3].every((axis) => shape[axis] === value.shape[axis]) !== (shape[2] === 1 && shape[3] === 1)
  );
}

/** True where an operand has one number for each channel (and perhaps picture), to be repeated over the places. */
export function isPerChannel(operand: Value, value: Value): boolean {
  return operand.shape.length === 4 && operand.shape[1] > 1 && operand.shape[2] !== value.shape[2];
}

function placementOf(
  value: Value,
  block: number,
  layouts: ReadonlyMap<Value, Layout>,
): Placement | undefined {
  const given = value.inputs.map((input) => layouts.get(input)!);
  if (value.op.blocked) return value.op.blocked.layouts(value, block, given);
  if (!value.op.elementwise || !blockable(value, block)) return undefined;
  if (!given.includes("blocked") || !value.inputs.every((operand) => follows(operand, value)))
    return undefined;
  return {
    inputs: value.inputs.map((operand) =>
      operand.shape.length === 4 && operand.shape[2] === value.shape[2] && operand.shape[3] === value.shape[3]
        ? "blocked"
        : "plain",
    ),
    output: "blocked",
  };
}

/**
 * Decides which layout each value is computed in: ops that have a blocked form take it, element-wise ops follow their
 * operands, everything else is plain. Where a value is wanted in another layout than it has, the writer reorders it.
 * Values in `fixed` are left plain: with weights that it knows, the runtime lays convolutions in blocks itself, also
 * where the channels make no whole blocks, and fuses activations and sums into them.
 */
export function assignLayouts(
  order: readonly Value[],
  block: number | undefined,
  fixed: ReadonlySet<Value> = new Set(),
): Map<Value, Placement> {
  const placements = new Map<Value, Placement>();
  const layouts = new Map<Value, Layout>();
  for (const value of order) {
    const placement = (block && !fixed.has(value) && placementOf(value, block, layouts)) || {
      inputs: value.inputs.map((): Layout => "plain"),
      output: "plain",
    };
    placements.set(value, placement);
    layouts.set(value, placement.output);
  }
  return placements;
}
