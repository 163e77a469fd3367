import { outcomesOfAll, outcomesWith } from "../outcomes.ts";
import { type PipelineNode, probability } from "../transform.ts";
import { assertNodes, drawAll, skipAll } from "./composition.ts";

/** All of the transforms, in order, or (with probability 1 - p) none. p: 0.5. */
export function sequential(transforms: readonly PipelineNode[], options: { p?: number } = {}): PipelineNode {
  assertNodes(transforms, "Sequential");
  const p = probability(0.5).parse(options.p ?? 0.5, "Sequential.p");
  return {
    name: "Sequential",
    p,
    outcomes: outcomesWith(p, outcomesOfAll(transforms)),
    draw(builder, path, force) {
      const applied = builder.rng(path).boolean(p) || force;
      if (applied) drawAll(transforms, builder, path);
      else skipAll(transforms, builder, path);
    },
    skip: (builder, path) => skipAll(transforms, builder, path),
    describe: () => ({
      __class_fullname__: "Sequential",
      p,
      transforms: transforms.map((node) => node.describe()),
    }),
  };
}
