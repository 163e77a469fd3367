// Pictures a second through a frozen backbone up to its features, and through a training step that stands on them:
//
//   node tools/bench/features.js [MODEL] [--output features] [--unfreeze PLACE] [--batch N] [--rounds N] [--python PYTHON]
//
// Ours takes bytes, channels last, as the loader gives them; normalization is part of the graph. With --python, ONNX
// Runtime for Python runs in turn with it in the same minute, on input that is normalized beforehand.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { nn } from "aumento";
import { median } from "./course-network.js";

const shared = resolve(import.meta.dirname, "../../../shared");
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    output: { type: "string", default: "features" },
    unfreeze: { type: "string" },
    batch: { type: "string", default: "32" },
    rounds: { type: "string", default: "10" },
    python: { type: "string" },
  },
});
const [file = join(shared, "models/efficientnet-lite0.onnx")] = positionals;
if (!existsSync(file)) {
  console.log(`skipped: no model at ${file}`);
  process.exit();
}
const batch = Number(options.batch);
const rounds = Number(options.rounds);
/** Batches in a round: few, so that both sides meet the same minute. */
const batches = 2;

/** The peer, waiting for a number of batches to run. */
async function peer() {
  const script = join(import.meta.dirname, "../peers/onnxruntime_features.py");
  const args = [
    script,
    file,
    options.output,
    "--batch",
    `${batch}`,
    "--threads",
    `${availableParallelism()}`,
  ];
  const child = spawn(options.python, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const [, version] = (await lines.next()).value.split(" ");
  return {
    version,
    async run(count) {
      child.stdin.write(`${count}\n`);
      return Number((await lines.next()).value);
    },
    end: () => child.stdin.end(),
  };
}

const backbone = await nn.loadModel(file);
const features = backbone.cut(options.output);
const { inputShape } = features;
const row = inputShape.reduce((product, side) => product * side, 1);
const x = {
  data: Uint8Array.from({ length: batch * row }, (_, i) => (i * 7919) % 251),
  shape: [batch, ...inputShape],
};

async function seconds(count, run) {
  const start = performance.now();
  for (let i = 0; i < count; i++) await run();
  return (performance.now() - start) / 1000;
}
const rate = (time) => (batch * batches) / time;
const show = (numbers, digits = 1) =>
  `${median(numbers).toFixed(digits)} (${numbers.map((number) => number.toFixed(digits)).join(" ")})`;

const python = options.python ? await peer() : undefined;
const predict = () => features.predictOnBatch(x);
await predict();
const [ours, theirs] = [[], []];
for (let round = 0; round < rounds; round++) {
  ours.push(rate(await seconds(batches, predict)));
  if (python) theirs.push(rate(await python.run(batches)));
}
python?.end();
console.log(`features, batch ${batch}: pictures a second ${show(ours)}`);
if (python) {
  console.log(`ONNX Runtime ${python.version} for Python: ${show(theirs)}`);
  console.log(
    `ratio of the rounds ${show(
      ours.map((r, i) => r / theirs[i]),
      2,
    )}`,
  );
}
await features.close();

const model = nn.sequential([features.freeze(), nn.dropout(0.2), nn.dense(10, { activation: "softmax" })], {
  seed: 1,
});
if (options.unfreeze) model.unfreeze(options.unfreeze);
await model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
const y = { data: Int32Array.from({ length: batch }, (_, i) => i % 10), shape: [batch] };
const step = () => model.trainOnBatch(x, y);
await step();
const steps = [];
for (let round = 0; round < rounds; round++) steps.push(rate(await seconds(batches, step)));
const from = options.unfreeze ? `unfrozen from ${options.unfreeze}` : "frozen, with a new head";
console.log(`training step, ${from}: pictures a second ${show(steps)}`);
console.log(`peak RSS MB ${Math.round(process.resourceUsage().maxRSS / 1024)}`);
await model.close();
