/** What the examples take on the command line, and the drawn pictures they fall back on. */
import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { writeSample } from "aumento";

/** `imageSize` as it is spelt on the command line: `image-size`. */
const optionOf = (name: string) => name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/**
 * Reads `[FOLDER] --out FOLDER --name NUMBER ...` and makes the `out` folder. `numbers` are the options with their defaults; each may be given as
 * `--image-size 64` for `imageSize`. `folder` is undefined where none was given.
 */
export function readSettings<Numbers extends Record<string, number>>(
  numbers: Numbers,
): { folder: string | undefined; rest: string[]; out: string } & { [Name in keyof Numbers]: number } {
  const program = basename(process.argv[1]).replace(/\.[jt]s$/, "");
  const names = Object.keys(numbers);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(
      ["out", ...names].map((name) => [optionOf(name), { type: "string" as const }]),
    ),
  });
  const read = (name: string): number => {
    const text = values[optionOf(name)];
    const value = text === undefined ? numbers[name] : Number(text);
    if (Number.isNaN(value)) throw new Error(`--${optionOf(name)}: expected a number, got "${text}"`);
    return value;
  };
  const [folder, ...rest] = positionals;
  const out = values.out ?? join("aumento-out", program);
  mkdirSync(out, { recursive: true });
  return {
    folder,
    rest,
    out,
    // Every name of `numbers` has its number here.
    ...(Object.fromEntries(names.map((name) => [name, read(name)])) as { [Name in keyof Numbers]: number }),
  };
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
