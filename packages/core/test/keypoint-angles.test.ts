import { expect, it } from "vitest";
import { compose } from "../src/compose.ts";
import type { PipelineNode } from "../src/transform.ts";
import { horizontalFlip } from "../src/transforms/horizontal-flip.ts";
import { transpose } from "../src/transforms/transpose.ts";
import { verticalFlip } from "../src/transforms/vertical-flip.ts";
import { drawPicture } from "./pictures.ts";

const image = drawPicture(20, 30, 1);

function angles(transforms: readonly PipelineNode[], degrees: readonly number[]): number[] {
  const pipeline = compose(transforms, { keypointParams: { format: "xya" } });
  const keypoints = degrees.map((angle) => [5, 7, angle]);
  return pipeline({ image, keypoints }, { seed: 1 }).keypoints!.map(([, , angle]) => angle);
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((angle, index) => {
    expect(angle).toBeCloseTo(expected[index], 9);
  });
}

// Albumentations 2.0.8's transposition asks whether the angle, within one turn, is over half a turn.
it("angles are within one turn again before every transform", () => {
  const flip = { p: 1 };
  expectClose(angles([verticalFlip(flip), transpose(flip)], [20, 100, 250]), [290, 10, 340]);
  expectClose(angles([horizontalFlip(flip), transpose(flip)], [20, 100, 250]), [290, 10, 340]);
  expectClose(angles([transpose(flip), transpose(flip)], [20, 100, 250]), [20, 280, 70]);
});
