import { AumentoError } from "../errors.ts";
import { outcomesOfOne, outcomesWith } from "../outcomes.ts";
import { type PipelineNode, probability } from "../transform.ts";
import { assertNodes, childPath, skipAll } from "./composition.ts";

/**
 * One of the transforms, always applied once chosen; their p are the weights of the choice. With probability 1 - p
 * (p: 0.5), none.
 */
export function oneOf(transforms: readonly PipelineNode[], options: { p?: number } = {}): PipelineNode {
  assertNodes(transforms, "OneOf");
  const p = probability(0.5).parse(options.p ?? 0.5, "OneOf.p");
  const weights = transforms.map((node) => node.p);
  if (transforms.length > 0 && !weights.some((weight) => weight > 0)) {
    throw new AumentoError(
      "invalid-parameter",
      "OneOf.transforms: expected one with p above 0, got none: nothing could be chosen",
    );
  }
  return {
    name: "OneOf",
    p,
    outcomes: transforms.length === 0 ? 1 : outcomesWith(p, outcomesOfOne(transforms)),
    draw(builder, path, force) {
      const rng = builder.rng(path);
      const applied = rng.boolean(p) || force;
      if (!applied || transforms.length === 0) return skipAll(transforms, builder, path);
      const chosen = rng.choice([...transforms.keys()], weights);
      transforms.forEach((node, index) => {
        if (index === chosen) node.draw(builder, childPath(path, index), true);
        else node.skip(builder, childPath(path, index));
      });
    },
    skip: (builder, path) => skipAll(transforms, builder, path),
    describe: () => ({
      __class_fullname__: "OneOf",
      p,
      transforms: transforms.map((node) => node.describe()),
    }),
  };
}
