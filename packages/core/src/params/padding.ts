import type { Padding } from "../geometry/reflect.ts";
import type { Size } from "../image.ts";
import type { Rng } from "../random.ts";

/** Where the picture stands in a padded one. */
export const positions = [
  "center",
  "top_left",
  "top_right",
  "bottom_left",
  "bottom_right",
  "random",
] as const;
export type Position = (typeof positions)[number];

/** Pixels missing on both sides of an axis; the smaller half in front. */
export function paddingTo(extent: number, wanted: number): readonly [number, number] {
  const missing = Math.max(0, wanted - extent);
  const before = Math.floor(missing / 2);
  return [before, missing - before];
}

/** Padding with the picture at a position. "top_left" means that the picture stands there. */
export function placePadding(
  rows: readonly [number, number],
  columns: readonly [number, number],
  position: Position,
  rng: Rng,
): Padding {
  const height = rows[0] + rows[1];
  const width = columns[0] + columns[1];
  const at = (top: number, left: number): Padding => ({
    top,
    bottom: height - top,
    left,
    right: width - left,
  });
  switch (position) {
    case "center":
      return at(rows[0], columns[0]);
    case "top_left":
      return at(0, 0);
    case "top_right":
      return at(0, width);
    case "bottom_left":
      return at(height, 0);
    case "bottom_right":
      return at(height, width);
    case "random":
      return at(rng.integer(0, height), rng.integer(0, width));
  }
}

/** The size after padding. */
export function paddedSize(size: Size, padding: Padding): Size {
  return {
    width: size.width + padding.left + padding.right,
    height: size.height + padding.top + padding.bottom,
  };
}
