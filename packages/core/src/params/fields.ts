import type { Json } from "../op.ts";
import { type Common, type FieldFor, makeField, reject } from "./field.ts";

/** Limits of a number; `above` and `below` exclude the bound itself. */
export interface Limits {
  min?: number;
  max?: number;
  above?: number;
  below?: number;
  integer?: boolean;
}

function describeLimits(limits: Limits): string {
  const parts: string[] = [];
  if (limits.min !== undefined && limits.max !== undefined) parts.push(`from ${limits.min} to ${limits.max}`);
  else if (limits.min !== undefined) parts.push(`of at least ${limits.min}`);
  else if (limits.max !== undefined) parts.push(`of at most ${limits.max}`);
  if (limits.above !== undefined) parts.push(`above ${limits.above}`);
  if (limits.below !== undefined) parts.push(`below ${limits.below}`);
  return parts.length > 0 ? ` ${parts.join(", ")}` : "";
}

function within(value: unknown, limits: Limits): value is number {
  return (
    typeof value === "number" &&
    Number.isFinite(value) &&
    (!limits.integer || Number.isInteger(value)) &&
    (limits.min === undefined || value >= limits.min) &&
    (limits.max === undefined || value <= limits.max) &&
    (limits.above === undefined || value > limits.above) &&
    (limits.below === undefined || value < limits.below)
  );
}

const kindOf = (limits: Limits) => (limits.integer ? "integer" : "number");

export function number<const G extends Common<number> & Limits>(given: G): FieldFor<number, number, G> {
  const expected = `${given.integer ? "an" : "a"} ${kindOf(given)}${describeLimits(given)}`;
  return makeField<number, number, G>(given, {
    expected,
    control: { kind: "number", min: given.min, max: given.max, integer: given.integer },
    parse: (value, where) => (within(value, given) ? value : reject(where, expected, value)),
    toJson: (value) => value,
  });
}

export function integer<const G extends Common<number> & Limits>(given: G): FieldFor<number, number, G> {
  return number({ ...given, integer: true }) as FieldFor<number, number, G>; // same default, so same requiredness
}

export function boolean<const G extends Common<boolean>>(given: G): FieldFor<boolean, boolean, G> {
  const expected = "true or false";
  return makeField<boolean, boolean, G>(given, {
    expected,
    control: { kind: "boolean" },
    parse: (value, where) => (typeof value === "boolean" ? value : reject(where, expected, value)),
    toJson: (value) => value,
  });
}

/** One of a few strings. */
export function choice<const T extends string, const G extends Common<T>>(
  choices: readonly T[],
  given: G,
): FieldFor<T, T, G> {
  const expected = `one of ${choices.map((name) => JSON.stringify(name)).join(", ")}`;
  return makeField<T, T, G>(given, {
    expected,
    control: { kind: "choice", choices },
    parse: (value, where) => choices.find((name) => name === value) ?? reject(where, expected, value),
    toJson: (value) => value,
  });
}

/** A name that Albumentations writes as an integer constant of OpenCV. Both are read; the name is canonical. */
export function named<const T extends string, const G extends Common<T | number>>(
  codes: Readonly<Record<T, number>>,
  given: G,
): FieldFor<T | number, T, G> {
  const names = Object.keys(codes) as T[];
  const expected = `one of ${names.map((name) => `"${name}" (${codes[name]})`).join(", ")}`;
  return makeField<T | number, T, G>(given, {
    expected,
    control: { kind: "choice", choices: names },
    parse: (value, where) =>
      names.find((name) => name === value || codes[name] === value) ?? reject(where, expected, value),
    toJson: (value) => codes[value],
  });
}

/** A pair low <= high. */
export type Range = readonly [number, number];

/** How a single number becomes a range, as Albumentations does for that parameter. */
export interface RangeSettings extends Limits {
  /**
   * "symmetric": v is [-v, v]; a number o: v is the range between o and v; "same": v is [v, v]; absent: a single
   * number is an error.
   */
  scalar?: "symmetric" | "same" | number;
  /** Added to both ends of what came from a caller (not from JSON, which Albumentations writes with it added). */
  bias?: number;
  /** Whether [high, low] is put in order; otherwise it is an error. */
  sort?: boolean;
}

export function range<const G extends Common<number | Range> & RangeSettings>(
  given: G,
): FieldFor<number | Range, Range, G> {
  const single = given.scalar === undefined ? "" : `${given.integer ? "an" : "a"} ${kindOf(given)} or `;
  const expected = `${single}[low, high] with low <= high, ${kindOf(given)}s${describeLimits(given)}`;
  const parse = (value: unknown, where: string): Range => {
    let pair: readonly unknown[];
    if (Array.isArray(value) && value.length === 2) pair = value;
    else if (typeof value === "number" && given.scalar !== undefined) pair = fromScalar(value, given.scalar);
    else return reject(where, expected, value);
    let [low, high] = pair;
    if (typeof low !== "number" || typeof high !== "number") return reject(where, expected, value);
    if (low > high && given.sort) [low, high] = [high, low];
    const bias = given.bias ?? 0;
    const result: Range = [(low as number) + bias, (high as number) + bias];
    if (!within(result[0], given) || !within(result[1], given) || result[0] > result[1]) {
      return reject(where, expected, value);
    }
    return result;
  };
  return makeField<number | Range, Range, G>(given, {
    expected,
    control: { kind: "range", min: given.min, max: given.max, integer: given.integer },
    parse,
    // A bias is taken off again, so that what is written means the same when it is read back.
    toJson: (value) => [value[0] - (given.bias ?? 0), value[1] - (given.bias ?? 0)],
  });
}

function fromScalar(value: number, scalar: "symmetric" | "same" | number): Range {
  if (scalar === "same") return [value, value];
  const other = scalar === "symmetric" ? -value : scalar;
  return other < value ? [other, value] : [value, other];
}

/** Numbers, one a channel, or one for all: a colour to fill with. */
export function fill<const G extends Common<number | readonly number[]>>(
  given: G,
): FieldFor<number | readonly number[], number | readonly number[], G> {
  const expected = "a number or a list of numbers, one a channel";
  return makeField<number | readonly number[], number | readonly number[], G>(given, {
    expected,
    control: { kind: "colour" },
    parse: (value, where) => {
      if (within(value, {})) return value;
      if (Array.isArray(value) && value.length > 0 && value.every((entry) => within(entry, {}))) return value;
      return reject(where, expected, value);
    },
    toJson: (value) => value,
  });
}

/** A list of numbers, of a fixed length if one is given. */
export function list<const G extends Common<readonly number[]> & Limits & { length?: number }>(
  given: G,
): FieldFor<readonly number[], readonly number[], G> {
  const expected = `a list of ${given.length ?? "some"} ${kindOf(given)}s${describeLimits(given)}`;
  return makeField<readonly number[], readonly number[], G>(given, {
    expected,
    control: { kind: "list", min: given.min, max: given.max, integer: given.integer },
    parse: (value, where) => {
      const fits =
        Array.isArray(value) &&
        (given.length === undefined ? value.length > 0 : value.length === given.length) &&
        value.every((entry) => within(entry, given));
      return fits ? (value as readonly number[]) : reject(where, expected, value);
    },
    toJson: (value) => value,
  });
}

/** The same parameter, or null for "not set" (the default unless another is given). */
export function nullable<Input, Value, const G extends Common<Input | null>>(
  field: Pick<FieldFor<Input, Value, unknown>, "expected" | "control" | "parse" | "toJson">,
  given: G,
): FieldFor<Input | null, Value | null, G> {
  return makeField<Input | null, Value | null, G>(given, {
    expected: `${field.expected}, or null`,
    control: field.control,
    parse: (value, where) => (value === null ? null : field.parse(value, where)),
    toJson: (value): Json => (value === null ? null : field.toJson(value)),
  });
}

/** Names of label fields. */
export function names<const G extends Common<readonly string[] | null>>(
  given: G,
): FieldFor<readonly string[] | null, readonly string[] | null, G> {
  const expected = "a list of names, or null";
  return makeField<readonly string[] | null, readonly string[] | null, G>(given, {
    expected,
    control: { kind: "other" },
    parse: (value, where) => {
      if (value === null) return null;
      if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) return value as string[];
      return reject(where, expected, value);
    },
    toJson: (value) => value,
  });
}
