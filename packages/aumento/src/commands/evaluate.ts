import { defineCommand } from "citty";
import { AumentoError } from "../errors.ts";
import { evaluate } from "../experiment/evaluate.ts";
import { withInterrupt } from "../interrupt.ts";
import { integerOption } from "../options.ts";
import { warn } from "../progress.ts";
import { textTable } from "./text-table.ts";

export const evaluateCommand = defineCommand({
  meta: { name: "evaluate", description: "Measure a saved model on a folder of pictures" },
  args: {
    model: { type: "positional", required: true, description: "The model's .onnx file" },
    dir: { type: "positional", required: true, description: "Folder with one sub-folder a class" },
    "batch-size": { type: "string", description: "Pictures at a time", default: "32" },
    workers: { type: "string", description: "Threads that decode", default: "2" },
    json: { type: "boolean", description: "Print everything as JSON" },
  },
  async run({ args }) {
    const batchSize = integerOption(args["batch-size"], "--batch-size", { min: 1 });
    const workers = integerOption(args.workers, "--workers", { min: 0, max: 64 });
    const found = await withInterrupt((signal) =>
      evaluate({ model: args.model, folder: args.dir, batchSize, workers, signal, warn }),
    );
    if (args.json) process.stdout.write(`${JSON.stringify(found, undefined, 1)}\n`);
    else {
      const right = Math.round(found.accuracy * found.pictures);
      const rows = found.confusion.map((row, actual) => [found.classNames[actual], ...row.map(String)]);
      process.stdout.write(
        `accuracy ${(found.accuracy * 100).toFixed(1)} % (${right} of ${found.pictures}), loss ${found.loss.toFixed(4)}\n\n` +
          `Rows: what it was; columns: what the network said\n${textTable([["", ...found.classNames], ...rows])}\n`,
      );
    }
    if (found.broken.length > 0) {
      throw new AumentoError(
        "failed",
        `${found.broken.length} pictures could not be decoded and were left out`,
      );
    }
  },
});
