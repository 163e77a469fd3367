import { describe, expect, it } from "vitest";
import { compose } from "../src/compose.ts";
import type { Image, Sample } from "../src/image.ts";
import { coarseDropout } from "../src/transforms/coarse-dropout.ts";
import { erasing } from "../src/transforms/erasing.ts";

const image: Image = { data: new Uint8Array(20 * 10 * 3).fill(90), width: 20, height: 10, channels: 3 };
const mask: Image = { data: new Uint8Array(20 * 10).fill(3), width: 20, height: 10, channels: 1 };

/** A hole over the left half: as high as the picture, so that only its left edge is drawn; seeds are tried. */
function leftHalfHidden(options: {
  minVisibility?: number;
  removeInvisible?: boolean;
  fillMask?: number;
}): Sample {
  const { minVisibility = 0, removeInvisible = true, fillMask = null } = options;
  const pipeline = compose(
    [
      coarseDropout({
        numHolesRange: [1, 1],
        holeHeightRange: [10, 10],
        holeWidthRange: [10, 10],
        fillMask,
        p: 1,
      }),
    ],
    {
      bboxParams: { format: "pascal_voc", labelFields: ["labels"], minVisibility },
      keypointParams: { format: "xy", removeInvisible },
    },
  );
  const sample = {
    image,
    mask,
    bboxes: [
      [2, 2, 8, 8],
      [6, 1, 14, 9],
      [12, 3, 18, 7],
    ],
    labels: ["hidden", "half", "seen"],
    keypoints: [
      [4, 4],
      [9.9, 5],
      [10, 5],
      [15, 2],
    ],
  };
  for (let index = 0; index < 200; index++) {
    const result = pipeline(sample, { seed: 2, index });
    const isLeft = result.image.data[0] === 0 && result.image.data[10 * 3 - 1] === 0;
    if (isLeft && result.image.data[10 * 3] === 90) return result;
  }
  throw new Error("no draw put the hole over the left half");
}

describe("dropout", () => {
  it("drops boxes that are hidden and tightens those that are partly", () => {
    const result = leftHalfHidden({});
    expect(result.bboxes).toEqual([
      [10, 1, 14, 9],
      [12, 3, 18, 7],
    ]);
    expect(result.labels).toEqual(["half", "seen"]);
  });

  it("drops boxes of which less is left than the pipeline asks for", () => {
    expect(leftHalfHidden({ minVisibility: 0.6 }).labels).toEqual(["seen"]);
  });

  it("drops hidden keypoints where invisible ones are removed", () => {
    expect(leftHalfHidden({}).keypoints).toEqual([
      [10, 5],
      [15, 2],
    ]);
    expect(leftHalfHidden({ removeInvisible: false }).keypoints).toHaveLength(4);
  });

  it("leaves masks alone unless it is told what to fill them with", () => {
    expect(leftHalfHidden({}).mask!.data).toEqual(mask.data);
    const filled = leftHalfHidden({ fillMask: 7 }).mask!.data;
    expect(Array.from(filled.subarray(0, 20))).toEqual([...Array(10).fill(7), ...Array(10).fill(3)]);
  });

  it("says what is wrong with a fill", () => {
    const run = (node: Parameters<typeof compose>[0][number]) => compose([node])({ image }, { seed: 1 });
    expect(() => run(erasing({ fill: [1, 2], p: 1 }))).toThrow(
      /Erasing\.fill: expected 3 numbers, one a channel, got 2/,
    );
    expect(() => run(coarseDropout({ fill: 300, p: 1 }))).toThrow(/from 0 to 255/);
    expect(() => run(coarseDropout({ holeHeightRange: [30, 40], p: 1 }))).toThrow(
      /CoarseDropout\.holeHeightRange/,
    );
    const rgba = { ...image, data: new Uint8Array(20 * 10 * 4), channels: 4 };
    expect(() => compose([erasing({ fill: "inpaint_ns", p: 1 })])({ image: rgba }, { seed: 1 })).toThrow(
      /"inpaint_ns" works on pictures of 1 or 3 channels, got 4/,
    );
  });
});
