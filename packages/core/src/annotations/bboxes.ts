import { AumentoError, show } from "../errors.ts";
import type { Size } from "../image.ts";
import type { Options, Values } from "../params/field.ts";
import { boolean, choice, names, nullable, number } from "../params/fields.ts";
import type { Box } from "./types.ts";

/** The parameters of boxes: Albumentations' BboxParams. */
export const bboxSchema = {
  format: choice(["pascal_voc", "albumentations", "coco", "yolo"], {
    doc: "pascal_voc: [x_min, y_min, x_max, y_max] in pixels; albumentations: the same, 0..1; coco: [x_min, y_min, width, height] in pixels; yolo: [x_centre, y_centre, width, height], 0..1.",
  }),
  labelFields: names({ default: null, doc: "Fields of the sample with one entry a box." }),
  minArea: number({ default: 0, min: 0, doc: "Boxes with less area left, in pixels, are dropped." }),
  minVisibility: number({
    default: 0,
    min: 0,
    max: 1,
    doc: "Boxes with less of their area left are dropped.",
  }),
  minWidth: number({ default: 0, min: 0, doc: "In pixels." }),
  minHeight: number({ default: 0, min: 0, doc: "In pixels." }),
  checkEachTransform: boolean({
    default: true,
    doc: "Whether boxes are clipped and dropped after each transform.",
  }),
  clip: boolean({ default: false, doc: "Whether boxes that came in are clipped to the picture first." }),
  filterInvalidBboxes: boolean({
    default: false,
    doc: "Whether boxes that came in without extent are dropped.",
  }),
  maxAcceptRatio: nullable(number({ min: 1 }), {
    default: null,
    doc: "Longest side over shortest, at most.",
  }),
};
export type BboxParams = Values<typeof bboxSchema>;
export type BboxOptions = Options<typeof bboxSchema>;

const EPSILON = 1e-7;

/** Rows of the sample's format as boxes in pixels; throws for a box that is not inside the picture. */
export function readBoxes(rows: readonly (readonly number[])[], params: BboxParams, size: Size): Box[] {
  let boxes = rows.map((row, index) => {
    if (!Array.isArray(row) || row.length < 4 || !row.slice(0, 4).every(Number.isFinite)) {
      throw new AumentoError(
        "invalid-sample",
        `bboxes[${index}]: expected at least 4 numbers, got ${show(row)}`,
      );
    }
    return toPixels(row, index, params.format, size);
  });
  if (params.clip) boxes = boxes.map((box) => clipBox(box, size));
  // Clipping leaves boxes without extent where one lay outside; they are dropped with the invalid ones.
  if (params.clip || params.filterInvalidBboxes) {
    boxes = filterBoxes(
      boxes,
      { ...params, minArea: 0, minVisibility: 0, minWidth: 0, minHeight: 0, maxAcceptRatio: null },
      size,
    );
    boxes = boxes.filter(hasExtent);
  }
  for (const box of boxes) assertInside(box, rows[box.row], size);
  return boxes;
}

function toPixels(values: readonly number[], row: number, format: BboxParams["format"], size: Size): Box {
  const [a, b, c, d] = values;
  const { width, height } = size;
  switch (format) {
    case "pascal_voc":
      return { xMin: a, yMin: b, xMax: c, yMax: d, row };
    case "albumentations":
      return { xMin: a * width, yMin: b * height, xMax: c * width, yMax: d * height, row };
    case "coco":
      return { xMin: a, yMin: b, xMax: a + c, yMax: b + d, row };
    case "yolo":
      return {
        xMin: (a - c / 2) * width,
        yMin: (b - d / 2) * height,
        xMax: (a + c / 2) * width,
        yMax: (b + d / 2) * height,
        row,
      };
  }
}

/** The first four numbers of a row in the sample's format. */
export function writeBox(box: Box, format: BboxParams["format"], size: Size): number[] {
  const { xMin, yMin, xMax, yMax } = box;
  const { width, height } = size;
  switch (format) {
    case "pascal_voc":
      return [xMin, yMin, xMax, yMax];
    case "albumentations":
      return [xMin / width, yMin / height, xMax / width, yMax / height];
    case "coco":
      return [xMin, yMin, xMax - xMin, yMax - yMin];
    case "yolo":
      return [
        (xMin + xMax) / 2 / width,
        (yMin + yMax) / 2 / height,
        (xMax - xMin) / width,
        (yMax - yMin) / height,
      ];
  }
}

/** Coordinates may stand outside by a rounding error, as in Albumentations (a hundred thousandth of the extent). */
function assertInside(box: Box, given: readonly number[], size: Size): void {
  const tolerance = { width: size.width * 1.001e-5, height: size.height * 1.001e-5 };
  const sides = [
    ["x_min", box.xMin, "width"],
    ["y_min", box.yMin, "height"],
    ["x_max", box.xMax, "width"],
    ["y_max", box.yMax, "height"],
  ] as const;
  for (const [name, value, extent] of sides) {
    if (value < -tolerance[extent] || value > size[extent] + tolerance[extent]) {
      throw new AumentoError(
        "invalid-sample",
        `bboxes[${box.row}]: expected ${name} from 0 to the picture's ${extent}, ${size[extent]}, got ${value} (${show(given)}); bboxParams.clip cuts such boxes`,
      );
    }
  }
  if (!hasExtent(box)) {
    throw new AumentoError(
      "invalid-sample",
      `bboxes[${box.row}]: expected x_min < x_max and y_min < y_max, got ${show(given)}; bboxParams.filterInvalidBboxes drops such boxes`,
    );
  }
}

export function hasExtent(box: Box): boolean {
  return box.xMax > box.xMin && box.yMax > box.yMin;
}

function clipBox(box: Box, size: Size): Box {
  const clamp = (value: number, top: number) => Math.min(Math.max(value, 0), top);
  return {
    xMin: clamp(box.xMin, size.width),
    yMin: clamp(box.yMin, size.height),
    xMax: clamp(box.xMax, size.width),
    yMax: clamp(box.yMax, size.height),
    row: box.row,
  };
}

/** Boxes clipped to the picture, without those of which too little is left. */
export function filterBoxes(boxes: readonly Box[], params: BboxParams, size: Size): Box[] {
  const kept: Box[] = [];
  for (const box of boxes) {
    const clipped = clipBox(box, size);
    const area = (box.xMax - box.xMin) * (box.yMax - box.yMin);
    const width = clipped.xMax - clipped.xMin;
    const height = clipped.yMax - clipped.yMin;
    const ratio = Math.max(width / (height + EPSILON), height / (width + EPSILON));
    const keep =
      area >= EPSILON &&
      width * height >= params.minArea - EPSILON &&
      (width * height) / (area + EPSILON) >= params.minVisibility &&
      width >= params.minWidth - EPSILON &&
      height >= params.minHeight - EPSILON &&
      (params.maxAcceptRatio === null || ratio <= params.maxAcceptRatio);
    if (keep) kept.push(clipped);
  }
  return kept;
}
