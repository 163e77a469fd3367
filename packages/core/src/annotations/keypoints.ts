import { AumentoError, show } from "../errors.ts";
import type { Size } from "../image.ts";
import type { Options, Values } from "../params/field.ts";
import { boolean, choice, names } from "../params/fields.ts";
import type { Keypoint } from "./types.ts";

/** The parameters of keypoints: Albumentations' KeypointParams. */
export const keypointSchema = {
  format: choice(["xy", "yx", "xya", "xys", "xyas", "xysa", "xyz"], {
    doc: "The order of the numbers of a row: x, y, z, angle, scale.",
  }),
  labelFields: names({ default: null, doc: "Fields of the sample with one entry a keypoint." }),
  removeInvisible: boolean({ default: true, doc: "Whether keypoints outside the picture are dropped." }),
  angleInDegrees: boolean({ default: true, doc: "Whether angles are degrees; radians otherwise." }),
  checkEachTransform: boolean({ default: true, doc: "Whether keypoints are dropped after each transform." }),
};
export type KeypointParams = Values<typeof keypointSchema>;
export type KeypointOptions = Options<typeof keypointSchema>;

type Coordinate = "x" | "y" | "z" | "angle" | "scale";
const coordinateOf: Readonly<Record<string, Coordinate>> = { x: "x", y: "y", z: "z", a: "angle", s: "scale" };
const FULL_TURN = 2 * Math.PI;

/** The same angle in [0, 2 pi). */
export function normalizeAngle(angle: number): number {
  const rest = angle % FULL_TURN;
  if (rest >= 0) return rest;
  // A tiny negative angle rounds to a full turn, which is no turn.
  return rest + FULL_TURN < FULL_TURN ? rest + FULL_TURN : 0;
}

/** Rows of the sample's format as keypoints; throws for one outside the picture, unless invisible ones are kept. */
export function readKeypoints(
  rows: readonly (readonly number[])[],
  params: KeypointParams,
  size: Size,
): Keypoint[] {
  const columns = [...params.format].map((letter) => coordinateOf[letter]);
  return rows.map((values, row) => {
    if (!Array.isArray(values) || values.length < columns.length) {
      throw new AumentoError(
        "invalid-sample",
        `keypoints[${row}]: expected at least ${columns.length} numbers (${params.format}), got ${show(values)}`,
      );
    }
    const point = { x: 0, y: 0, z: 0, angle: 0, scale: 0 };
    columns.forEach((name, index) => {
      if (!Number.isFinite(values[index])) {
        throw new AumentoError(
          "invalid-sample",
          `keypoints[${row}]: expected a ${name}, got ${show(values[index])}`,
        );
      }
      point[name] = values[index];
    });
    point.angle = normalizeAngle(params.angleInDegrees ? (point.angle * Math.PI) / 180 : point.angle);
    if (params.removeInvisible && !isVisible(point, size)) {
      throw new AumentoError(
        "invalid-sample",
        `keypoints[${row}]: expected a point inside ${size.width} x ${size.height}, got ${show(values)}; removeInvisible: false allows such points`,
      );
    }
    return { ...point, row };
  });
}

/** The numbers of a row in the sample's format. */
export function writeKeypoint(keypoint: Keypoint, params: KeypointParams): number[] {
  const angle = normalizeAngle(keypoint.angle);
  const values = { ...keypoint, angle: params.angleInDegrees ? (angle * 180) / Math.PI : angle };
  return [...params.format].map((letter) => values[coordinateOf[letter]]);
}

function isVisible(point: { x: number; y: number }, size: Size): boolean {
  return point.x >= 0 && point.x < size.width && point.y >= 0 && point.y < size.height;
}

/** Keypoints without those outside the picture, where the parameters say so. */
export function filterKeypoints(
  keypoints: readonly Keypoint[],
  params: KeypointParams,
  size: Size,
): Keypoint[] {
  return params.removeInvisible ? keypoints.filter((point) => isVisible(point, size)) : [...keypoints];
}
