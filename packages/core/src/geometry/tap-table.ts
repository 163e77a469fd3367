import { cubicWeights, lanczosWeights } from "./weights.ts";

/** Weights of an interpolation with more than two taps, for steps of a pixel. */
export interface TapTable {
  /** Neighbours on each axis; one less than half of them lie before the position. */
  readonly taps: number;
  /** The table tells 2^bits positions within a pixel apart. */
  readonly bits: number;
  /** `taps` weights for each of these positions; they sum to WEIGHT_UNIT. */
  readonly weights: Int16Array;
}

export const WEIGHT_UNIT = 2 ** 14;

function makeTable(taps: number, bits: number, weightsAt: (fraction: number) => readonly number[]): TapTable {
  const steps = 2 ** bits;
  const weights = new Int16Array(steps * taps);
  for (let step = 0; step < steps; step++) {
    const rounded = weightsAt(step / steps).map((weight) => Math.round(weight * WEIGHT_UNIT));
    // What rounding left over goes to the largest.
    const largest = rounded.indexOf(Math.max(...rounded));
    rounded[largest] += WEIGHT_UNIT - rounded.reduce((sum, weight) => sum + weight, 0);
    weights.set(rounded, step * taps);
  }
  return { taps, bits, weights };
}

const makers = {
  cubic: () => makeTable(4, 10, cubicWeights),
  // OpenCV's warps round positions to 1/32 of a pixel for this one, and only for this one.
  lanczos4: () => makeTable(8, 5, lanczosWeights),
};
const tables: Partial<Record<keyof typeof makers, TapTable>> = {};

/** The interpolation's table; made when it is first asked for. */
export function tapTable(interpolation: keyof typeof makers): TapTable {
  tables[interpolation] ??= makers[interpolation]();
  return tables[interpolation];
}
