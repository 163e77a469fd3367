import { AumentoError } from "../errors.ts";
import type { Size } from "../image.ts";
import type { Op } from "../op.ts";
import { pad } from "../ops/pad.ts";
import type { Rng } from "../random.ts";
import { boolean, choice, integer } from "./fields.ts";
import { type Position, paddedSize, paddingTo, placePadding, positions } from "./padding.ts";
import { type BorderMode, borderFields, type Fill } from "./sampling.ts";

/** The parameters of a crop to a fixed size. */
export const fixedCropFields = {
  height: integer({ min: 1, doc: "Height of the crop." }),
  width: integer({ min: 1, doc: "Width of the crop." }),
  padIfNeeded: boolean({
    default: false,
    doc: "Whether a smaller picture is padded; otherwise it is an error.",
  }),
  padPosition: choice(positions, { default: "center", doc: "Where the picture stands in the padded one." }),
  ...borderFields,
};

interface FixedCrop extends Size {
  readonly padIfNeeded: boolean;
  readonly padPosition: Position;
  readonly borderMode: BorderMode;
  readonly fill: Fill;
  readonly fillMask: Fill;
}

/** The padding that makes the crop possible, if any, and the size to cut from; throws where it is not possible. */
export function padForCrop(
  name: string,
  params: FixedCrop,
  shape: Size,
  rng: Rng,
): { ops: Op[]; size: Size } {
  const { width, height, borderMode, fill, fillMask } = params;
  if (width <= shape.width && height <= shape.height) return { ops: [], size: shape };
  if (!params.padIfNeeded) {
    throw new AumentoError(
      "invalid-sample",
      `${name}: expected a picture of at least ${width} x ${height}, got ${shape.width} x ${shape.height}; padIfNeeded pads such pictures`,
    );
  }
  const rows = paddingTo(shape.height, height);
  const columns = paddingTo(shape.width, width);
  const padding = placePadding(rows, columns, params.padPosition, rng);
  return { ops: [pad({ ...padding, borderMode, fill, fillMask })], size: paddedSize(shape, padding) };
}
