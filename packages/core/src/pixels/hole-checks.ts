import { AumentoError } from "../errors.ts";
import type { Shape } from "../image.ts";
import type { DropFill } from "../params/drop-fill.ts";

/** Throws where the fill cannot be made for such a picture. */
export function checkFill(transform: string, fill: DropFill, shape: Shape): void {
  const inpaints = fill === "inpaint_telea" || fill === "inpaint_ns";
  if (inpaints && shape.channels !== 1 && shape.channels !== 3) {
    throw new AumentoError(
      "unsupported",
      `${transform}.fill: "${fill}" works on pictures of 1 or 3 channels, got ${shape.channels}`,
    );
  }
  if (typeof fill === "object" && fill.length !== shape.channels) {
    throw new AumentoError(
      "invalid-parameter",
      `${transform}.fill: expected ${shape.channels} numbers, one a channel, got ${fill.length}`,
    );
  }
}
