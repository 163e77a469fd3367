/** What the examples take on the command line, and the drawn pictures they fall back on. */
import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { writeSample } from "aumento";

/** `imageSize` as it is spelt on the command line: `image-size`. */
const optionOf = (name: string) => name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/** What a default of 10 or "features" may be given as. */
type Settings<Defaults> = { [Name in keyof Defaults]: Defaults[Name] extends number ? number : string };

/**
 * Reads `[FOLDER] [MORE ...] --out FOLDER --name VALUE ...` and makes the `out` folder. `defaults` are the options and
 * what they are where they are not given; `imageSize` is given as `--image-size 64`.
 */
export function readSettings<Defaults extends Record<string, number | string>>(
  defaults: Defaults,
): { folder: string | undefined; rest: string[]; out: string } & Settings<Defaults> {
  const program = basename(process.argv[1]).replace(/\.[jt]s$/, "");
  const names = Object.keys(defaults);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(
      ["out", ...names].map((name) => [optionOf(name), { type: "string" as const }]),
    ),
  });
  const read = (name: string): number | string => {
    const text = values[optionOf(name)] ?? defaults[name];
    if (typeof defaults[name] === "string" || typeof text === "number") return text;
    const value = Number(text);
    if (Number.isNaN(value)) throw new Error(`--${optionOf(name)}: expected a number, got "${text}"`);
    return value;
  };
  const [folder, ...rest] = positionals;
  const out = values.out ?? join("aumento-out", program);
  mkdirSync(out, { recursive: true });
  // Every name of the defaults has a value of its default's type here.
  const given = Object.fromEntries(names.map((name) => [name, read(name)])) as Settings<Defaults>;
  return { folder, rest, out, ...given };
}

/** The folder of a built-in data set, drawn at the first call: the same as `npx aumento sample NAME FOLDER`. */
export async function drawnPictures(name: "flowers" | "survival"): Promise<string> {
  const folder = join("aumento-out", name);
  if (!existsSync(join(folder, "sample.json"))) {
    console.log(`No folder was given: drawing the built-in ${name} into ${folder}.`);
    await writeSample({ name, folder });
  }
  return folder;
}
