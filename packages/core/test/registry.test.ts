import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { generate } from "../../../tools/registry.js";
import { compose } from "../src/compose.ts";
import { ops, transforms } from "../src/registry.gen.ts";
import { loadCases } from "./cases/load.ts";

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const cases = await loadCases();

describe("registry", () => {
  it("is what tools/registry.js makes of the folders", () => {
    for (const [file, contents] of Object.entries(generate())) {
      expect(readFileSync(join(source, file), "utf8"), file).toBe(contents);
    }
  });

  it("has one definition for every file", () => {
    for (const [folder, entries] of [
      ["transforms", transforms],
      ["ops", ops],
    ] as const) {
      const names = new Set(entries.map((entry) => entry.definition.name));
      expect(names.size, folder).toBe(entries.length);
    }
    const files = readdirSync(join(source, "transforms")).filter((file) => file.endsWith(".ts"));
    expect(transforms.length).toBe(files.length);
  });

  it("has a case for every transform", () => {
    const covered = new Set(cases.map((entry) => entry.transform));
    const missing = transforms.map((entry) => entry.definition.name).filter((name) => !covered.has(name));
    expect(missing).toEqual([]);
  });

  it("has cases that use every op", () => {
    const used = new Set<string>();
    for (const { nodes, shapes } of cases) {
      for (const node of nodes) {
        for (let seed = 0; seed < 8; seed++) {
          const plan = compose([node]).plan({ seed }, shapes[0]);
          for (const op of plan.steps.flatMap((step) => step.ops)) used.add(op.definition.name);
        }
      }
    }
    const missing = ops.map((entry) => entry.definition.name).filter((name) => !used.has(name));
    expect(missing).toEqual([]);
  });

  it("has cases that set every parameter", () => {
    for (const factory of transforms) {
      const { name, params } = factory.definition;
      const nodes = cases.filter((entry) => entry.transform === name).flatMap((entry) => entry.nodes);
      const forms = nodes.map((node) => node.describe());
      for (const parameter of Object.keys(params)) {
        const snake = parameter.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        const values = new Set(forms.map((form) => JSON.stringify(form[snake])));
        const field = (params as Record<string, { required: boolean }>)[parameter];
        expect(values.size > 1 || field.required, `${name}.${parameter} has one value in all cases`).toBe(
          true,
        );
      }
    }
  });
});
