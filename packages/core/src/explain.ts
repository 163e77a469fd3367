import { fuse } from "./fuse.ts";
import type { Shape } from "./image.ts";
import type { Op } from "./op.ts";
import { opsFor, type Plan, shapeAfterAll } from "./plan.ts";

const size = (shape: Shape) => `${shape.width} x ${shape.height} x ${shape.channels} ${shape.dtype}`;

function describeOp(op: Op): string {
  const params = Object.entries(op.params).map(([name, value]) => `${name}: ${briefly(value)}`);
  return `${op.definition.name}(${params.join(", ")})`;
}

function briefly(value: unknown): string {
  const round = (entry: unknown) => (typeof entry === "number" ? Number(entry.toPrecision(6)) : entry);
  const text = JSON.stringify(Array.isArray(value) ? value.map(round) : round(value));
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

/** A plan in words: what was drawn, what was left out, and what fusion makes of the pixel work. */
export function explainPlan(plan: Plan): string {
  const { key } = plan;
  const lines = [`seed ${key.seed}, epoch ${key.epoch}, index ${key.index}: ${size(plan.shape)}`];
  for (const step of plan.steps) {
    const label = `${step.path.padEnd(6)} ${step.transform}`;
    if (step.skipped) lines.push(`${label}: left out`);
    else if (step.ops.length === 0) lines.push(`${label}: nothing to do`);
    else lines.push(`${label}: ${step.ops.map(describeOp).join(", then ")}`);
  }
  const ops = opsFor(plan, "image");
  const fused = fuse(ops, plan.shape, plan.fusion, "image");
  const unchanged = fused.length === ops.length && fused.every((op, index) => op === ops[index]);
  lines.push(
    unchanged
      ? `fusion (${plan.fusion}): nothing to merge, ${ops.length} ops`
      : `fusion (${plan.fusion}): ${ops.length} ops became ${fused.length}: ${fused.map(describeOp).join(", then ") || "none"}`,
  );
  lines.push(`result: ${size(shapeAfterAll(ops, plan.shape))}`);
  return lines.join("\n");
}
