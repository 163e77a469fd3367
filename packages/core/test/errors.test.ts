import { describe, expect, it } from "vitest";
import { compose } from "../src/compose.ts";
import { oneOf } from "../src/compositions/one-of.ts";
import { replay } from "../src/replay.ts";
import { fromDict } from "../src/serialize.ts";
import { horizontalFlip } from "../src/transforms/horizontal-flip.ts";
import { padIfNeeded } from "../src/transforms/pad-if-needed.ts";
import { randomCrop } from "../src/transforms/random-crop.ts";
import { resize } from "../src/transforms/resize.ts";
import { rotate } from "../src/transforms/rotate.ts";
import { drawPicture } from "./pictures.ts";

const image = drawPicture(8, 6, 3);
const dict = (...transforms: object[]) => ({
  __version__: "2.0.8",
  transform: { __class_fullname__: "Compose", p: 1, transforms },
});
// Values that TypeScript refuses, as a JavaScript caller or a JSON file would bring them.
const wrong = (value: unknown) => value as never;

describe("errors name what is wrong, what was expected and what came", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["a value out of range", () => rotate({ p: 1.5 }), /Rotate\.p: expected a number from 0 to 1, got 1\.5/],
    [
      "a wrong type",
      () => rotate({ limit: wrong("45") }),
      /Rotate\.limit: expected a number or \[low, high\].*got "45"/,
    ],
    [
      "an unknown choice",
      () => rotate({ interpolation: wrong("cubik") }),
      /Rotate\.interpolation: expected one of "nearest" \(0\).*got "cubik"/,
    ],
    [
      "an unknown parameter",
      () => rotate(wrong({ limits: 45 })),
      /Rotate has no parameter "limits"; did you mean "limit"\?/,
    ],
    [
      "a missing parameter",
      () => resize(wrong({ height: 3 })),
      /Resize\.width: expected an integer of at least 1, got nothing/,
    ],
    [
      "parameters that exclude each other",
      () => padIfNeeded({ padHeightDivisor: 32 }),
      /PadIfNeeded\.minHeight: expected either minHeight or padHeightDivisor/,
    ],
    [
      "a function in place of a transform",
      () => compose([wrong(horizontalFlip)]),
      /Compose\.transforms\[0\].*call it/,
    ],
    ["no list", () => compose(wrong(horizontalFlip())), /Compose\.transforms: expected a list of transforms/],
    [
      "nothing to choose from",
      () => oneOf([horizontalFlip({ p: 0 })]),
      /OneOf\.transforms: expected one with p above 0/,
    ],
    [
      "an unknown option",
      () => compose([], wrong({ bbox_params: {} })),
      /Compose has no option "bbox_params"/,
    ],
    [
      "an unknown format of boxes",
      () => compose([], { bboxParams: { format: wrong("voc") } }),
      /bboxParams\.format: expected one of "pascal_voc"/,
    ],
    [
      "an unknown kind of target",
      () => compose([], { additionalTargets: { other: "images" } }),
      /additionalTargets\.other: expected one of "image"/,
    ],
    [
      "a seed that is none",
      () => compose([]).plan({ seed: -1 }, { width: 1, height: 1, channels: 1 }),
      /key\.seed: expected an integer from 0 .*got -1/,
    ],
  ])("%s", (_name, act, message) => {
    expect(act).toThrow(message);
  });

  const boxes = compose([horizontalFlip()], {
    bboxParams: { format: "pascal_voc", labelFields: ["labels"] },
  });
  const points = compose([horizontalFlip()], { keypointParams: { format: "xya" } });
  it.each<[string, () => unknown, RegExp]>([
    [
      "no picture",
      () => compose([])(wrong({})),
      /image: expected \{ data, width, height, channels \}, got undefined/,
    ],
    [
      "a picture of the wrong length",
      () => compose([])({ image: { ...image, width: 9 } }),
      /image\.data: expected 162 values \(6 x 9 x 3\), got 144/,
    ],
    [
      "a mask of another size",
      () => compose([])({ image, mask: drawPicture(7, 6, 1) }),
      /mask: expected the image's 8 x 6, got 7 x 6/,
    ],
    [
      "boxes without a format",
      () => compose([])({ image, bboxes: [[0, 0, 1, 1]] }),
      /bboxes: expected the pipeline to have bboxParams/,
    ],
    [
      "a box outside",
      () => boxes({ image, bboxes: [[0, 0, 9, 1]], labels: [1] }),
      /bboxes\[0\]: expected x_max from 0 to the picture's width, 8, got 9/,
    ],
    [
      "a box without extent",
      () => boxes({ image, bboxes: [[3, 0, 3, 1]], labels: [1] }),
      /bboxes\[0\]: expected x_min < x_max/,
    ],
    [
      "labels that are missing",
      () => boxes({ image, bboxes: [[0, 0, 2, 1]] }),
      /labels: expected a list with one entry for each of bboxes, got undefined/,
    ],
    [
      "too few labels",
      () => boxes({ image, bboxes: [[0, 0, 2, 1]], labels: [] }),
      /labels: expected 1 entries, one for each of bboxes, got 0/,
    ],
    [
      "a keypoint with too few numbers",
      () => points({ image, keypoints: [[1, 2]] }),
      /keypoints\[0\]: expected at least 3 numbers \(xya\)/,
    ],
    [
      "a keypoint outside",
      () => points({ image, keypoints: [[8, 2, 0]] }),
      /keypoints\[0\]: expected a point inside 8 x 6/,
    ],
    [
      "a crop larger than the picture",
      () => compose([randomCrop({ width: 9, height: 2 })])({ image }),
      /RandomCrop: expected a picture of at least 9 x 2, got 8 x 6/,
    ],
    [
      "an array that does not fit",
      () => compose([])({ image }, { seed: 1 }, { out: new Uint8Array(3) }),
      /out: expected a Uint8Array of 144 values, got a Uint8Array of 3/,
    ],
  ])("%s", (_name, act, message) => {
    expect(act).toThrow(message);
  });

  it.each<[string, unknown, RegExp]>([
    [
      "an unknown transform",
      dict({ __class_fullname__: "HorizontalFlop", p: 1 }),
      /Compose\.transforms\[0\]: there is no transform "HorizontalFlop"; did you mean "HorizontalFlip"\?/,
    ],
    [
      "an unknown parameter",
      dict({ __class_fullname__: "Rotate", limits: 3 }),
      /Rotate has no parameter "limits"; did you mean "limit"\?/,
    ],
    [
      "a parameter of the wrong kind",
      dict({ __class_fullname__: "Rotate", crop_border: 1 }),
      /Rotate\.crop_border: expected true or false, got 1/,
    ],
    [
      "an unknown option of a composition",
      dict({ __class_fullname__: "OneOf", transforms: [], weight: 1 }),
      /OneOf has no parameter "weight"/,
    ],
    ["no name", dict({ p: 1 }), /__class_fullname__: expected a name, got undefined/],
    [
      "no list",
      { transform: { __class_fullname__: "Compose" } },
      /Compose\.transforms: expected a list, got undefined/,
    ],
    ["no object", 3, /the document: expected an object, got 3/],
  ])("in a serialised pipeline: %s", (_name, document, message) => {
    expect(() => fromDict(document)).toThrow(message);
  });

  it("in a plan", () => {
    const plan = JSON.stringify(
      compose([horizontalFlip({ p: 1 })]).plan({ seed: 1 }, { width: 8, height: 6, channels: 3 }),
    );
    expect(() => replay(plan.replace('"orient"', '"orientt"'), { image })).toThrow(
      /there is no op "orientt"; did you mean "orient"\?/,
    );
    expect(() => replay("{", { image })).toThrow(/plan: expected JSON/);
    expect(() => replay(plan.replace('"version":1', '"version":7'), { image })).toThrow(
      /version: expected 1, got 7/,
    );
    expect(() => replay(plan, { image: drawPicture(6, 8, 3) })).toThrow(
      /image: expected 8 x 6, which the plan was made for, got 6 x 8/,
    );
  });
});
