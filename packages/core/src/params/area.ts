import type { Size } from "../image.ts";
import { choice, nullable } from "./fields.ts";
import type { Interpolation } from "./sampling.ts";

/** The parameter `area_for_downscale`. */
export const areaField = nullable(choice(["image", "image_mask"], {}), {
  default: null,
  doc: "Whether pictures, or masks too, are shrunk with the interpolation area.",
});

interface ResizeKinds {
  readonly interpolation: Interpolation;
  readonly maskInterpolation: Interpolation;
  readonly areaForDownscale: "image" | "image_mask" | null;
}

/** The interpolations for a resize between two sizes. */
export function kindsFor(
  params: ResizeKinds,
  from: Size,
  to: Size,
): Pick<ResizeKinds, "interpolation" | "maskInterpolation"> {
  const shrinks = to.width < from.width || to.height < from.height;
  const { interpolation, maskInterpolation, areaForDownscale } = params;
  return {
    interpolation: shrinks && areaForDownscale !== null ? "area" : interpolation,
    maskInterpolation: shrinks && areaForDownscale === "image_mask" ? "area" : maskInterpolation,
  };
}
