import { input } from "../ops/leaves.ts";
import { ordered } from "./graph.ts";
import { assignLayouts } from "./layout.ts";
import { apply, type Value } from "./value.ts";

/** Two graphs in place of one. */
export interface Split {
  /** What the first graph hands over: outputs that it leaves in the layout in which it computes them. */
  readonly handed: Readonly<Record<string, Value>>;
  /** The values of the second graph, which takes what is handed over as inputs of these names. */
  readonly rest: readonly Value[];
}

/**
 * Cuts the graphs of `rest` where they need what the graph of `first` computes, so that they can be run later and
 * compute none of it again. `block` as for `compileGraph`; `prefix` begins the names of what is handed over.
 */
export function split(
  first: readonly Value[],
  rest: readonly Value[],
  block: number | undefined,
  prefix: string,
): Split {
  const before = ordered(first);
  const placements = assignLayouts(before, block);
  const computed = new Set(before);
  // Inputs, weights and constants are at hand in both; what is no float32 is made from what is.
  const isHanded = (value: Value) =>
    computed.has(value) && value.inputs.length > 0 && value.dtype === "float32";
  const order = ordered(rest);
  const needed = new Set(rest);
  for (const value of order.toReversed())
    if (needed.has(value) && !isHanded(value)) for (const operand of value.inputs) needed.add(operand);
  const handed: Record<string, Value> = {};
  const done = new Map<Value, Value>();
  for (const value of order) {
    if (!needed.has(value)) continue;
    if (isHanded(value)) {
      const name = `${prefix}${Object.keys(handed).length}`;
      handed[name] = value;
      done.set(value, input(name, value.shape, value.dtype, placements.get(value)!.output));
      continue;
    }
    const inputs = value.inputs.map((operand) => done.get(operand)!);
    const same = inputs.every((operand, i) => operand === value.inputs[i]);
    done.set(value, same ? value : apply(value.op, inputs, value.attributes));
  }
  return { handed, rest: rest.map((value) => done.get(value)!) };
}
