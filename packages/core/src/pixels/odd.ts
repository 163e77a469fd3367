import type { Rng } from "../random.ts";

/** One of the odd sizes of a range whose ends are odd. */
export function oddSize(rng: Rng, [low, high]: readonly [number, number]): number {
  return low + 2 * rng.integer(0, (high - low) / 2);
}

/** How many of them there are. */
export const oddSizes = ([low, high]: readonly [number, number]): number => (high - low) / 2 + 1;
