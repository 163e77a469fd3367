// Milliseconds a training step and a forward pass of the course's network, batch 32 at 224 x 224, Adam, and the peak
// memory: what ../shared/peers/keras_seed_cnn.py (beside the project) measures of Keras.
//
//   node tools/bench/step.js [--steps N] [--bytes]
//
// --bytes feeds uint8 pictures, as the loader gives them; otherwise float32, as the peers are fed.
import { parseArgs } from "node:util";
import { courseNetwork, median } from "./course-network.js";

const { values: options } = parseArgs({
  options: { steps: { type: "string", default: "24" }, bytes: { type: "boolean", default: false } },
});
const steps = Number(options.steps);
const batch = 32;
const size = batch * 224 * 224 * 3;
const memory = options.bytes ? new Uint8Array(size) : new Float32Array(size);
const x = { data: memory.map((_, i) => (i * 7919) % 251), shape: [batch, 224, 224, 3] };
const y = { data: Int32Array.from({ length: batch }, (_, i) => i % 5), shape: [batch] };

const model = await courseNetwork(5);

async function timed(count, run) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times;
}
const training = await timed(steps, () => model.trainOnBatch(x, y));
console.log(`train_on_batch ms ${training.map((ms) => Math.round(ms)).join(" ")}`);
// The first steps touch memory for the first time.
const warm = training.slice(training.length >> 1);
console.log(
  `median of the last half ${Math.round(median(warm))}, least ${Math.round(Math.min(...training))}`,
);
const forward = await timed(8, () => model.predictOnBatch(x));
console.log(`predict_on_batch ms median ${Math.round(median(forward.slice(1)))}`);
console.log(`peak RSS MB ${Math.round(process.resourceUsage().maxRSS / 1024)}`);
