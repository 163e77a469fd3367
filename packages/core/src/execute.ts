import { filterBoxes, hasExtent, readBoxes, writeBox } from "./annotations/bboxes.ts";
import { filterKeypoints, normalizeAngle, readKeypoints, writeKeypoint } from "./annotations/keypoints.ts";
import { checkLabelFields, pickLabels } from "./annotations/labels.ts";
import { fieldsOf, type TargetKind } from "./annotations/targets.ts";
import type { Keypoint } from "./annotations/types.ts";
import type { Backend } from "./backend/backend.ts";
import { AumentoError, show } from "./errors.ts";
import { fuse } from "./fuse.ts";
import {
  assertImage,
  type Image,
  type PixelData,
  type Role,
  type Sample,
  type Size,
  shapeOf,
} from "./image.ts";
import { shapeAfter } from "./op.ts";
import { opsFor, type Plan } from "./plan.ts";

/** Does what the plan says to everything in the sample: pixels on the backend, boxes and keypoints as geometry. */
export function execute(plan: Plan, sample: Sample, backend: Backend, out?: PixelData): Sample {
  const result: Sample = { ...sample };
  const runner = new PixelRunner(plan, backend);
  const additional = plan.additionalTargets;
  for (const field of fieldsOf("image", additional)) {
    const image = sample[field];
    if (image === undefined) continue;
    assertImage(image, field);
    result[field] = runner.run(image, "image", field === "image" ? out : undefined);
  }
  for (const field of fieldsOf("mask", additional)) {
    const mask = sample[field];
    if (mask === undefined) continue;
    assertImage(mask, field);
    result[field] = runner.run(mask, "mask");
  }
  for (const field of fieldsOf("masks", additional)) {
    if (sample[field] !== undefined)
      result[field] = asList(sample[field], field).map((mask, index) => {
        assertImage(mask, `${field}[${index}]`);
        return runner.run(mask, "mask");
      });
  }
  for (const field of fieldsOf("bboxes", additional)) {
    if (sample[field] !== undefined) Object.assign(result, moveBoxes(plan, sample, field));
  }
  for (const field of fieldsOf("keypoints", additional)) {
    if (sample[field] !== undefined) Object.assign(result, moveKeypoints(plan, sample, field));
  }
  return result;
}

/** Runs pictures through the plan's ops, fused once for each role and shape. */
class PixelRunner {
  readonly #plan: Plan;
  readonly #backend: Backend;

  constructor(plan: Plan, backend: Backend) {
    this.#plan = plan;
    this.#backend = backend;
  }

  run(image: Image, role: Role, out?: PixelData): Image {
    const ops = fuse(opsFor(this.#plan, role), shapeOf(image), this.#plan.fusion, role);
    return this.#backend.run(ops, image, role, out);
  }
}

function asList(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new AumentoError("invalid-sample", `${where}: expected a list, got ${show(value)}`);
}

function needParams(target: TargetKind, option: string): never {
  throw new AumentoError(
    "invalid-sample",
    `${target}: expected the pipeline to have ${option}, which names their format`,
  );
}

/** The picture's size before each step and at the end. */
function sizesOf(plan: Plan): Size[] {
  const sizes: Size[] = [plan.shape];
  let shape = plan.shape;
  for (const step of plan.steps) {
    for (const op of step.ops) shape = shapeAfter(op, shape);
    sizes.push(shape);
  }
  return sizes;
}

/**
 * Items through all steps: each op's method, and the filter after every step of the pipeline (if `each`) and at the
 * end. Skipped steps filter too: Albumentations checks after every transform, applied or not.
 */
function walk<T>(
  plan: Plan,
  items: T[],
  each: boolean,
  move: (items: T[], op: Plan["steps"][number]["ops"][number], size: Size) => T[],
  filter: (items: T[], size: Size) => T[],
): T[] {
  const sizes = sizesOf(plan);
  let current = items;
  for (const [index, step] of plan.steps.entries()) {
    let shape = { ...plan.shape, ...sizes[index] };
    for (const op of step.ops) {
      current = move(current, op, shape);
      shape = shapeAfter(op, shape);
    }
    if (each) current = filter(current, shape);
  }
  return filter(current, sizes[sizes.length - 1]);
}

function moveBoxes(plan: Plan, sample: Sample, field: string): Partial<Sample> {
  const params = plan.bboxParams ?? needParams("bboxes", "bboxParams");
  const rows = asList(sample[field], field) as number[][]; // readBoxes checks each row
  checkLabelFields(sample, field, rows.length, params.labelFields);
  if (rows.length === 0) return { ...pickLabels(sample, [], params.labelFields), [field]: [] };
  const boxes = walk(
    plan,
    readBoxes(rows, params, plan.shape),
    params.checkEachTransform,
    (items, op, size) => op.definition.bboxes?.(op.params, items, size, params) ?? items,
    (items, size) => filterBoxes(items, params, size),
  ).filter(hasExtent);
  const size = sizesOf(plan)[plan.steps.length];
  return {
    ...pickLabels(
      sample,
      boxes.map((box) => box.row),
      params.labelFields,
    ),
    [field]: boxes.map((box) => [...writeBox(box, params.format, size), ...rows[box.row].slice(4)]),
  };
}

/** Albumentations brings angles back to one turn after every step, and its transposition asks which half they are in. */
function withinTurn(point: Keypoint): Keypoint {
  return { ...point, angle: normalizeAngle(point.angle) };
}

function moveKeypoints(plan: Plan, sample: Sample, field: string): Partial<Sample> {
  const params = plan.keypointParams ?? needParams("keypoints", "keypointParams");
  const rows = asList(sample[field], field) as number[][]; // readKeypoints checks each row
  checkLabelFields(sample, field, rows.length, params.labelFields);
  if (rows.length === 0) return { ...pickLabels(sample, [], params.labelFields), [field]: [] };
  const keypoints = walk(
    plan,
    readKeypoints(rows, params, plan.shape),
    params.checkEachTransform,
    (items, op, size) => op.definition.keypoints?.(op.params, items, size, params).map(withinTurn) ?? items,
    (items, size) => filterKeypoints(items, params, size),
  );
  return {
    ...pickLabels(
      sample,
      keypoints.map((point) => point.row),
      params.labelFields,
    ),
    [field]: keypoints.map((point) => [
      ...writeKeypoint(point, params),
      ...rows[point.row].slice(params.format.length),
    ]),
  };
}
