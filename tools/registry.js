// Writes the registries of @aumento/core by scanning its folders: `registry.gen.ts` (names to transforms and ops, for
// reading serialised pipelines and plans) and `transforms.gen.ts` (the re-exports of the public entry).
// With --check it writes nothing and fails where a file is out of date.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "packages", "core", "src");

/** Every exported definition of the folder's files: `export const name = defineX...(`. */
function definitionsIn(folder, maker) {
  const pattern = new RegExp(`^export const (\\w+)[^=\\n]*= ${maker}[<(]`, "gm");
  return readdirSync(join(source, folder))
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .flatMap((file) => {
      const names = [...readFileSync(join(source, folder, file), "utf8").matchAll(pattern)].map(
        ([, name]) => name,
      );
      return names.map((name) => ({ name, path: `./${folder}/${file}` }));
    });
}

/** The contents of both generated files. */
export function generate() {
  const transforms = definitionsIn("transforms", "defineTransform");
  const ops = definitionsIn("ops", "defineOp");
  const header = "// Made by tools/registry.js; do not edit.\n";
  const imports = [
    ...transforms.map(({ name, path }) => `import { ${name} } from "${path}";\n`),
    // A transform may have the name of its op.
    ...ops.map(({ name, path }) => `import { ${name} as ${name}Op } from "${path}";\n`),
  ].join("");
  const list = (entries, suffix) => entries.map(({ name }) => `  ${name}${suffix},\n`).join("");
  return {
    "registry.gen.ts": `${header}${imports}
/** Every transform. */
export const transforms = [
${list(transforms, "")}] as const;

/** Every op. */
export const ops = [
${list(ops, "Op")}] as const;
`,
    "transforms.gen.ts":
      header + transforms.map(({ name, path }) => `export { ${name} } from "${path}";\n`).join(""),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, contents] of Object.entries(generate())) {
    const path = join(source, file);
    if (!process.argv.includes("--check")) writeFileSync(path, contents);
    else if (readFileSync(path, "utf8") !== contents) {
      console.error(`${file} is out of date: run node tools/registry.js`);
      process.exitCode = 1;
    }
  }
}
