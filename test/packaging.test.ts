/**
 * The packages as a user installs them: packed, checked, installed in an empty folder, compiled against and run.
 * Needs the npm registry, so it runs in CI and, elsewhere, on request (AUMENTO_TEST_PACKAGING=1).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const packages = ["core", "nn", "data", "aumento"] as const;
const wanted = process.env.CI === "true" || process.env.AUMENTO_TEST_PACKAGING === "1";
const reason = "needs the npm registry: runs in CI, or with AUMENTO_TEST_PACKAGING=1";

function run(command: string, args: string[], cwd: string): string {
  const result = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: {
      ...process.env,
      ONNXRUNTIME_NODE_INSTALL: "skip",
      npm_config_audit: "false",
      npm_config_fund: "false",
    },
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    const line = [command, ...args].join(" ");
    throw new Error(`${line} ended with code ${result.status}:
${result.stdout}${result.stderr}`);
  }
  return result.stdout;
}

function tool(name: string): string {
  return join(root, "node_modules", ".bin", name);
}

describe.skipIf(!wanted)(`packages as installed (${reason})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "aumento-packaging-"));
  const tarballs = new Map<string, string>();

  beforeAll(() => {
    for (const name of packages) {
      const packed: { filename: string }[] = JSON.parse(
        run("npm", ["pack", "--json", "--pack-destination", folder], join(root, "packages", name)),
      );
      tarballs.set(name, join(folder, packed[0].filename));
    }
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(packages)("publint finds nothing in %s", (name) => {
    const output = run(tool("publint"), ["--strict", join(root, "packages", name)], root);
    expect(output).toContain("All good!");
  });

  it.each(packages)("are-the-types-wrong finds nothing in %s", (name) => {
    // It ends with an error where it finds something; what only CommonJS consumers would meet is left out.
    expect(run(tool("attw"), [tarballs.get(name)!, "--profile", "esm-only"], root)).toContain(" (ESM)");
  });

  it("packs core in less than 300 kB gzipped", () => {
    expect(statSync(tarballs.get("core")!).size).toBeLessThan(300_000);
  });

  it("packs documentation and licence, and no source or test", () => {
    for (const name of packages) {
      const files = run("tar", ["-tzf", tarballs.get(name)!], folder)
        .trim()
        .split("\n");
      expect(files).toEqual(
        expect.arrayContaining(["package/README.md", "package/LICENSE", "package/dist/index.js"]),
      );
      expect(files.filter((file) => /\/(src|test|assembly)\//.test(file))).toEqual([]);
    }
  });

  it("installs in an empty folder, compiles strictly against its types, and runs", () => {
    const empty = mkdtempSync(join(tmpdir(), "aumento-installed-"));
    try {
      writeFileSync(
        join(empty, "package.json"),
        JSON.stringify({ name: "installed", private: true, type: "module" }),
      );
      run("npm", ["install", ...tarballs.values(), "typescript@7", "@types/node@20"], empty);
      writeFileSync(
        join(empty, "program.ts"),
        readFileSync(join(root, "test/fixtures/installed-program.ts"), "utf8"),
      );
      const options = ["--strict", "--target", "es2022", "--module", "nodenext", "--types", "node"];
      run(join(empty, "node_modules/.bin/tsc"), [...options, "program.ts"], empty);
      const printed = run("node", ["program.js"], empty);
      expect(printed).toContain("flipped 3 2 1");
      expect(printed).toMatch(/trained: loss \d+\.\d+/);
      const help = run("npx", ["--no-install", "aumento", "--help"], empty);
      for (const command of ["preview", "apply", "train", "compare", "evaluate", "predict", "sample"])
        expect(help).toContain(command);
      expect(readdirSync(join(empty, "node_modules", "@aumento")).sort()).toEqual(["core", "data", "nn"]);
    } finally {
      rmSync(empty, { recursive: true, force: true });
    }
  }, 300_000);
});

describe("tree shaking", () => {
  async function bundle(source: string): Promise<string> {
    const result = await build({
      stdin: { contents: source, resolveDir: join(root, "packages/data") },
      bundle: true,
      format: "esm",
      write: false,
      platform: "browser",
      legalComments: "none",
    });
    return result.outputFiles[0].text;
  }

  it("bundles no registry and no other transform for a program that only flips", async () => {
    const flip = await bundle(
      'import { compose, horizontalFlip } from "@aumento/core"; globalThis.run = compose([horizontalFlip({ p: 1 })]);',
    );
    const whole = await bundle('import * as A from "@aumento/core"; globalThis.A = A;');
    expect(flip).toContain("HorizontalFlip");
    for (const name of [
      "RandomBrightnessContrast",
      "CLAHE",
      "Perspective",
      "RandomResizedCrop",
      "CoarseDropout",
    ]) {
      expect(whole).toContain(`"${name}"`);
      expect(flip).not.toContain(`"${name}"`);
    }
  });
});
