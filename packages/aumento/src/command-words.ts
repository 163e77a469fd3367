import type { ArgsDef } from "citty";
import { AumentoError, OptionError } from "./errors.ts";

/** Options of the programs' interface that the command line calls otherwise than by their own names. */
const otherwise: Readonly<Record<string, string>> = { className: "class", between: "strip" };

/** How a command spells an option of the programs' interface: `batchSize` is `--batch-size`. */
function spelling(definitions: ArgsDef): (name: string) => string {
  return (name) => {
    const option = otherwise[name] ?? name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
    const known = Object.hasOwn(definitions, option) && definitions[option].type !== "positional";
    return known ? `--${option}` : name;
  };
}

/**
 * An error as the command line tells it: complaints about options, ours and those of our packages
 * ("validationSplit: ..."), call them as the command spells them.
 */
export function inCommandWords(error: unknown, definitions: ArgsDef): unknown {
  const called = spelling(definitions);
  if (error instanceof OptionError) return error.calling(called);
  if (!(error instanceof Error && "code" in error && error.code === "invalid-option")) return error;
  const [name] = /^\w+(?=: )/.exec(error.message) ?? [];
  if (name === undefined || called(name) === name) return error;
  return new AumentoError("invalid_input", `${called(name)}${error.message.slice(name.length)}`, {
    cause: error,
  });
}
