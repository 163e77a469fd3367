import type { Shape } from "./image.ts";
import { type Op, shapeAfter } from "./op.ts";
import type { Step } from "./plan.ts";
import { type Key, Rng } from "./random.ts";

/** Gathers the steps of one plan and knows the picture's shape between them. */
export class PlanBuilder {
  readonly steps: Step[] = [];
  readonly #key: Key;
  readonly #maskInterpolation: string | undefined;
  #shape: Shape;

  /** `maskInterpolation` takes the place of every transform's own, as the composition's option of that name does. */
  constructor(key: Key, shape: Shape, maskInterpolation?: string) {
    this.#key = key;
    this.#shape = shape;
    this.#maskInterpolation = maskInterpolation;
  }

  /** A transform's parameters with what the whole pipeline overrides. */
  override<V extends object>(params: V): V {
    if (this.#maskInterpolation === undefined || !("maskInterpolation" in params)) return params;
    return { ...params, maskInterpolation: this.#maskInterpolation };
  }

  /** Shape of the picture after the steps so far. */
  get shape(): Shape {
    return this.#shape;
  }

  /** The random numbers of one place in the pipeline. */
  rng(path: string): Rng {
    return new Rng(this.#key, path);
  }

  /** Adds what a transform came to; undefined ops mean that it was left out. */
  add(transform: string, path: string, ops: readonly Op[] | undefined): void {
    if (!ops) {
      this.steps.push({ transform, path, skipped: true, ops: [] });
      return;
    }
    this.steps.push({ transform, path, ops });
    for (const op of ops) this.#shape = shapeAfter(op, this.#shape);
  }
}
