import type { DType } from "../../src/image.ts";
import type { PipelineNode, TransformFactory } from "../../src/transform.ts";

/** Pictures that a transform is tried on. */
export interface CaseShape {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly dtype: DType;
}

/** How far the two backends may differ. */
export interface Tolerance {
  /** Largest difference of one value, in grey levels of uint8 (of 1/255 for float32). */
  readonly largest: number;
  /** Share of values that may differ at all. Default 1. */
  readonly share?: number;
}

/** Parameter forms of one transform, each to be run on both backends. */
export interface TransformCase {
  readonly transform: string;
  readonly nodes: readonly PipelineNode[];
  readonly shapes: readonly CaseShape[];
  readonly tolerance: Tolerance;
}

const uint8 = (width: number, height: number, channels: number): CaseShape => ({
  width,
  height,
  channels,
  dtype: "uint8",
});

/** Odd sizes, one, three and four channels, and a float picture. */
export const allShapes: readonly CaseShape[] = [
  uint8(47, 33, 3),
  uint8(32, 48, 1),
  uint8(21, 19, 4),
  { width: 23, height: 18, channels: 3, dtype: "float32" },
];

/**
 * The case of a transform: a default export of `test/cases/<file of the transform>.ts`. `make` gives nodes that
 * between them use every parameter; each should have p: 1.
 */
export function transformCase(
  factory: Pick<TransformFactory, "definition"> | { readonly definition: { readonly name: string } },
  nodes: readonly PipelineNode[],
  options: { shapes?: readonly CaseShape[]; tolerance?: Tolerance } = {},
): TransformCase {
  return {
    transform: factory.definition.name,
    nodes,
    shapes: options.shapes ?? allShapes,
    tolerance: options.tolerance ?? { largest: 0 },
  };
}

/** As allShapes, without four channels. */
export const greyAndColour: readonly CaseShape[] = allShapes.filter((shape) => shape.channels !== 4);
