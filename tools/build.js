// Builds every package: AssemblyScript kernels to an embedded module first, then TypeScript with project references.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name) => join(root, "node_modules", ".bin", name);

/** Kernel sources of a package and the TypeScript module that embeds the compiled bytes. */
const kernelPackages = [
  { assembly: "packages/core/assembly", output: "packages/core/src/backend/wasm/kernels.gen.ts" },
  { assembly: "packages/nn/assembly", output: "packages/nn/src/kernels/kernels.gen.ts" },
];

function newestChange(folder) {
  return Math.max(
    ...readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, String(name))).mtimeMs),
  );
}

function compileKernels({ assembly, output }) {
  const source = join(root, assembly);
  const target = join(root, output);
  if (!existsSync(join(source, "index.ts"))) return;
  if (existsSync(target) && statSync(target).mtimeMs >= newestChange(source)) return;
  const folder = dirname(target);
  mkdirSync(folder, { recursive: true });
  const wasm = join(folder, `.kernels-${process.pid}.wasm`);
  try {
    execFileSync(
      bin("asc"),
      [join(source, "index.ts"), "-o", wasm, "-O3", "--runtime", "stub", "--enable", "simd", "--noAssert"],
      { stdio: "inherit", cwd: root },
    );
    const base64 = readFileSync(wasm).toString("base64");
    writeFileSync(
      target,
      `// Made by tools/build.js from ${assembly}; not committed.\n/** The compiled kernels, as base64. */\nexport const kernels =\n  "${base64}";\n`,
    );
  } finally {
    rmSync(wasm, { force: true });
  }
}

for (const kernels of kernelPackages) compileKernels(kernels);
execFileSync(bin("tsc"), ["-b", ...process.argv.slice(2)], { stdio: "inherit", cwd: root });
