import type { Interpolation } from "../params/sampling.ts";
import { cubicWeights, lanczosWeights } from "./weights.ts";

/** Along one axis: each output position is a weighted sum of `count` input positions. */
export interface Axis {
  readonly count: number;
  /** `count` input positions for each output position. */
  readonly positions: Int32Array;
  readonly weights: Float64Array;
}

/** A separable resize: both axes, and how the weighted sum becomes an integer. */
export interface Taps {
  readonly x: Axis;
  readonly y: Axis;
  /** What the sum of all weights is: 1, or the fixed-point unit. */
  readonly unit: number;
  /** Rounds halves up; otherwise to even. */
  readonly halfUp: boolean;
}

/** The interpolations that weigh neighbours. */
export type TapInterpolation = Exclude<Interpolation, "nearest" | "nearest_exact">;

/** Fixed-point units of a weight in OpenCV's uint8 resizes. */
export const LINEAR_UNIT = 2048;
const EXACT_UNIT = 256;

type Weigher = (position: number) => { first: number; weights: readonly number[] };

function axis(length: number, target: number, count: number, weigh: Weigher): Axis {
  const positions = new Int32Array(target * count);
  const weights = new Float64Array(target * count);
  for (let i = 0; i < target; i++) {
    const at = weigh(i);
    for (let k = 0; k < count; k++) {
      positions[i * count + k] = Math.min(Math.max(at.first + k, 0), length - 1);
      weights[i * count + k] = at.weights[k] ?? 0;
    }
  }
  return { count, positions, weights };
}

/** Half-pixel centres, in single precision as OpenCV works them out. */
function centre(index: number, length: number, target: number): { base: number; fraction: number } {
  const position = Math.fround((index + 0.5) * (length / target) - 0.5);
  const base = Math.floor(position);
  return { base, fraction: Math.fround(position - base) };
}

/** Two neighbours; beyond the edges the edge itself. */
function linearAxis(length: number, target: number, unit: number, area: boolean): Axis {
  return axis(length, target, 2, (index) => {
    let { base, fraction } = area ? areaCentre(index, length, target) : centre(index, length, target);
    if (base < 0) [base, fraction] = [0, 0];
    if (base >= length - 1) [base, fraction] = [length - 1, 0];
    if (unit === 1) return { first: base, weights: [1 - fraction, fraction] };
    if (unit === EXACT_UNIT) {
      const right = Math.round(fraction * unit);
      return { first: base, weights: [unit - right, right] };
    }
    return { first: base, weights: [Math.round((1 - fraction) * unit), Math.round(fraction * unit)] };
  });
}

/** Where INTER_AREA looks when it enlarges: flat stretches with a short ramp between them. */
function areaCentre(index: number, length: number, target: number): { base: number; fraction: number } {
  const base = Math.floor(index * (length / target));
  const ramp = Math.fround(index + 1 - (base + 1) * (target / length));
  return { base, fraction: ramp <= 0 ? 0 : ramp - Math.floor(ramp) };
}

/** The share of each input position in the stretch that an output position covers. */
function areaAxis(length: number, target: number): Axis {
  const scale = length / target;
  return axis(length, target, Math.ceil(scale) + 1, (index) => {
    const start = index * scale;
    const end = Math.min(start + scale, length);
    const first = Math.floor(start + 1e-9);
    const weights: number[] = [];
    for (let i = first; i < end - 1e-9; i++)
      weights.push((Math.min(end, i + 1) - Math.max(start, i)) / scale);
    return { first, weights };
  });
}

/** `before` taps in front of the base; with a unit above 1, weights are rounded to it. */
function tapAxis(
  length: number,
  target: number,
  before: number,
  unit: number,
  weightsAt: (x: number) => readonly number[],
): Axis {
  const count = weightsAt(0.5).length;
  return axis(length, target, count, (index) => {
    const { base, fraction } = centre(index, length, target);
    const weights = weightsAt(fraction).map((weight) => (unit === 1 ? weight : Math.round(weight * unit)));
    return { first: base - before, weights };
  });
}

/** The tables made last: data sets are resized from few sizes to one, over and over. */
const recent = new Map<string, Taps>();
const RECENT_TABLES = 32;

/**
 * The weights that OpenCV resizes with. Integers (uint8) have fixed-point weights except for cubic and area; floats
 * have exact ones. Not for the nearest kinds. Not to be changed: equal questions share their answer.
 */
export function resizeTaps(
  from: { width: number; height: number },
  to: { width: number; height: number },
  interpolation: TapInterpolation,
  isInteger: boolean,
): Taps {
  const question = `${from.width} ${from.height} ${to.width} ${to.height} ${interpolation} ${isInteger}`;
  const known = recent.get(question);
  if (known) return known;
  if (recent.size === RECENT_TABLES) recent.delete(recent.keys().next().value!);
  const taps = makeTaps(from, to, interpolation, isInteger);
  recent.set(question, taps);
  return taps;
}

function makeTaps(
  from: { width: number; height: number },
  to: { width: number; height: number },
  interpolation: TapInterpolation,
  isInteger: boolean,
): Taps {
  const both = (make: (length: number, target: number) => Axis) => ({
    x: make(from.width, to.width),
    y: make(from.height, to.height),
  });
  const shrinks = from.width >= to.width && from.height >= to.height;
  switch (interpolation) {
    case "linear": {
      const unit = isInteger ? LINEAR_UNIT : 1;
      return {
        ...both((length, target) => linearAxis(length, target, unit, false)),
        unit: unit * unit,
        halfUp: true,
      };
    }
    case "linear_exact": {
      const unit = isInteger ? EXACT_UNIT : 1;
      return {
        ...both((length, target) => linearAxis(length, target, unit, false)),
        unit: unit * unit,
        halfUp: true,
      };
    }
    case "area": {
      if (!shrinks) {
        const unit = isInteger ? LINEAR_UNIT : 1;
        return {
          ...both((length, target) => linearAxis(length, target, unit, true)),
          unit: unit * unit,
          halfUp: true,
        };
      }
      const halves = from.width === 2 * to.width && from.height === 2 * to.height;
      return { ...both(areaAxis), unit: 1, halfUp: halves };
    }
    case "cubic":
      return {
        ...both((length, target) => tapAxis(length, target, 1, 1, cubicWeights)),
        unit: 1,
        halfUp: false,
      };
    case "lanczos4": {
      const unit = isInteger ? LINEAR_UNIT : 1;
      return {
        ...both((length, target) => tapAxis(length, target, 3, unit, lanczosWeights)),
        unit: unit * unit,
        halfUp: true,
      };
    }
  }
}

/** Whether OpenCV's two-step fixed-point rounding of bilinear weights applies. */
export function isFixedLinear(interpolation: Interpolation, taps: Taps): boolean {
  return taps.unit === LINEAR_UNIT * LINEAR_UNIT && interpolation !== "lanczos4";
}

/** The input position of each output position: the left of the pixel's stretch, or ("exact") its middle. */
export function nearestPositions(length: number, target: number, exact: boolean): Int32Array {
  if (!exact) {
    const scale = length / target;
    return Int32Array.from({ length: target }, (_, index) => Math.min(Math.floor(index * scale), length - 1));
  }
  // A middle that falls exactly on an edge takes the pixel behind it; OpenCV takes one or the other there.
  return Int32Array.from({ length: target }, (_, index) =>
    Math.floor(((2 * index + 1) * length) / (2 * target)),
  );
}
