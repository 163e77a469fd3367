import { type Common, type FieldFor, makeField, reject } from "./field.ts";

/** Fills that are made from random numbers or from the picture. */
export const namedFills = ["random", "random_uniform", "inpaint_telea", "inpaint_ns"] as const;
export type NamedFill = (typeof namedFills)[number];

/** What a hole is filled with: a number for all channels, one a channel, or a way to make them. */
export type DropFill = number | readonly number[] | NamedFill;

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);

/** A fill for holes. */
export function dropFill<const G extends Common<DropFill>>(given: G): FieldFor<DropFill, DropFill, G> {
  const expected = `a number, a list of numbers (one a channel), or one of ${namedFills.map((name) => `"${name}"`).join(", ")}`;
  return makeField<DropFill, DropFill, G>(given, {
    expected,
    control: { kind: "other", choices: namedFills },
    parse(value, where) {
      if (typeof value === "number" && Number.isFinite(value)) return value;
      if (isNumbers(value)) return value;
      return namedFills.find((name) => name === value) ?? reject(where, expected, value);
    },
    toJson: (value) => value,
  });
}
