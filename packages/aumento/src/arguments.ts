import type { ArgDef, ArgsDef } from "citty";
import { UsageError } from "./errors.ts";
import { didYouMean } from "./nearest.ts";

const camelCase = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
const listOf = (value: string | string[] | undefined) => (value === undefined ? [] : [value].flat());

/** An option's definition by any way it may be written: its name, camelCase, or an alias. */
function optionTable(definitions: ArgsDef): Map<string, ArgDef> {
  const table = new Map<string, ArgDef>();
  for (const [name, definition] of Object.entries(definitions)) {
    if (definition.type === "positional") continue;
    for (const written of [
      name,
      camelCase(name),
      ...listOf("alias" in definition ? definition.alias : undefined),
    ]) {
      table.set(written, definition);
    }
  }
  return table;
}

/**
 * Checks a command's arguments against its definition, which citty itself takes loosely: unknown options
 * (naming the nearest), options without their value, missing and surplus positional arguments. Empty values are refused
 * too: they come of shell variables that are not set, and as paths they would mean the current folder.
 */
export function checkArguments(command: string, raw: readonly string[], definitions: ArgsDef): void {
  const options = optionTable(definitions);
  const positionals = Object.entries(definitions).filter(
    ([, definition]) => definition.type === "positional",
  );
  const given: string[] = [];
  for (let i = 0; i < raw.length; i++) {
    const argument = raw[i];
    if (argument === "--") {
      given.push(...raw.slice(i + 1));
      break;
    }
    if (!argument.startsWith("-") || argument === "-") {
      given.push(argument);
      continue;
    }
    const [written, value] = splitOption(argument);
    const name = written.replace(/^-+/, "");
    const negated = written.startsWith("--no-") && options.get(name.slice(3))?.type === "boolean";
    const definition = negated ? options.get(name.slice(3)) : options.get(name);
    if (!definition) {
      const candidates = [...options.keys()].filter((key) => key.length > 1 && !/[A-Z]/.test(key));
      throw new UsageError(
        `unknown option ${written} of ${command}${didYouMean(name, [...candidates, "help"], "--")}`,
      );
    }
    if (definition.type === "boolean") continue;
    if (value === undefined) i++;
    const assigned = value ?? raw[i];
    if (assigned === undefined || (value === undefined && assigned.startsWith("--")))
      throw new UsageError(`option ${written} needs a value`);
    if (assigned === "")
      throw new UsageError(`option ${written} is empty; is a variable of the shell not set?`);
  }
  for (const [index, [name, definition]] of positionals.entries()) {
    if (index >= given.length && definition.required !== false && definition.default === undefined) {
      throw new UsageError(`${name.toUpperCase()} is missing; see "${command} --help"`);
    }
  }
  const empty = given.indexOf("");
  if (empty >= 0) {
    const [name] = positionals[Math.min(empty, positionals.length - 1)] ?? ["argument"];
    throw new UsageError(`${name.toUpperCase()} is empty; is a variable of the shell not set?`);
  }
  // A last positional argument whose hint ends in dots takes any number of values.
  const last = positionals.at(-1)?.[1];
  if (last && "valueHint" in last && last.valueHint?.endsWith("...")) return;
  if (given.length > positionals.length) {
    throw new UsageError(
      `unexpected argument "${given[positionals.length]}"; ${command} takes ${positionals.length || "none"}` +
        `${positionals.length ? `: ${positionals.map(([name]) => name.toUpperCase()).join(" ")}` : ""}`,
    );
  }
}

function splitOption(argument: string): [string, string | undefined] {
  const at = argument.indexOf("=");
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}
