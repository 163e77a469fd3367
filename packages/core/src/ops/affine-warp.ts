import { isNearIdentity, type Matrix } from "../geometry/matrix.ts";
import type { Size } from "../image.ts";
import type { Op } from "../op.ts";
import { choice } from "../params/fields.ts";
import { type Sampling, warpFields } from "../params/sampling.ts";
import { type WarpParams, warp } from "./warp.ts";

/** The parameters that all affine transforms share. */
export const affineFields = {
  ...warpFields,
  rotateMethod: choice(["largest_box", "ellipse"], {
    default: "largest_box",
    doc: "Whether a box becomes the box around its corners, or around the ellipse in it.",
  }),
};

/** What an affine transform came to. */
export interface AffineDraw extends Size {
  /** Of pixel centres. */
  readonly matrix: Matrix;
  /** Of corners of pixels. */
  readonly boxMatrix: Matrix;
  /** Factor of keypoints' scales. */
  readonly scale: number;
}

/** The op of an affine transform; none where its matrix is all but the identity, as Albumentations decides. */
export function affineWarp(
  params: Sampling & Pick<WarpParams, "rotateMethod">,
  draw: AffineDraw,
): Op<WarpParams>[] {
  const { matrix, boxMatrix, scale, width, height } = draw;
  if (isNearIdentity(matrix)) return [];
  const { interpolation, maskInterpolation, borderMode, fill, fillMask, rotateMethod } = params;
  return [
    warp({
      matrix,
      boxMatrix,
      keypointMatrix: matrix,
      angle: Math.atan2(-matrix[3], matrix[0]),
      scale,
      width,
      height,
      interpolation,
      maskInterpolation,
      borderMode,
      fill,
      fillMask,
      rotateMethod,
      mirrors: true,
    }),
  ];
}
