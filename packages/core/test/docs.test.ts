import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { describeTransforms } from "../../../tools/transform-docs.js";
import { transforms } from "../src/registry.gen.ts";

const page = join(dirname(fileURLToPath(import.meta.url)), "../../../docs/transforms.md");

describe("documentation", () => {
  it("docs/transforms.md is what tools/transform-docs.js makes of the schemas", () => {
    expect(readFileSync(page, "utf8")).toBe(
      describeTransforms(transforms.map((factory) => factory.definition)),
    );
  });

  it("every parameter says what it does", () => {
    for (const { definition } of transforms) {
      expect(definition.doc, definition.name).toMatch(/^[A-Z].*\.$/);
      for (const [name, field] of Object.entries(definition.params)) {
        expect(field.doc, `${definition.name}.${name}`).not.toBe("");
      }
    }
  });
});
