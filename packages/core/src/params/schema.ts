import { AumentoError, nearestName } from "../errors.ts";
import type { Json } from "../op.ts";
import type { Schema, Values } from "./field.ts";

/** `shiftLimitX` as Albumentations writes it: `shift_limit_x`. */
export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Every parameter in canonical form: what was given, checked, and defaults for the rest. `spell` is how names are
 * written in `given`; `others` are names that the message for an unknown one lists too.
 */
export function parseParams<S extends Schema>(
  owner: string,
  schema: S,
  given: Readonly<Record<string, unknown>>,
  spell: (name: string) => string = (name) => name,
  others: readonly string[] = [],
): Values<S> {
  const names = Object.keys(schema);
  for (const name of Object.keys(given)) {
    if (names.some((known) => spell(known) === name)) continue;
    const known = names.map(spell);
    const near = nearestName(name, known);
    throw new AumentoError(
      "unknown-parameter",
      `${owner} has no parameter "${name}"${near ? `; did you mean "${near}"?` : ""}; it has: ${[...known, ...others].join(", ")}`,
    );
  }
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const field = schema[name];
    const where = `${owner}.${spell(name)}`;
    const value = given[spell(name)];
    if (value !== undefined) values[name] = field.parse(value, where);
    else if (!field.required) values[name] = field.parse(field.default, where);
    else throw new AumentoError("invalid-parameter", `${where}: expected ${field.expected}, got nothing`);
  }
  return values as Values<S>; // one value a field, each parsed by its field
}

/** Parameters in the form and with the names that Albumentations writes. */
export function paramsToJson<S extends Schema>(schema: S, values: Values<S>): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const name of Object.keys(schema)) result[toSnakeCase(name)] = schema[name].toJson(values[name]);
  return result;
}
