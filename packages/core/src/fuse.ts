import type { Role, Shape } from "./image.ts";
import { type Op, type Rule, shapeAfter } from "./op.ts";
import type { Fusion } from "./plan.ts";

/** More rewrites than this on one plan means that two rules undo each other. */
const REWRITE_LIMIT = 10_000;

/**
 * Rewrites ops into cheaper ones that mean the same: drops those that change nothing, and lets the rules of two
 * neighbours replace them, until no rule applies.
 */
export function fuse(ops: readonly Op[], shape: Shape, fusion: Fusion, role: Role): Op[] {
  if (fusion === "off") return [...ops];
  const result = [...ops];
  let rewrites = 0;
  let position = 0;
  const shapes: Shape[] = [shape];
  while (position < result.length) {
    const current = shapes[position];
    const op = result[position];
    let replaced: readonly Op[] | undefined;
    let span = 1;
    if (op.definition.identity?.(op.params, current, role)) replaced = [];
    else if (position + 1 < result.length) {
      span = 2;
      replaced = rewritePair(op, result[position + 1], current, fusion, role);
    }
    if (!replaced) {
      shapes[++position] = shapeAfter(op, current);
      continue;
    }
    if (++rewrites > REWRITE_LIMIT) throw new Error(`fusion does not end at ${JSON.stringify(op)}`);
    result.splice(position, span, ...replaced);
    if (position > 0) position--; // what stands here now may go with the op before it
  }
  return result;
}

function rewritePair(
  first: Op,
  second: Op,
  shape: Shape,
  fusion: Fusion,
  role: Role,
): readonly Op[] | undefined {
  const allowed = (rule: Rule) => rule.level === "exact" || fusion === "fast";
  const tables =
    first.definition === second.definition
      ? [first.definition.rules]
      : [first.definition.rules, second.definition.rules];
  for (const rules of tables) {
    for (const rule of rules ?? []) {
      const replaced = allowed(rule) ? rule.rewrite(first, second, shape, role) : undefined;
      if (replaced) return replaced;
    }
  }
  return undefined;
}
