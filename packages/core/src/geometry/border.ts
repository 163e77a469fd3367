import type { BorderMode } from "../params/sampling.ts";

/**
 * The position inside 0..length-1 that stands for `index`, or -1 where the fill value does: OpenCV's
 * `borderInterpolate`.
 */
export function borderIndex(index: number, length: number, mode: BorderMode): number {
  if (index >= 0 && index < length) return index;
  switch (mode) {
    case "constant":
      return -1;
    case "replicate":
      return index < 0 ? 0 : length - 1;
    case "wrap":
      return ((index % length) + length) % length;
    case "reflect": {
      const period = 2 * length;
      const position = ((index % period) + period) % period;
      return position < length ? position : period - 1 - position;
    }
    case "reflect_101": {
      if (length === 1) return 0;
      const period = 2 * length - 2;
      const position = ((index % period) + period) % period;
      return position < length ? position : period - position;
    }
  }
}
