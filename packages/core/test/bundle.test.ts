import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));

/** The modules of the package that a program's bundle holds, and its size. */
async function bundle(program: string): Promise<{ modules: string[]; gzipped: number }> {
  const result = await build({
    stdin: { contents: program, resolveDir: here, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    treeShaking: true,
    metafile: true,
    write: false,
  });
  const [output] = Object.values(result.metafile.outputs);
  const kept = Object.entries(output.inputs).filter(([, input]) => input.bytesInOutput > 0);
  const modules = kept.map(([path]) => path.slice(path.lastIndexOf("src/") + 4));
  return { modules, gzipped: gzipSync(result.outputFiles[0].contents).length };
}

describe("a program that only flips", () => {
  it("bundles neither the registry nor another transform, and works in a browser", async () => {
    const { modules, gzipped } = await bundle(
      `import { compose, horizontalFlip } from "../src/index.ts"; globalThis.flip = compose([horizontalFlip()]);`,
    );
    expect(modules.filter((path) => path.startsWith("transforms/"))).toEqual([
      "transforms/horizontal-flip.ts",
    ]);
    expect(modules.filter((path) => path.startsWith("ops/"))).toEqual(["ops/orient.ts"]);
    expect(modules).not.toContain("registry.gen.ts");
    expect(modules).not.toContain("serialize.ts");
    expect(gzipped).toBeLessThan(100_000);
  });

  it("bundles everything where pipelines are read from JSON", async () => {
    const { modules, gzipped } = await bundle(
      `import { fromDict } from "../src/index.ts"; globalThis.read = fromDict;`,
    );
    expect(modules).toContain("registry.gen.ts");
    expect(gzipped).toBeLessThan(300_000);
  });
});
