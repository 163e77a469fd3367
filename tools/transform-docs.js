// Writes docs/transforms.md: every transform with its parameters, from the schemas that also check them.
//
//   npm run build && node tools/transform-docs.js
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cell = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function describeDefault(field) {
  return field.required ? "*required*" : `\`${JSON.stringify(field.default)}\``;
}

/** The page, from the transforms' definitions. */
export function describeTransforms(definitions) {
  const sections = [...definitions]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((definition) => {
      const rows = Object.entries(definition.params).map(
        ([name, field]) =>
          `| \`${name}\` | ${describeDefault(field)} | ${cell(field.expected)} | ${cell(field.doc)} |\n`,
      );
      const p = `| \`p\` | \`${definition.p ?? 0.5}\` | a number from 0 to 1 | Probability of being applied. |\n`;
      const targets = definition.targets === "all" ? "picture, masks, boxes, keypoints" : "picture";
      return `## ${definition.name}\n\n${definition.doc} Changes: ${targets}.\n\n| parameter | default | expected | |\n|---|---|---|---|\n${rows.join("")}${p}`;
    });
  return `<!-- Made by tools/transform-docs.js; do not edit. -->
# Transforms

Names, parameters, defaults and meaning are Albumentations 2.0.8's; in JSON the parameters are written in snake_case.
Where a parameter names one of OpenCV's constants, the constant's number is taken too.

${sections.join("\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const core = await import("@aumento/core");
  const definitions = Object.values(core).flatMap((value) =>
    typeof value === "function" && "fromJson" in value ? [value.definition] : [],
  );
  writeFileSync(join(import.meta.dirname, "../docs/transforms.md"), describeTransforms(definitions));
}
