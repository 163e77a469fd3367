import { OptionError, UsageError } from "./errors.ts";

/** The number, if it is whole and within its limits. */
export function wholeNumber(name: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new OptionError(
    (called) => `${called(name)} must be a whole number${limits(min, max)}, got ${value}`,
  );
}

/** A whole number given to an option; undefined where the option was not given. */
export function integerOption(
  value: string | undefined,
  option: string,
  { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === "" || !Number.isSafeInteger(number) || number < min || number > max) {
    throw new UsageError(`${option} must be a whole number${limits(min, max)}, got "${value}"`);
  }
  return number;
}

/** A number given to an option; undefined where the option was not given. */
export function numberOption(
  value: string | undefined,
  option: string,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {},
): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || number < min || number > max) {
    throw new UsageError(`${option} must be a number${limits(min, max)}, got "${value}"`);
  }
  return number;
}

function limits(min: number, max: number): string {
  const hasMin = min > Number.MIN_SAFE_INTEGER;
  const hasMax = max < Number.MAX_SAFE_INTEGER;
  if (hasMin && hasMax) return ` from ${min} to ${max}`;
  if (hasMin) return ` of at least ${min}`;
  return hasMax ? ` of at most ${max}` : "";
}

/** One of a list of values given to an option. */
export function choiceOption<T extends string>(value: string, option: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new UsageError(`${option} must be one of ${choices.join(", ")}, got "${value}"`);
}
