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
      description: "Pictures, one or more",
    },
    top: { type: "string", description: "Classes to name for each picture", default: "1" },
    json: { type: "boolean", description: "Print JSON: [{ file, classes: [{ name, probability }] }]" },
  },
  async run({ args }) {
    const files = args._.slice(1);
    if (files.length === 0) throw new UsageError("FILES is missing: give one picture or more");
    const top = integerOption(args.top, "--top", { min: 1 });
    const found = await withInterrupt((signal) => predict({ model: args.model, files, top, signal, warn }));
    if (args.json) process.stdout.write(`${JSON.stringify(found, undefined, 1)}\n`);
    else {
      for (const { file, classes } of found) {
        const said = classes.map(({ name, probability }) => `${name} ${(probability * 100).toFixed(1)} %`);
        process.stdout.write(`${file}: ${said.join(", ")}\n`);
      }
    }
    if (found.length < files.length) {
      throw new AumentoError(
        "failed",
        `${files.length - found.length} of ${files.length} pictures could not be decoded`,
      );
    }
  },
});
