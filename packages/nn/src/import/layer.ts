import { AumentoError } from "../errors.ts";
import { resolveInitializer } from "../initializers/initializer.ts";
import { describe, type Value } from "../ir/value.ts";
import {
  type Layer,
  type LayerOptions,
  type LayerScope,
  makeLayer,
  toFeatures,
  toSample,
  type WeightSpec,
} from "../layers/layer.ts";
import { input, parameter } from "../ops/index.ts";
import { storedShape } from "../weight-layout.ts";
import type { Attributes } from "./handler.ts";
import { handlers } from "./handlers/index.ts";

/** Classes of imported layers are ONNX' operators with this before them. */
export const PREFIX = "onnx.";

/** A weight of an imported layer, as its configuration says it. (A type and no interface: only such is `Json`.) */
export type ImportedWeight = {
  /** What the layer calls it: "kernel", "scale". */
  readonly name: string;
  /** Its name in the file it came from, and in ours. */
  readonly path: string;
  /** Kernels of convolutions are [height, width, in, out]. */
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly isKernel: boolean;
};

/** The configuration of an imported layer. */
export type ImportedConfig = {
  /** The node's name in its file. */
  readonly node: string;
  /** The name of what it computes there. */
  readonly output: string;
  readonly attributes: Attributes;
  readonly weights: readonly ImportedWeight[];
};

/** Samples in the batch that a layer is tried on for its shape: two, which no axis of one is taken for. */
const TRIED = 2;

/** A node of a file that others exported, as a layer. */
export function importedLayer(op: string, config: ImportedConfig, options: LayerOptions): Layer {
  if (!Object.hasOwn(handlers, op))
    throw new AumentoError(
      "model",
      `The file has a layer "${PREFIX}${op}", which this version does not know`,
    );
  const handler = handlers[op];
  const { node, output, attributes } = config;
  const specs: WeightSpec[] = config.weights.map((weight) => ({
    ...weight,
    initializer: resolveInitializer(`${node}: ${weight.name}`, "zeros"),
  }));
  const apply = (inputs: readonly Value[], scope: LayerScope): Value =>
    handler.apply(inputs, {
      attributes,
      scope,
      weight: (name) => (specs.some((spec) => spec.name === name) ? scope.weight(name) : undefined),
    });
  return makeLayer(
    `${PREFIX}${op}`,
    options,
    { node, output, attributes, weights: config.weights },
    {
      batchStatistics: false,
      places: [output, node, ...config.weights.map(({ path }) => path.replace(/\.[^.]*$/, ""))],
      weights: () => specs,
      outputShape(inputs) {
        const values = inputs.map((shape, i) => input(`input${i}`, [TRIED, ...toSample(shape)]));
        const result = apply(values, {
          training: false,
          trainable: false,
          batchStatistics: false,
          weight: (name) => parameter(name, storedShape(specs.find((spec) => spec.name === name)!)),
          update() {},
          dropoutMask: (shape) => input("mask", shape),
        });
        if (result.shape[0] !== TRIED)
          throw new AumentoError(
            "shape",
            `node "${node}" (${op}) mixes the samples of a batch: ${values.map(describe).join(", ")} became ${describe(result)}`,
          );
        return toFeatures(result.shape.slice(1));
      },
      apply,
    },
  );
}
