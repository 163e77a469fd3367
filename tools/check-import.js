/**
 * Compares the import of torchvision's ResNet-18 and MobileNetV2, exported with random weights, with ONNX Runtime and
 * PyTorch: outputs, and gradients of the last part.
 *
 *     node tools/check-import.js --python PYTHON
 *
 * PYTHON is one with torch, torchvision, onnx and onnxscript; the exports lie in a temporary folder for the check.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { python: { type: "string" } } });
const python = values.python ?? process.env.AUMENTO_PYTHON;
if (!python) {
  console.error("Usage: node tools/check-import.js --python PYTHON (or set AUMENTO_PYTHON)");
  process.exit(2);
}
const root = resolve(import.meta.dirname, "..");
const { status } = spawnSync(
  process.execPath,
  [resolve(root, "node_modules/vitest/vitest.mjs"), "run", "packages/nn/test/torchvision.test.ts"],
  { cwd: root, stdio: "inherit", env: { ...process.env, AUMENTO_PYTHON: python } },
);
process.exit(status ?? 1);
