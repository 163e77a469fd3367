import {
  add,
  batchNormalizationTraining,
  batchNormalization as byRunningStatistics,
  div,
  mul,
  reduceMean,
  scalar,
  sqrt,
  sub,
} from "../../ops/index.ts";
import type { Handler } from "../handler.ts";

/**
 * Batch normalization. Training it moves scale and offset, on the running statistics unless the place in the model
 * asks for the batch's.
 */
export const batchNormalization: Handler = {
  read(node) {
    const x = node.dynamic(0);
    if (node.int("training_mode", 0) === 1)
      node.fail(
        "it was exported in training mode, where outputs depend on the batch; export the model for inference",
      );
    if (node.int("spatial", 1) !== 1) node.fail("spatial = 0 is not supported");
    const weight = (i: number, what: string, trainable: boolean) => ({
      constant: node.needFloats(i, what),
      trainable,
    });
    return {
      inputs: [x],
      attributes: { epsilon: node.float("epsilon", 1e-5), momentum: node.float("momentum", 0.9) },
      weights: {
        scale: weight(1, "its scale", true),
        offset: weight(2, "its offset", true),
        mean: weight(3, "its mean", false),
        variance: weight(4, "its variance", false),
      },
    };
  },
  apply([x], { attributes, weight, scope }) {
    const epsilon = Number(attributes.epsilon);
    const statistics = {
      scale: weight("scale")!,
      offset: weight("offset")!,
      mean: weight("mean")!,
      variance: weight("variance")!,
    };
    if (!scope.training || !scope.trainable || !scope.batchStatistics)
      return byRunningStatistics(x, statistics, epsilon);
    const { output, mean, variance } = batchNormalizationTraining(x, statistics, {
      epsilon,
      momentum: Number(attributes.momentum),
    });
    scope.update("mean", mean);
    scope.update("variance", variance);
    return output;
  },
};

/** Normalization of each sample over its last axes. */
export const layerNormalization: Handler = {
  read(node) {
    const x = node.dynamic(0);
    const rank = x.sample.length + 1;
    const bias = node.floats(2, "its offset");
    return {
      inputs: [x],
      attributes: { axis: node.axis(node.int("axis", -1), rank), epsilon: node.float("epsilon", 1e-5) },
      weights: {
        scale: { constant: node.needFloats(1, "its scale") },
        ...(bias ? { offset: { constant: bias } } : {}),
      },
    };
  },
  apply([x], { attributes, weight }) {
    const axes = x.shape.flatMap((_, axis) => (axis >= Number(attributes.axis) ? [axis] : []));
    const centred = sub(x, reduceMean(x, axes, true));
    const variance = reduceMean(mul(centred, centred), axes, true);
    const normal = div(centred, sqrt(add(variance, scalar(Number(attributes.epsilon)))));
    const scaled = mul(normal, weight("scale")!);
    const offset = weight("offset");
    return offset ? add(scaled, offset) : scaled;
  },
};
