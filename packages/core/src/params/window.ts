import { type Common, type FieldFor, makeField, reject } from "./field.ts";
import type { Range } from "./fields.ts";

const odd = (size: number) => (size % 2 === 0 ? size + 1 : size);

/**
 * A range of window sizes, read as Albumentations reads `blur_limit`: a single number is the largest (from 3), sizes
 * below 3 become 3, even ones the next odd one, and [high, low] becomes [low, low].
 */
export function windowRange<const G extends Common<number | Range>>(
  given: G,
): FieldFor<number | Range, Range, G> {
  const expected = "a whole number or [low, high], sizes of windows: odd, at least 3";
  return makeField<number | Range, Range, G>(given, {
    expected,
    control: { kind: "range", min: 3, integer: true },
    parse(value, where) {
      const pair: unknown[] = Array.isArray(value) ? value : [3, value];
      if (pair.length !== 2 || !pair.every((size) => Number.isInteger(size) && Number(size) >= 0)) {
        return reject(where, expected, value);
      }
      const [low, high] = pair.map((size) => odd(Math.max(3, Number(size))));
      return low > high ? [high, high] : [low, high];
    },
    toJson: (value) => [...value],
  });
}

/** An odd size at least 3; an even one becomes the next odd one. */
export function windowSize<const G extends Common<number>>(given: G): FieldFor<number, number, G> {
  const expected = "a whole number of at least 3";
  return makeField<number, number, G>(given, {
    expected,
    control: { kind: "number", min: 3, integer: true },
    parse: (value, where) =>
      Number.isInteger(value) && Number(value) >= 3 ? odd(Number(value)) : reject(where, expected, value),
    toJson: (value) => value,
  });
}
