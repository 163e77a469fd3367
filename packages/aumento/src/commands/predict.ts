import { defineCommand } from "citty";
import { AumentoError, UsageError } from "../errors.ts";
import { predict } from "../experiment/predict.ts";
import { withInterrupt } from "../interrupt.ts";
import { integerOption } from "../options.ts";
import { warn } from "../progress.ts";

export const predictCommand = defineCommand({
  meta: { name: "predict", description: "Say what a saved model sees in pictures" },
  args: {
    model: { type: "positional", required: true, description: "The model's .onnx file" },
    files: {
      type: "positional",
      required: true,
      valueHint: "FILE...",
      description: "Pictures, one or more, or folders of them",
    },
    top: { type: "string", description: "Classes to name for each picture", default: "1" },
    json: {
      type: "boolean",
      description: "Print JSON: [{ file, classes: [{ name, probability }] } or { file, error }]",
    },
  },
  async run({ args }) {
    const files = args._.slice(1);
    if (files.length === 0) throw new UsageError("FILES is missing: give one picture or more");
    const top = integerOption(args.top, "--top", { min: 1 });
    const found = await withInterrupt((signal) => predict({ model: args.model, files, top, signal, warn }));
    if (args.json) process.stdout.write(`${JSON.stringify(found, undefined, 1)}\n`);
    else {
      for (const each of found) {
        if ("error" in each) continue; // it was warned of
        const said = each.classes.map(
          ({ name, probability }) => `${name} ${(probability * 100).toFixed(1)} %`,
        );
        process.stdout.write(`${each.file}: ${said.join(", ")}\n`);
      }
    }
    const failed = found.filter((each) => "error" in each).length;
    if (failed > 0) {
      throw new AumentoError("failed", `${failed} of ${found.length} pictures could not be decoded`);
    }
  },
});
