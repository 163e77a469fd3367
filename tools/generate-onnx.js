// Makes packages/nn/src/onnx/onnx.gen.ts, the reader and writer of ONNX' protocol buffers, from the standard's
// onnx.proto (in the Python package "onnx"): node tools/generate-onnx.js PATH/TO/onnx.proto
// Needs @bufbuild/buf and @bufbuild/protoc-gen-es 2, which npx fetches; the result is committed, so nobody else does.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const target = join(dirname(fileURLToPath(import.meta.url)), "../packages/nn/src/onnx/onnx.gen.ts");
const folder = mkdtempSync(join(tmpdir(), "onnx-"));
try {
  copyFileSync(process.argv[2], join(folder, "onnx.proto"));
  writeFileSync(join(folder, "buf.yaml"), "version: v2\n");
  writeFileSync(
    join(folder, "buf.gen.yaml"),
    "version: v2\nplugins:\n  - local: protoc-gen-es\n    out: .\n    opt: target=ts,import_extension=ts\n",
  );
  const packages = ["--package=@bufbuild/buf", "--package=@bufbuild/protoc-gen-es@2"];
  execFileSync("npx", ["--yes", ...packages, "buf", "generate"], { cwd: folder, stdio: "inherit" });
  const generated = readFileSync(join(folder, "onnx_pb.ts"), "utf8")
    .replace(/\/\*\*[\s\S]*?\*\/\n/g, (comment) => (comment.includes("@generated from file") ? comment : ""))
    // Enums are not erasable syntax: an object and a type of the same name say the same.
    .replace(/export enum (\w+) \{([\s\S]*?)\n\}/g, (_, name, body) => {
      const members = body.replace(/^\s*(\w+) = (\d+),$/gm, "  $1: $2,").replace(/\n\s*\n/g, "\n");
      return `export const ${name} = {${members}\n} as const;\nexport type ${name} = (typeof ${name})[keyof typeof ${name}];`;
    })
    .replace(/^ *\n(?= *\n)/gm, "");
  writeFileSync(target, generated);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
