import type { Box, Keypoint } from "./annotations/types.ts";
import type { KernelCall } from "./backend/wasm/call.ts";
import type { Image, Role, Shape, Size } from "./image.ts";
import type { BorderMode, Fill, Interpolation } from "./params/sampling.ts";

/** JSON: what the parameters of an op and a serialised pipeline are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Parameters of an op: plain data, no typed arrays, no functions, no undefined. */
export type OpParams = object;

/** Fusion settings: "exact" allows only what is bit-identical; "fast" also merges resampling steps into one. */
export type FusionLevel = "exact" | "fast";

/**
 * One way to rewrite two neighbouring ops. Returns the ops to put in their place (fewer, cheaper, or in the order
 * that lets another rule apply), or undefined where it does not apply. A rule must not undo another rule.
 */
export interface Rule {
  readonly level: FusionLevel;
  /** `shape` is the picture's before `first`; `role` says whose sampling (image or mask) must agree. */
  rewrite(first: Op, second: Op, shape: Shape, role: Role): readonly Op[] | undefined;
}

/**
 * A geometric op as a homography: pixel centres of the input (integers) to pixel centres of the output, row-major
 * 3 x 3, and how it looks up values between pixels. `resamples` is false where every pixel is only moved.
 */
export interface Geometry extends Size {
  readonly matrix: readonly number[];
  readonly resamples: boolean;
  /** Whether pixels of the input are lost at the edges though their neighbours are not. */
  readonly cuts?: boolean;
  readonly interpolation?: Interpolation;
  readonly borderMode?: BorderMode;
  readonly fill?: Fill;
}

/** What the pipeline asks of boxes, for ops that hide parts of them. */
export interface BoxLimits {
  readonly minArea: number;
  readonly minVisibility: number;
}

/** What the pipeline asks of keypoints, for ops that hide some. */
export interface KeypointLimits {
  readonly removeInvisible: boolean;
}

/** How an op runs in WebAssembly. */
export interface Kernel<P> {
  /** The op may write over its input (same shape in and out); `call.output` is then `call.input`. */
  readonly inPlace?: boolean;
  /** Whether this kernel handles these pixels; where it does not, the reference implementation runs. Default: uint8. */
  supports?(params: P, shape: Shape, role: Role): boolean;
  run(params: P, call: KernelCall): void;
  /**
   * For a plan's first op: does its work while the picture is copied into WebAssembly memory. `target` is exactly
   * the output's bytes. Returns false where it cannot.
   */
  copyIn?(params: P, image: Image, target: Uint8Array, role: Role): boolean;
}

/**
 * Everything about one kind of op. Methods get the parameters first. An op with `masks: false` leaves masks, boxes
 * and keypoints alone unless it defines `bboxes` or `keypoints`.
 */
export interface OpDefinition<P extends OpParams> {
  /** Unique, camelCase; it names the op in a serialised plan. */
  readonly name: string;
  /** Whether masks go through it too. */
  readonly masks: boolean;
  /** Shape of the result. Default: the input's. */
  outputShape?(params: P, shape: Shape): Shape;
  /** Whether it changes nothing for such a picture: fusion then drops it. */
  identity?(params: P, shape: Shape, role: Role): boolean;
  /** Boxes in pixels of the input (`size`) to boxes in pixels of the output; may drop or add boxes. */
  bboxes?(params: P, boxes: readonly Box[], size: Size, limits: BoxLimits): Box[];
  /** Keypoints in pixels (centre of the first pixel: 0, 0), angles in radians. */
  keypoints?(params: P, keypoints: readonly Keypoint[], size: Size, limits: KeypointLimits): Keypoint[];
  /** The definition of correct, in plain TypeScript. Must not change `image`; may return it when nothing changes. */
  reference(params: P, image: Image, role: Role): Image;
  readonly kernel?: Kernel<P>;
  readonly rules?: readonly Rule[];
  /** For ops that "fast" fusion may merge into one warp. */
  geometry?(params: P, size: Size, role: Role): Geometry | undefined;
}

/** One step on pixels, boxes and keypoints, with its parameters; the definition travels by reference. */
export class Op<P extends OpParams = OpParams> {
  readonly definition: OpDefinition<P>;
  readonly params: P;

  constructor(definition: OpDefinition<P>, params: P) {
    this.definition = definition;
    this.params = params;
  }

  /** `{ op: name, ...params }`: what JSON.stringify writes. */
  toJSON(): { op: string } & P {
    return { op: this.definition.name, ...this.params };
  }
}

/** Makes ops of one kind: `orient({ code: "flipX" })`; `orient.definition` is its definition. */
export interface OpFactory<P extends OpParams> {
  (params: P): Op<P>;
  readonly definition: OpDefinition<P>;
}

export function defineOp<P extends OpParams>(definition: OpDefinition<P>): OpFactory<P> {
  return Object.assign((params: P) => new Op(definition, params), { definition });
}

/** Whether an op is of this kind, for rules that look at their neighbour. */
export function isOp<P extends OpParams>(op: Op, definition: OpDefinition<P>): op is Op<P> {
  return (op.definition as OpDefinition<never>) === (definition as OpDefinition<never>); // identity of the record decides
}

/** Shape after one op. */
export function shapeAfter(op: Op, shape: Shape): Shape {
  return op.definition.outputShape?.(op.params, shape) ?? shape;
}
