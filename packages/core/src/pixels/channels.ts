import { AumentoError } from "../errors.ts";
import type { Shape } from "../image.ts";

/** Throws unless the picture has one of the numbers of channels that a transform is defined for. */
export function needChannels(transform: string, shape: Shape, allowed: readonly number[]): void {
  if (allowed.includes(shape.channels)) return;
  throw new AumentoError(
    "unsupported",
    `${transform}: expected a picture of ${allowed.join(" or ")} channels, got ${shape.channels}`,
  );
}
