/** The examples in the documentation: each `ts` block compiles strictly against the built packages and runs. */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

function documents(): string[] {
  const docs = readdirSync(join(root, "docs"), { withFileTypes: true }).filter((entry) =>
    entry.name.endsWith(".md"),
  );
  return [
    "README.md",
    ...readdirSync(join(root, "packages")).map((name) => join("packages", name, "README.md")),
    ...docs.map((entry) => join("docs", entry.name)),
  ];
}

/** The `ts` code blocks of a Markdown text; a block opened with `ts no-run` is only compiled. */
function examples(markdown: string): { code: string; runs: boolean }[] {
  return [...markdown.matchAll(/^```ts([^\n]*)\n([\s\S]*?)^```/gm)].map(([, info, code]) => ({
    code,
    runs: !info.includes("no-run"),
  }));
}

describe("examples in the documentation", () => {
  const folder = mkdtempSync(join(tmpdir(), "aumento-docs-"));
  const cases = documents().flatMap((file) =>
    examples(readFileSync(join(root, file), "utf8")).map((example, place) => ({
      ...example,
      title: `${relative(root, join(root, file))}, example ${place + 1}`,
      name: `${file.replaceAll(/[^a-z]+/gi, "-")}-${place + 1}`,
    })),
  );

  beforeAll(() => {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const cli = join(root, "packages/aumento/dist/cli.js");
    execFileSync("node", [
      cli,
      "sample",
      "flowers",
      join(folder, "flowers"),
      "--count",
      "60",
      "--size",
      "48",
    ]);
    for (const { name, code } of cases) writeFileSync(join(folder, `${name}.ts`), code);
    mkdirSync(join(folder, "out"));
    const options = [
      "--strict",
      "--target",
      "es2022",
      "--module",
      "nodenext",
      "--types",
      "node",
      "--skipLibCheck",
    ];
    execFileSync(
      join(root, "node_modules/.bin/tsc"),
      [...options, "--outDir", "out", "--rootDir", ".", ...cases.map(({ name }) => `${name}.ts`)],
      { cwd: folder, stdio: "pipe", encoding: "utf8" },
    );
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("finds examples", () => expect(cases.length).toBeGreaterThan(4));

  it.each(cases.filter(({ runs }) => runs))("$title runs", ({ name }) => {
    execFileSync("node", [join(folder, "out", `${name}.js`)], { cwd: folder, stdio: "pipe" });
  });
});
