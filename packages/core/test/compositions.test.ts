import { describe, expect, it } from "vitest";
import { compose } from "../src/compose.ts";
import { oneOf } from "../src/compositions/one-of.ts";
import { sequential } from "../src/compositions/sequential.ts";
import { someOf } from "../src/compositions/some-of.ts";
import type { PipelineNode } from "../src/transform.ts";
import { horizontalFlip } from "../src/transforms/horizontal-flip.ts";
import { transpose } from "../src/transforms/transpose.ts";
import { verticalFlip } from "../src/transforms/vertical-flip.ts";
import { drawPicture } from "./pictures.ts";

const shape = { width: 8, height: 6, channels: 3 };
const DRAWS = 3000;

/** How often each transform was applied over many keys, as shares; and how often exactly `n` were. */
function shares(nodes: readonly PipelineNode[]) {
  const pipeline = compose(nodes);
  const applied: Record<string, number> = {};
  const sizes: Record<number, number> = {};
  for (let index = 0; index < DRAWS; index++) {
    const steps = pipeline.plan({ seed: 11, index }, shape).steps.filter((step) => !step.skipped);
    sizes[steps.length] = (sizes[steps.length] ?? 0) + 1 / DRAWS;
    for (const { transform } of steps) applied[transform] = (applied[transform] ?? 0) + 1 / DRAWS;
  }
  return { applied, sizes };
}

describe("compositions", () => {
  it("apply each transform by its own p", () => {
    const { applied } = shares([horizontalFlip({ p: 0.3 }), verticalFlip({ p: 1 }), transpose({ p: 0 })]);
    expect(applied.HorizontalFlip).toBeCloseTo(0.3, 1);
    expect(applied.VerticalFlip).toBeCloseTo(1, 6);
    expect(applied.Transpose).toBeUndefined();
  });

  it("oneOf applies exactly one, in proportion to p, with its own probability", () => {
    const node = oneOf([horizontalFlip({ p: 0.9 }), verticalFlip({ p: 0.3 }), transpose({ p: 0 })], {
      p: 0.5,
    });
    const { applied, sizes } = shares([node]);
    expect(Object.keys(sizes).sort()).toEqual(["0", "1"]);
    expect(sizes[1]).toBeCloseTo(0.5, 1);
    expect(applied.HorizontalFlip / applied.VerticalFlip).toBeGreaterThan(2.5);
    expect(applied.HorizontalFlip / applied.VerticalFlip).toBeLessThan(3.6);
    expect(applied.Transpose).toBeUndefined();
  });

  it("oneOf applies all of a composition that it chose, which then applies its own by p", () => {
    const { sizes } = shares([
      oneOf([sequential([horizontalFlip({ p: 1 }), transpose({ p: 1 })], { p: 0.1 })], { p: 1 }),
    ]);
    expect(sizes[2]).toBeCloseTo(1, 6);
  });

  it("sequential applies all or none", () => {
    const { sizes } = shares([sequential([horizontalFlip({ p: 1 }), transpose({ p: 1 })], { p: 0.4 })]);
    expect(Object.keys(sizes).sort()).toEqual(["0", "2"]);
    expect(sizes[2]).toBeCloseTo(0.4, 1);
  });

  it("someOf chooses n without replacement, in order, each then by its own p", () => {
    const nodes = [horizontalFlip({ p: 1 }), verticalFlip({ p: 1 }), transpose({ p: 1 })];
    const { applied, sizes } = shares([someOf(nodes, { n: 2 })]);
    expect(sizes[2]).toBeCloseTo(1, 6);
    for (const name of ["HorizontalFlip", "VerticalFlip", "Transpose"])
      expect(applied[name]).toBeCloseTo(2 / 3, 1);
    const paths = compose([someOf(nodes, { n: 3 })])
      .plan({ seed: 1 }, shape)
      .steps.map((step) => step.path);
    expect(paths).toEqual(["0.0", "0.1", "0.2"]);
    expect(shares([someOf([horizontalFlip({ p: 0.5 })], { n: 5 })]).applied.HorizontalFlip).toBeCloseTo(
      0.5,
      1,
    );
  });

  it("someOf with replacement may choose one more than once, with other random numbers", () => {
    const plan = compose([someOf([horizontalFlip({ p: 1 })], { n: 3, replace: true })]).plan(
      { seed: 1 },
      shape,
    );
    expect(plan.steps.map((step) => step.path)).toEqual(["0.0", "0.0#1", "0.0#2"]);
  });

  it("compose with p below 1 leaves everything out at times", () => {
    expect(shares([compose([horizontalFlip({ p: 1 })], { p: 0.25 })]).sizes[1]).toBeCloseTo(0.25, 1);
  });

  it("a transform's draw does not depend on its neighbours' p or on other samples", () => {
    const draw = (p: number) =>
      compose([horizontalFlip({ p }), verticalFlip({ p: 0.5 })])
        .plan({ seed: 3, epoch: 2, index: 9 }, shape)
        .steps.at(-1)?.skipped;
    expect(draw(0)).toBe(draw(1));
    const pipeline = compose([horizontalFlip(), verticalFlip(), transpose()]);
    const orders = [
      [0, 1, 2, 3],
      [3, 1, 0, 2],
    ].map((order) => order.map((index) => [index, pipeline.plan({ seed: 5, index }, shape)] as const));
    expect(new Map(orders[1])).toEqual(new Map(orders[0]));
  });

  it("calls without a key count up from the seed", () => {
    const make = () => compose([horizontalFlip(), verticalFlip(), transpose()], { seed: 21 });
    const [first, second] = [make(), make()];
    const image = drawPicture(8, 6, 3);
    const keys = [0, 1, 2].map(() => first({ image }).plan.key);
    expect(keys).toEqual([0, 1, 2].map((index) => ({ seed: 21, epoch: 0, index })));
    expect(second({ image }).plan.key).toEqual(keys[0]);
  });
});
