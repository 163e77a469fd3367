// The loader alone: pictures a second over the training subset of a folder, as a peer's loader is measured.
//
//   node tools/bench/loader.js FOLDER [--limit N] [--passes N]
//
// The files are read once beforehand, so that they come from memory. Each line is the best of the passes.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as A from "@aumento/core";
import * as data from "@aumento/data";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: "string", default: "3252" }, passes: { type: "string", default: "3" } },
});
const [folder] = positionals;
if (!folder) throw new Error("usage: node tools/bench/loader.js FOLDER [--limit N] [--passes N]");

// The pipeline of the course's first exercise.
const augment = A.compose([
  A.horizontalFlip({ p: 0.5 }),
  A.verticalFlip({ p: 0.2 }),
  A.rotate({ limit: 45, p: 0.8 }),
  A.randomBrightnessContrast({ brightnessLimit: 0.8, contrastLimit: 0.8, p: 0.5 }),
  A.clahe({ p: 0.5 }),
]);
const split = { validationSplit: 0.2, seed: 123, targetSize: [224, 224], batchSize: 32, subset: "training" };

/** Seconds of one pass over an epoch, every batch's memory lent out. */
async function pass(flow, epoch) {
  const start = performance.now();
  let pictures = 0;
  for await (const batch of flow.epoch(epoch, { reuse: true })) pictures += batch.indices.length;
  return pictures / ((performance.now() - start) / 1e3);
}

for (const [name, pipeline] of [
  ["plain", undefined],
  ["augmented", augment],
]) {
  for (const workers of [0, 1, 2]) {
    const flow = await data.flowFromDirectory(folder, {
      ...split,
      workers,
      augment: pipeline,
      limit: Number(values.limit),
    });
    for (const file of flow.files) readFileSync(file);
    await pass(flow, 0); // starts the threads
    const rates = [];
    for (let epoch = 1; epoch <= Number(values.passes); epoch++) rates.push(await pass(flow, epoch));
    const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
    console.log(
      `${name}, ${workers} workers: ${Math.round(Math.max(...rates))} pictures/s ` +
        `(${rates.map(Math.round).join(" ")}), ${megabytes} MB resident`,
    );
    await flow.close();
  }
}
