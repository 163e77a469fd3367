import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TransformCase } from "./case.ts";

const helpers = new Set(["case.ts", "load.ts"]);

/** The default exports of all case files. */
export async function loadCases(): Promise<TransformCase[]> {
  const folder = dirname(fileURLToPath(import.meta.url));
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && !helpers.has(file));
  const modules: { default: TransformCase }[] = await Promise.all(
    files.map((file) => import(join(folder, file))),
  );
  return modules.map((module) => module.default);
}
