import type { Shape } from "./image.ts";
import type { Json, Op } from "./op.ts";
import { outcomesWith } from "./outcomes.ts";
import type { HasRequired, Options, Schema, Values } from "./params/field.ts";
import { number } from "./params/fields.ts";
import { paramsToJson, parseParams, toSnakeCase } from "./params/schema.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { Rng } from "./random.ts";

/** A pipeline, composition or transform in the form that Albumentations writes. */
export type Dict = { readonly [name: string]: Json };

/** Anything that can stand in a composition: a transform or another composition. */
export interface PipelineNode {
  /** Albumentations' name, PascalCase. */
  readonly name: string;
  /** Probability of being applied. */
  readonly p: number;
  /** Into how many different results it can turn one sample, at most; `Infinity` where that is not known. */
  readonly outcomes: number;
  /** Adds its part of the plan for one sample; `force` is set by a composition that has chosen it. */
  draw(builder: PlanBuilder, path: string, force: boolean): void;
  /** Adds a skipped step for every transform in it. */
  skip(builder: PlanBuilder, path: string): void;
  describe(): Dict;
}

/** What a transform may look at while it draws: never pixels. */
export interface SampleContext {
  /** Shape of the picture at this point of the pipeline. */
  readonly shape: Shape;
}

/** Everything about one transform. It draws numbers and says which ops they mean. */
export interface TransformDefinition<S extends Schema = Schema> {
  /** Albumentations' name, PascalCase. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly doc: string;
  /** "image": pixels of the picture only; "all": masks, boxes and keypoints move with it. */
  readonly targets: "image" | "all";
  /** Albumentations' default probability for this transform. Default 0.5. */
  readonly p?: number;
  readonly params: S;
  /**
   * What Albumentations writes beside the parameters, by an accident of its classes. It is written too, and what is
   * read under these names is ignored.
   */
  readonly alsoWritten?: Readonly<Record<string, (params: Values<S>) => Json>>;
  /** Throws where parameters that are right one by one do not go together. */
  validate?(params: Values<S>): void;
  /**
   * How many different ops it can draw for one sample, at most, its probability left aside. Left out: no end of them.
   */
  readonly outcomes?: number | ((params: Values<S>) => number);
  sample(params: Values<S>, rng: Rng, context: SampleContext): readonly Op[];
}

/** A transform with its parameters. */
export interface Transform<S extends Schema = Schema> extends PipelineNode {
  readonly definition: TransformDefinition<S>;
  readonly params: Values<S>;
}

type WithP<S extends Schema> = Options<S> & {
  /** Probability of being applied. */
  p?: number;
};

/** Makes a transform: `rotate({ limit: 45, p: 0.8 })`. */
export interface TransformFactory<S extends Schema = Schema> {
  (...options: HasRequired<S> extends true ? [options: WithP<S>] : [options?: WithP<S>]): Transform<S>;
  readonly definition: TransformDefinition<S>;
  /** From the form that Albumentations writes (snake_case, without `__class_fullname__`). */
  fromJson(params: Readonly<Record<string, Json>>): Transform<S>;
}

/** The probability of a transform, as a field. */
export function probability(defaultValue: number) {
  return number({ default: defaultValue, min: 0, max: 1, doc: "Probability of being applied." });
}

export function defineTransform<const S extends Schema>(
  definition: TransformDefinition<S>,
): TransformFactory<S> {
  const pField = probability(definition.p ?? 0.5);
  const make = (given: Readonly<Record<string, unknown>>, spell?: (name: string) => string) => {
    const { p: givenP, ...rest } = given;
    const p = pField.parse(givenP === undefined ? pField.default : givenP, `${definition.name}.p`);
    const params = parseParams(definition.name, definition.params, rest, spell, ["p"]);
    definition.validate?.(params);
    return makeTransform(definition, params, p);
  };
  return Object.assign((options?: object) => make({ ...options }), {
    definition,
    fromJson: (json: Readonly<Record<string, Json>>) => make(withoutExtra(definition, json), toSnakeCase),
  });
}

/** The parameters of a serialised transform without what Albumentations writes beside them. */
function withoutExtra<S extends Schema>(
  definition: TransformDefinition<S>,
  json: Readonly<Record<string, Json>>,
) {
  const extra = definition.alsoWritten ?? {};
  return Object.fromEntries(Object.entries(json).filter(([name]) => !Object.hasOwn(extra, name)));
}

function makeTransform<S extends Schema>(
  definition: TransformDefinition<S>,
  params: Values<S>,
  p: number,
): Transform<S> {
  const { name, outcomes = Number.POSITIVE_INFINITY } = definition;
  return {
    name,
    p,
    outcomes: outcomesWith(p, typeof outcomes === "number" ? outcomes : outcomes(params)),
    definition,
    params,
    draw(builder, path, force) {
      const rng = builder.rng(path);
      // Drawn even where it cannot matter, so that the parameters do not depend on p.
      const applied = rng.boolean(p) || (force && p > 0);
      if (!applied) return builder.add(name, path, undefined);
      const values = builder.override(params);
      builder.add(name, path, definition.sample(values, rng, { shape: builder.shape }));
    },
    skip(builder, path) {
      builder.add(name, path, undefined);
    },
    describe() {
      const extra = Object.entries(definition.alsoWritten ?? {}).map(([key, value]) => [key, value(params)]);
      return {
        __class_fullname__: name,
        p,
        ...paramsToJson(definition.params, params),
        ...Object.fromEntries(extra),
      };
    },
  };
}
