import type { BboxParams } from "./annotations/bboxes.ts";
import type { KeypointParams } from "./annotations/keypoints.ts";
import type { Role, Shape } from "./image.ts";
import type { Op } from "./op.ts";
import { shapeAfter } from "./op.ts";
import type { Key } from "./random.ts";

/** Fusion settings of a pipeline. */
export type Fusion = "exact" | "fast" | "off";

/** What one transform of the pipeline came to for one sample. */
export interface Step {
  /** The transform's name, PascalCase. */
  readonly transform: string;
  /** Its place in the pipeline: child numbers from the outermost composition inwards, as in "2.0". */
  readonly path: string;
  /** True where chance or a composition left it out; it then has no ops. */
  readonly skipped?: true;
  readonly ops: readonly Op[];
}

/**
 * Everything that was drawn for one sample: the replay record. `JSON.stringify` writes it as plain data, and
 * `replay` reads either form.
 */
export interface Plan {
  readonly version: 1;
  readonly key: Required<Key>;
  /** The picture's shape that it was made for. */
  readonly shape: Shape;
  readonly fusion: Fusion;
  readonly bboxParams?: BboxParams;
  readonly keypointParams?: KeypointParams;
  readonly additionalTargets?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** The ops that pixels of a role go through, in order. */
export function opsFor(plan: Pick<Plan, "steps">, role: Role): Op[] {
  const ops = plan.steps.flatMap((step) => step.ops);
  return role === "image" ? ops : ops.filter((op) => op.definition.masks);
}

/** Shape after all of the ops. */
export function shapeAfterAll(ops: readonly Op[], shape: Shape): Shape {
  return ops.reduce((current, op) => shapeAfter(op, current), shape);
}
