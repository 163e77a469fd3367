import type { Value } from "../ir/value.ts";
import type { Json, LayerScope } from "../layers/layer.ts";
import type { Dynamic, FloatConstant } from "./constant.ts";
import type { NodeReader } from "./node.ts";

export type Attributes = Readonly<Record<string, Json>>;

/** What a node becomes: a layer's inputs, attributes and weights. */
export interface LayerPlan {
  readonly inputs: readonly Dynamic[];
  readonly attributes?: Attributes;
  /** By the name that `apply` asks for them. */
  readonly weights?: Readonly<Record<string, PlannedWeight>>;
}

export interface PlannedWeight {
  readonly constant: FloatConstant;
  /** Default true. */
  readonly trainable?: boolean;
  /** A kernel of a convolution, [out, in, height, width]. Default false. */
  readonly isKernel?: boolean;
}

/** What a layer that was a node is written with. */
export interface NodeScope {
  readonly attributes: Attributes;
  readonly scope: LayerScope;
  /** A weight, or nothing where the node has none of this name. */
  weight(name: string): Value | undefined;
}

/** How nodes of one type are read and what they compute: everything about it adjacent. */
export interface Handler {
  /** One layer, or one for each output of the node. */
  read(node: NodeReader): LayerPlan | readonly LayerPlan[];
  /** Axes are those of the file: pictures are [n, channels, height, width]. */
  apply(inputs: readonly Value[], node: NodeScope): Value;
}
