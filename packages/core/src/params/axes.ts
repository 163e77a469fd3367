import { type Common, type FieldFor, makeField, reject } from "./field.ts";
import { type Range, type RangeSettings, range } from "./fields.ts";

/** A range for each axis. */
export interface AxisRanges {
  readonly x: Range;
  readonly y: Range;
}

/** What may be given: one value or range for both axes, or an object with one for either. */
export type AxisInput = number | Range | { readonly x?: number | Range; readonly y?: number | Range };

/**
 * A parameter with a range for each axis. A single value v is the range [v, v]; `missing` stands for an axis that an
 * object leaves out.
 */
export function axisRanges<
  const G extends Common<AxisInput> & Pick<RangeSettings, "above"> & { missing: number },
>(given: G): FieldFor<AxisInput, AxisRanges, G> {
  const { above, missing } = given;
  const side = range({ above, scalar: "same", sort: true });
  const expected = `${side.expected}, or { x, y } with such values`;
  const parse = (value: unknown, where: string): AxisRanges => {
    if (typeof value === "number" || Array.isArray(value)) {
      const both = side.parse(value, where);
      return { x: both, y: both };
    }
    if (typeof value !== "object" || value === null) return reject(where, expected, value);
    const names = Object.keys(value);
    if (names.length === 0 || names.some((name) => name !== "x" && name !== "y")) {
      return reject(where, expected, value);
    }
    const { x = missing, y = missing }: { x?: unknown; y?: unknown } = value;
    return { x: side.parse(x, `${where}.x`), y: side.parse(y, `${where}.y`) };
  };
  return makeField<AxisInput, AxisRanges, G>(given, {
    expected,
    control: { kind: "other" },
    parse,
    toJson: ({ x, y }) => ({ x, y }),
  });
}
