import { outcomesOfOne, outcomesOfSome, outcomesWith } from "../outcomes.ts";
import { boolean, integer } from "../params/fields.ts";
import { type PipelineNode, probability } from "../transform.ts";
import { assertNodes, childPath, skipAll } from "./composition.ts";

/** Options of `someOf`. */
export interface SomeOfOptions {
  /** How many are chosen. Default 1. */
  n?: number;
  /** Whether one may be chosen more than once. Default false. */
  replace?: boolean;
  /** Default 1. */
  p?: number;
}

/**
 * `n` of the transforms, chosen with equal chance and applied in their order, each by its own p. Without replacement
 * `n` is at most their number.
 */
export function someOf(transforms: readonly PipelineNode[], options: SomeOfOptions = {}): PipelineNode {
  assertNodes(transforms, "SomeOf");
  const p = probability(1).parse(options.p ?? 1, "SomeOf.p");
  const replace = boolean({ default: false }).parse(options.replace ?? false, "SomeOf.replace");
  const wanted = integer({ default: 1, min: 1 }).parse(options.n ?? 1, "SomeOf.n");
  const n = replace ? wanted : Math.min(wanted, transforms.length);
  const chosen =
    transforms.length === 0 ? 1 : replace ? outcomesOfOne(transforms) ** n : outcomesOfSome(transforms, n);
  return {
    name: "SomeOf",
    p,
    outcomes: outcomesWith(p, chosen),
    draw(builder, path) {
      const rng = builder.rng(path);
      if (!rng.boolean(p) || transforms.length === 0) return skipAll(transforms, builder, path);
      const indices = [...transforms.keys()];
      const chosen = replace
        ? Array.from({ length: n }, () => rng.choice(indices))
        : rng.shuffle(indices).slice(0, n);
      transforms.forEach((node, index) => {
        const times = chosen.filter((entry) => entry === index).length;
        if (times === 0) node.skip(builder, childPath(path, index));
        for (let time = 0; time < times; time++) node.draw(builder, childPath(path, index, time), false);
      });
    },
    skip: (builder, path) => skipAll(transforms, builder, path),
    describe: () => ({
      __class_fullname__: "SomeOf",
      p,
      transforms: transforms.map((node) => node.describe()),
      n,
      replace,
    }),
  };
}
