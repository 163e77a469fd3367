import { fill, named } from "./fields.ts";

/** Interpolations with OpenCV's codes. */
export const interpolationCodes = {
  nearest: 0,
  linear: 1,
  cubic: 2,
  area: 3,
  lanczos4: 4,
  linear_exact: 5,
  nearest_exact: 6,
} as const;
export type Interpolation = keyof typeof interpolationCodes;

/** What lies outside a picture, with OpenCV's codes. */
export const borderModeCodes = { constant: 0, replicate: 1, reflect: 2, wrap: 3, reflect_101: 4 } as const;
export type BorderMode = keyof typeof borderModeCodes;

/** A value for every channel, or one a channel. */
export type Fill = number | readonly number[];

/** The value to fill channel `index` with; a list that is too short gives 0, as OpenCV's scalars do. */
export function fillValue(value: Fill, index: number): number {
  return typeof value === "number" ? value : (value[index] ?? 0);
}

/** How a geometric op looks up values, for pictures and, apart from that, for masks. */
export interface Sampling {
  readonly interpolation: Interpolation;
  readonly maskInterpolation: Interpolation;
  readonly borderMode: BorderMode;
  readonly fill: Fill;
  readonly fillMask: Fill;
}

const { linear_exact: _linearExact, nearest_exact: _nearestExact, ...warpCodes } = interpolationCodes;

/** The parameters `border_mode`, `fill` and `fill_mask`. */
export const borderFields = {
  borderMode: named(borderModeCodes, { default: "constant", doc: "What lies outside the picture." }),
  fill: fill({ default: 0, doc: "Value outside the picture, for the border mode constant." }),
  fillMask: fill({ default: 0, doc: "Value outside a mask, for the border mode constant." }),
};

/** The parameters of a transform that warps. */
export const warpFields = {
  interpolation: named(warpCodes, { default: "linear", doc: "Interpolation of pictures." }),
  maskInterpolation: named(warpCodes, { default: "nearest", doc: "Interpolation of masks." }),
  ...borderFields,
};

/** The interpolation parameters of a transform that resizes. */
export const resizeFields = {
  interpolation: named(interpolationCodes, { default: "linear", doc: "Interpolation of pictures." }),
  maskInterpolation: named(interpolationCodes, { default: "nearest", doc: "Interpolation of masks." }),
};
