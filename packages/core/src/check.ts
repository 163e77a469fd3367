import { AumentoError, show } from "./errors.ts";
import { fuse } from "./fuse.ts";
import { type Role, type Shape, sameShape } from "./image.ts";
import type { Op } from "./op.ts";
import { shapeAfter } from "./op.ts";
import { opsFor, type Plan, shapeAfterAll } from "./plan.ts";
import { assertKey } from "./random.ts";

function fail(message: string): never {
  throw new AumentoError("invalid-plan", message);
}

/** Throws unless the value is JSON: what a plan that is stored and replayed may hold. */
function checkPlainData(value: unknown, where: string): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) fail(`${where}: expected a finite number, got ${value}`);
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((entry, index) => {
      checkPlainData(entry, `${where}[${index}]`);
    });
    return;
  }
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [name, entry] of Object.entries(value)) checkPlainData(entry, `${where}.${name}`);
    return;
  }
  fail(`${where}: expected plain data, got ${show(value)}`);
}

function checkShape(shape: Shape, where: string): void {
  for (const name of ["width", "height", "channels"] as const) {
    if (!Number.isInteger(shape[name]) || shape[name] < 1) {
      fail(`${where}: expected a ${name} of at least 1, got ${show(shape[name])}`);
    }
  }
  if (!["uint8", "uint16", "float32"].includes(shape.dtype))
    fail(`${where}: unknown pixel type ${show(shape.dtype)}`);
}

/** Throws unless each op's parameters are plain data and its result has a shape. */
export function checkOps(ops: readonly Op[], shape: Shape): void {
  let current = shape;
  for (const [index, op] of ops.entries()) {
    const where = `op ${index} (${op.definition.name})`;
    checkPlainData(op.params, where);
    current = shapeAfter(op, current);
    checkShape(current, where);
  }
}

/**
 * What a valid plan is, executable: a key and shape in range, ops of plain data whose shapes follow from one another,
 * skipped steps without ops, and a fused form that ends in the same shape. Throws an error that says what is wrong.
 */
export function checkPlan(plan: Plan): void {
  if (plan.version !== 1) fail(`version: expected 1, got ${show(plan.version)}`);
  if (!["exact", "fast", "off"].includes(plan.fusion)) fail(`fusion: unknown setting ${show(plan.fusion)}`);
  assertKey(plan.key);
  checkShape(plan.shape, "shape");
  for (const step of plan.steps) {
    if (step.skipped && step.ops.length > 0)
      fail(`step ${step.path} (${step.transform}) is skipped but has ops`);
  }
  for (const role of ["image", "mask"] satisfies Role[]) {
    const ops = opsFor(plan, role);
    checkOps(ops, plan.shape);
    const fused = fuse(ops, plan.shape, plan.fusion, role);
    checkOps(fused, plan.shape);
    if (!sameShape(shapeAfterAll(ops, plan.shape), shapeAfterAll(fused, plan.shape))) {
      fail(`fusion changed the shape of the result (${role})`);
    }
  }
}
