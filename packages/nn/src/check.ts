import { AumentoError } from "./errors.ts";

/** A value as it should appear in a message: short, and telling its type. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (Array.isArray(value))
    return `[${value.slice(0, 8).map(show).join(", ")}${value.length > 8 ? ", …" : ""}]`;
  if (typeof value === "object" && value !== null) return `an object with ${show(Object.keys(value))}`;
  return String(value);
}

/** Throws the error of an argument: where it was given, what was expected, what came. */
export function badArgument(where: string, expected: string, got: unknown): never {
  throw new AumentoError("argument", `${where}: expected ${expected}, got ${show(got)}`);
}

/** Bounds of a number: `min`/`max` inclusive, `above`/`below` exclusive. */
export interface Bounds {
  min?: number;
  max?: number;
  above?: number;
  below?: number;
  integer?: boolean;
}

function describe({ min, max, above, below, integer }: Bounds): string {
  const parts = [integer ? "an integer" : "a number"];
  if (min !== undefined) parts.push(`of at least ${min}`);
  if (above !== undefined) parts.push(`above ${above}`);
  if (max !== undefined) parts.push(`of at most ${max}`);
  if (below !== undefined) parts.push(`below ${below}`);
  return parts.join(" ");
}

/** The number, if it is finite and within its bounds. */
export function checkNumber(where: string, value: unknown, bounds: Bounds = {}): number {
  const { min, max, above, below, integer } = bounds;
  if (
    typeof value !== "number" ||
    !Number.isFinite(value) ||
    (integer && !Number.isInteger(value)) ||
    (min !== undefined && value < min) ||
    (max !== undefined && value > max) ||
    (above !== undefined && value <= above) ||
    (below !== undefined && value >= below)
  )
    badArgument(where, describe(bounds), value);
  return value;
}

/** The value, if it is one of the choices. */
export function checkChoice<T extends string>(where: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    badArgument(where, `one of ${choices.map((c) => JSON.stringify(c)).join(", ")}`, value);
  return found;
}

export function checkBoolean(where: string, value: unknown): boolean {
  if (typeof value !== "boolean") badArgument(where, "true or false", value);
  return value;
}

/** A positive integer or a pair of them (height, width), as a pair. */
export function checkPair(where: string, value: unknown): readonly [number, number] {
  const pair = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((v) => Number.isInteger(v) && v > 0))
    badArgument(where, "a positive integer or two of them [height, width]", value);
  return [pair[0], pair[1]];
}

/** Fails unless these are options, and on one that does not exist, naming those that do. */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null)
    badArgument(where, `an object with options (${known.join(", ")})`, options);
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new AumentoError("argument", `${where}: unknown option "${name}"; there are ${known.join(", ")}`);
}
