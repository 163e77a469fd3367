import { bboxSchema } from "./annotations/bboxes.ts";
import { keypointSchema } from "./annotations/keypoints.ts";
import { wasmBackend } from "./backend/wasm/wasm.ts";
import { checkPlan } from "./check.ts";
import type { CallOptions } from "./compose.ts";
import { AumentoError, nearestName, show } from "./errors.ts";
import { execute } from "./execute.ts";
import { assertImage, type Sample, type Shape, shapeOf } from "./image.ts";
import { Op, type OpDefinition } from "./op.ts";
import { parseParams } from "./params/schema.ts";
import type { Fusion, Plan, Step } from "./plan.ts";
import { ops } from "./registry.gen.ts";
import { checkSizes } from "./sample-check.ts";

/**
 * Does to a sample what a plan says: a plan from a pipeline, or its JSON (text or parsed). With the sample that the
 * plan was made for, the result is the same to the byte. The sample's image must have the width and height that the
 * plan was made for.
 */
export function replay(
  plan: Plan | string | object,
  sample: Sample,
  options: CallOptions = {},
): Sample & { plan: Plan } {
  const restored = restorePlan(plan);
  assertImage(sample?.image, "image");
  checkSizes(sample, restored.additionalTargets);
  const shape = shapeOf(sample.image);
  if (shape.width !== restored.shape.width || shape.height !== restored.shape.height) {
    const { width, height } = restored.shape;
    throw new AumentoError(
      "invalid-sample",
      `image: expected ${width} x ${height}, which the plan was made for, got ${shape.width} x ${shape.height}`,
    );
  }
  return { ...execute(restored, sample, options.backend ?? wasmBackend, options.out), plan: restored };
}

/** A plan from its JSON, checked; a plan that has its ops already is returned as it is. */
export function restorePlan(plan: Plan | string | object): Plan {
  const source: unknown = typeof plan === "string" ? parse(plan) : plan;
  const record = asRecord(source, "plan");
  if (!Array.isArray(record.steps)) fail("plan.steps", "a list", record.steps);
  const isLive = record.steps.length > 0 && record.steps.every(hasOps);
  if (isLive) return source as Plan; // its ops are ours: a pipeline made it
  const { bboxParams, keypointParams, additionalTargets } = record;
  const restored: Plan = {
    version: record.version as 1, // checkPlan checks this, the key, the shape and the fusion setting
    key: record.key as Plan["key"],
    shape: asRecord(record.shape, "plan.shape") as unknown as Shape,
    fusion: record.fusion as Fusion,
    ...(bboxParams !== undefined && {
      bboxParams: parseParams("plan.bboxParams", bboxSchema, asRecord(bboxParams, "plan.bboxParams")),
    }),
    ...(keypointParams !== undefined && {
      keypointParams: parseParams(
        "plan.keypointParams",
        keypointSchema,
        asRecord(keypointParams, "plan.keypointParams"),
      ),
    }),
    ...(additionalTargets !== undefined && {
      additionalTargets: asRecord(additionalTargets, "plan.additionalTargets") as Record<string, string>,
    }),
    steps: record.steps.map(restoreStep),
  };
  checkPlan(restored);
  return restored;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AumentoError("invalid-plan", `plan: expected JSON, got ${show(text)} (${String(error)})`);
  }
}

function fail(where: string, expected: string, value: unknown): never {
  throw new AumentoError("invalid-plan", `${where}: expected ${expected}, got ${show(value)}`);
}

function asRecord(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  return fail(where, "an object", value);
}

function hasOps(step: unknown): boolean {
  const { ops: list } = asRecord(step, "plan.steps");
  return Array.isArray(list) && list.every((op) => op instanceof Op);
}

function restoreStep(value: unknown, index: number): Step {
  const where = `plan.steps[${index}]`;
  const { transform, path, skipped, ops: list } = asRecord(value, where);
  if (typeof transform !== "string") fail(`${where}.transform`, "a name", transform);
  if (typeof path !== "string") fail(`${where}.path`, "a path", path);
  if (!Array.isArray(list)) fail(`${where}.ops`, "a list", list);
  const restored = list.map((op, position) => restoreOp(op, `${where}.ops[${position}]`));
  return skipped ? { transform, path, skipped: true, ops: restored } : { transform, path, ops: restored };
}

function restoreOp(value: unknown, where: string): Op {
  const { op: name, ...params } = asRecord(value, where);
  const definitions: OpDefinition<object>[] = ops.map(
    (factory) => factory.definition as OpDefinition<object>,
  ); // each reads its own parameters
  const definition = definitions.find((candidate) => candidate.name === name);
  if (definition) return new Op(definition, params);
  const known = definitions.map((candidate) => candidate.name);
  const near = nearestName(String(name), known);
  throw new AumentoError(
    "invalid-plan",
    `${where}.op: there is no op ${show(name)}${near ? `; did you mean "${near}"?` : ""} Known: ${known.join(", ")}`,
  );
}
