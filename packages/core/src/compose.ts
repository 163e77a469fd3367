import { type BboxOptions, type BboxParams, bboxSchema } from "./annotations/bboxes.ts";
import { type KeypointOptions, type KeypointParams, keypointSchema } from "./annotations/keypoints.ts";
import { assertAdditionalTargets } from "./annotations/targets.ts";
import type { Backend } from "./backend/backend.ts";
import { wasmBackend } from "./backend/wasm/wasm.ts";
import { assertNodes, drawAll, skipAll } from "./compositions/composition.ts";
import { AumentoError, show } from "./errors.ts";
import { execute } from "./execute.ts";
import { explainPlan } from "./explain.ts";
import {
  assertImage,
  type DType,
  type PixelData,
  type Sample,
  type Shape,
  type Size,
  shapeOf,
} from "./image.ts";
import { outcomesOfAll, outcomesWith } from "./outcomes.ts";
import { boolean, choice, integer, named, nullable } from "./params/fields.ts";
import { type Interpolation, interpolationCodes } from "./params/sampling.ts";
import { paramsToJson, parseParams } from "./params/schema.ts";
import type { Fusion, Plan } from "./plan.ts";
import { PlanBuilder } from "./plan-builder.ts";
import { assertKey, type Key } from "./random.ts";
import { checkSizes } from "./sample-check.ts";
import { type Dict, type PipelineNode, probability } from "./transform.ts";

/** Options of `compose`. */
export interface ComposeOptions {
  /** The format of boxes and what happens to them. Needed for samples with `bboxes`. */
  bboxParams?: BboxOptions;
  /** The format of keypoints and what happens to them. Needed for samples with `keypoints`. */
  keypointParams?: KeypointOptions;
  /** Further fields of the sample: name to "image", "mask", "masks", "bboxes" or "keypoints". */
  additionalTargets?: Readonly<Record<string, string>>;
  /** Probability that anything happens at all. Default 1. */
  p?: number;
  /** Seed of calls without a key, which count up from it. Default 0. */
  seed?: number | null;
  /** "exact" (default): only what is bit-identical; "fast": also one warp for a run of geometric steps; "off". */
  fusion?: Fusion;
  /** What executes plans. Default: WebAssembly. */
  backend?: Backend;
  /** Whether masks must have the picture's size. Default true. */
  isCheckShapes?: boolean;
  /** Interpolation of masks for all transforms, in place of their own. */
  maskInterpolation?: Interpolation | number | null;
}

/** Options of one call. */
export interface CallOptions {
  /** Where the final pixels of `image` are written; it becomes the result's data. Its length and type must fit. */
  out?: PixelData;
  backend?: Backend;
}

/** Width, height and channels of a picture; uint8 unless said. */
export interface ShapeLike extends Size {
  readonly channels: number;
  readonly dtype?: DType;
}

/** Transforms as one function of a sample and a key. */
export interface Pipeline extends PipelineNode {
  /**
   * The augmented sample with the plan that was drawn. The sample is not changed; fields that nothing touched are
   * passed on as they are. Without a key, calls are counted from the pipeline's seed.
   */
  (sample: Sample, key?: Key, options?: CallOptions): Sample & { plan: Plan };
  /** What would be done to a picture of this shape, without pixels. */
  plan(key: Key, shape: ShapeLike): Plan;
  /** In words: what was drawn, what was left out, what fusion made of it. */
  explain(key: Key, shape: ShapeLike): string;
  /** The form that Albumentations 2.x writes with `A.to_dict`. */
  toDict(): Dict;
  readonly transforms: readonly PipelineNode[];
  /**
   * Into how many different results one sample can be turned, at most: 1 where nothing is left to chance, 2 with a
   * single `horizontalFlip({ p: 0.5 })`, `Infinity` where transforms draw from ranges of numbers.
   */
  readonly outcomes: number;
}

/** The version whose form of a serialised pipeline is written. */
const ALBUMENTATIONS_VERSION = "2.0.8";

/** What every option came to. */
interface Settings {
  readonly p: number;
  readonly seed: number | null;
  readonly fusion: Fusion;
  readonly backend: Backend;
  readonly isCheckShapes: boolean;
  readonly maskInterpolation: Interpolation | null;
  readonly bboxParams: BboxParams | undefined;
  readonly keypointParams: KeypointParams | undefined;
  readonly additionalTargets: Readonly<Record<string, string>> | undefined;
}

const knownOptions = [
  "bboxParams",
  "keypointParams",
  "additionalTargets",
  "p",
  "seed",
  "fusion",
  "backend",
  "isCheckShapes",
  "maskInterpolation",
] as const satisfies readonly (keyof ComposeOptions)[];

function parseOptions(options: ComposeOptions): Settings {
  for (const name of Object.keys(options)) {
    if (!knownOptions.some((known) => known === name)) {
      throw new AumentoError(
        "unknown-parameter",
        `Compose has no option ${show(name)}; it has: ${knownOptions.join(", ")}`,
      );
    }
  }
  const { bboxParams, keypointParams, additionalTargets } = options;
  if (additionalTargets) assertAdditionalTargets(additionalTargets);
  const seed = nullable(integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), { default: null });
  const fusion = choice(["exact", "fast", "off"], { default: "exact" });
  const interpolation = nullable(named(interpolationCodes, {}), { default: null });
  return {
    p: probability(1).parse(options.p ?? 1, "Compose.p"),
    seed: seed.parse(options.seed ?? null, "Compose.seed"),
    fusion: fusion.parse(options.fusion ?? "exact", "Compose.fusion"),
    backend: options.backend ?? wasmBackend,
    isCheckShapes: boolean({}).parse(options.isCheckShapes ?? true, "Compose.isCheckShapes"),
    maskInterpolation: interpolation.parse(options.maskInterpolation ?? null, "Compose.maskInterpolation"),
    bboxParams: bboxParams && parseParams("bboxParams", bboxSchema, { ...bboxParams }),
    keypointParams: keypointParams && parseParams("keypointParams", keypointSchema, { ...keypointParams }),
    additionalTargets: hasEntries(additionalTargets) ? { ...additionalTargets } : undefined,
  };
}

function hasEntries(record: Readonly<Record<string, string>> | undefined): boolean {
  return record !== undefined && Object.keys(record).length > 0;
}

/**
 * Composes transforms into one function: each is applied in order with its own probability. Every random number is
 * decided by the key and the transform's place.
 */
export function compose(transforms: readonly PipelineNode[], options: ComposeOptions = {}): Pipeline {
  assertNodes(transforms, "Compose");
  const settings = parseOptions(options);
  let calls = 0;

  const plan = (key: Key, shape: ShapeLike): Plan => makePlan(transforms, settings, key, shape);
  const run = (sample: Sample, key?: Key, call: CallOptions = {}): Sample & { plan: Plan } => {
    assertImage(sample?.image, "image");
    if (settings.isCheckShapes) checkSizes(sample, settings.additionalTargets);
    const made = plan(key ?? { seed: settings.seed ?? 0, index: calls++ }, shapeOf(sample.image));
    return { ...execute(made, sample, call.backend ?? settings.backend, call.out), plan: made };
  };
  const describe = (): Dict => describeCompose(transforms, settings);
  const own = {
    p: settings.p,
    outcomes: outcomesWith(settings.p, outcomesOfAll(transforms)),
    transforms,
    plan,
    explain: (key: Key, shape: ShapeLike) => explainPlan(plan(key, shape)),
    draw(builder: PlanBuilder, path: string, force: boolean) {
      const applied = builder.rng(path).boolean(settings.p) || force;
      if (applied) drawAll(transforms, builder, path);
      else skipAll(transforms, builder, path);
    },
    skip: (builder: PlanBuilder, path: string) => skipAll(transforms, builder, path),
    describe,
    toDict: (): Dict => ({ __version__: ALBUMENTATIONS_VERSION, transform: describe() }),
  };
  Object.defineProperty(run, "name", { value: "Compose" });
  return Object.assign(run, own);
}

function makePlan(transforms: readonly PipelineNode[], settings: Settings, key: Key, shape: ShapeLike): Plan {
  assertKey(key);
  const full: Required<Key> = { seed: key.seed, epoch: key.epoch ?? 0, index: key.index ?? 0 };
  const { width, height, channels, dtype = "uint8" } = shape;
  const start: Shape = { width, height, channels, dtype };
  const builder = new PlanBuilder(full, start, settings.maskInterpolation ?? undefined);
  if (builder.rng("").boolean(settings.p)) drawAll(transforms, builder, "");
  else skipAll(transforms, builder, "");
  const { fusion, bboxParams, keypointParams, additionalTargets } = settings;
  return {
    version: 1,
    key: full,
    shape: start,
    fusion,
    ...(bboxParams && { bboxParams }),
    ...(keypointParams && { keypointParams }),
    ...(additionalTargets && { additionalTargets }),
    steps: builder.steps,
  };
}

function describeCompose(transforms: readonly PipelineNode[], settings: Settings): Dict {
  const { bboxParams, keypointParams, seed, maskInterpolation } = settings;
  return {
    __class_fullname__: "Compose",
    p: settings.p,
    transforms: transforms.map((node) => node.describe()),
    bbox_params: bboxParams ? describeBboxParams(bboxParams) : null,
    keypoint_params: keypointParams ? paramsToJson(keypointSchema, keypointParams) : null,
    additional_targets: settings.additionalTargets ?? {},
    is_check_shapes: settings.isCheckShapes,
    // Albumentations reads these two and does not write them: they stand only where they say something.
    ...(seed !== null && { seed }),
    ...(maskInterpolation && { mask_interpolation: interpolationCodes[maskInterpolation] }),
  };
}

function describeBboxParams(params: BboxParams): Dict {
  const { filter_invalid_bboxes: filters, ...written } = paramsToJson(bboxSchema, params);
  return filters ? { ...written, filter_invalid_bboxes: filters } : written;
}
