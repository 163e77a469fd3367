import { ordered } from "./graph.ts";
import { apply, type Value } from "./value.ts";

/**
 * A cheaper value that means the same, or undefined where the rule does not fit. Its inputs are rewritten already.
 * `isShared` tells which values something else needs, too: they are computed whatever the rule does.
 */
export type Rule = (value: Value, isShared: (value: Value) => boolean) => Value | undefined;

/** More rewritings than this at one place mean that rules undo each other. */
const mostSteps = 100;

/**
 * The one driver of all rewriting: rebuilds the graphs of `outputs` from their leaves up and applies, at each value, the
 * first rule that fits until none does. Inputs, parameters and whatever no rule touches stay the same values.
 */
export function rewrite(outputs: readonly Value[], rules: readonly Rule[]): Value[] {
  const done = new Map<Value, Value>();
  const order = ordered(outputs);
  const uses = new Map<Value, number>();
  for (const value of [...order.flatMap(({ inputs }) => inputs), ...outputs])
    uses.set(value, (uses.get(value) ?? 0) + 1);
  /** Rewritten values that are used in more than one place. */
  const shared = new Set<Value>();
  const isShared = (value: Value) => shared.has(value);

  /** The value over rewritten inputs. */
  const rebuilt = (value: Value): Value => {
    const inputs = value.inputs.map((input) => done.get(input)!);
    const same = inputs.every((input, i) => input === value.inputs[i]);
    return same ? value : apply(value.op, inputs, value.attributes);
  };

  const settle = (value: Value, steps: number): Value => {
    if (steps > mostSteps) throw new Error(`Rewriting rules undo each other at ${value.op.name}.`);
    const current = rebuilt(value);
    for (const rule of rules) {
      const next = rule(current, isShared);
      if (!next) continue;
      // A rule may put new values below the one it returns: they are rewritten like all others.
      for (const part of ordered([next]))
        if (!done.has(part) && part !== next) done.set(part, settle(part, steps + 1));
      return done.get(next) ?? settle(next, steps + 1);
    }
    return current;
  };

  for (const value of order) {
    if (!done.has(value)) {
      const result = settle(value, 0);
      done.set(value, result);
      done.set(result, result);
    }
    if (uses.get(value)! > 1) shared.add(done.get(value)!);
  }
  return outputs.map((output) => done.get(output)!);
}
