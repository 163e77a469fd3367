import { describe, expect, it } from "vitest";
import { compose } from "../src/compose.ts";
import { oneOf } from "../src/compositions/one-of.ts";
import { sequential } from "../src/compositions/sequential.ts";
import { someOf } from "../src/compositions/some-of.ts";
import { transforms } from "../src/registry.gen.ts";
import { fromDict } from "../src/serialize.ts";
import type { PipelineNode } from "../src/transform.ts";
import { blur } from "../src/transforms/blur.ts";
import { centerCrop } from "../src/transforms/center-crop.ts";
import { clahe } from "../src/transforms/clahe.ts";
import { d4 } from "../src/transforms/d4.ts";
import { horizontalFlip } from "../src/transforms/horizontal-flip.ts";
import { padIfNeeded } from "../src/transforms/pad-if-needed.ts";
import { randomRotate90 } from "../src/transforms/random-rotate-90.ts";
import { resize } from "../src/transforms/resize.ts";
import { rotate } from "../src/transforms/rotate.ts";
import { toGray } from "../src/transforms/to-gray.ts";
import { verticalFlip } from "../src/transforms/vertical-flip.ts";
import type { CaseShape } from "./cases/case.ts";
import { loadCases } from "./cases/load.ts";

const KEYS = 400;
const shape: CaseShape = { width: 40, height: 48, channels: 3, dtype: "uint8" };

/** How many different ops come of many keys. */
function different(node: PipelineNode, on = shape): number {
  const pipeline = compose([node]);
  const plans = Array.from({ length: KEYS }, (_, index) =>
    JSON.stringify(pipeline.plan({ seed: 5, epoch: index % 3, index }, on).steps.map(({ ops }) => ops)),
  );
  return new Set(plans).size;
}

const cases = await loadCases();

describe("the outcomes of a transform", () => {
  it.each(cases.map((entry) => [entry.transform, entry] as const))(
    "%s: as many as it declares, or no end of them",
    (name, { nodes, shapes }) => {
      const { outcomes } = transforms.find(({ definition }) => definition.name === name)!.definition;
      for (const node of nodes) {
        if (outcomes === undefined) expect(node.outcomes).toBe(Number.POSITIVE_INFINITY);
        expect(different(node, shapes[0])).toBeLessThanOrEqual(node.outcomes);
      }
    },
  );

  it.each<[string, PipelineNode, number]>([
    ["a flip, or not", horizontalFlip(), 2],
    ["never a flip", horizontalFlip({ p: 0 }), 1],
    ["always a flip", horizontalFlip({ p: 1 }), 1],
    ["one of eight ways to lie", d4(), 8],
    ["quarter turns", randomRotate90(), 4],
    ["three sizes of window, or none", blur({ blurLimit: [3, 7] }), 4],
    ["one contrast limit", clahe({ clipLimit: [3, 3], p: 1 }), 1],
    ["a crop from the middle", centerCrop({ width: 20, height: 20 }), 1],
    ["padding", padIfNeeded({ minWidth: 50, minHeight: 50 }), 1],
  ])("%s: all of them come", (_name, node, outcomes) => {
    expect(node.outcomes).toBe(outcomes);
    expect(different(node)).toBe(outcomes);
  });

  it("depend on the parameters", () => {
    const place = { minWidth: 90, minHeight: 90, position: "random" } as const;
    expect(padIfNeeded(place).outcomes).toBe(Number.POSITIVE_INFINITY);
    expect(padIfNeeded({ ...place, p: 0 }).outcomes).toBe(1);
    const crop = { width: 90, height: 90, padIfNeeded: true, padPosition: "random" } as const;
    expect(centerCrop(crop).outcomes).toBe(Number.POSITIVE_INFINITY);
    expect(clahe().outcomes).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the outcomes of a composition", () => {
  const flips = () => [horizontalFlip(), verticalFlip()];
  const endless = () => rotate({ p: 0.3 });

  it.each<[string, PipelineNode, number]>([
    ["nothing", compose([]), 1],
    ["one after the other", compose([...flips(), toGray()]), 8],
    ["all or nothing", compose(flips(), { p: 0.5 }), 5],
    ["never", compose([endless()], { p: 0 }), 1],
    ["sequential", sequential(flips(), { p: 1 }), 4],
    ["sequential, or not", sequential(flips()), 5],
    ["no choice", oneOf([], { p: 1 }), 1],
    ["one of them", oneOf([d4(), resize({ width: 9, height: 9 })], { p: 1 }), 9],
    ["one of them, or none", oneOf([d4(), resize({ width: 9, height: 9 })]), 10],
    ["some of none", someOf([], { n: 3 }), 1],
    ["one of some", someOf([d4(), randomRotate90()]), 12],
    ["two of three", someOf([d4(), randomRotate90(), horizontalFlip()], { n: 2 }), 56],
    ["all of two", someOf([d4(), randomRotate90()], { n: 5 }), 32],
    ["two, perhaps the same", someOf([d4(), randomRotate90()], { n: 2, replace: true }), 144],
    ["one that has no end", compose([d4(), endless()]), Number.POSITIVE_INFINITY],
    ["perhaps one that has no end", oneOf([d4(), endless()]), Number.POSITIVE_INFINITY],
    ["some with no end", someOf([d4(), endless()], { n: 2 }), Number.POSITIVE_INFINITY],
    ["again and again, with no end", someOf([endless()], { n: 2, replace: true }), Number.POSITIVE_INFINITY],
  ])("%s", (_name, node, outcomes) => {
    expect(node.outcomes).toBe(outcomes);
    expect(different(node)).toBeLessThanOrEqual(outcomes);
  });

  it("are those of the pipeline that is read from its JSON", () => {
    const pipeline = compose([oneOf(flips()), randomRotate90()], { p: 0.9 });
    expect(fromDict(pipeline.toDict()).outcomes).toBe(pipeline.outcomes);
  });
});
