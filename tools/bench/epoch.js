// Seconds an epoch of the course's network with and without the course's augmentation, in turn, once warm.
//   node tools/bench/epoch.js FOLDER [ROUNDS]
import { A, data } from "aumento";
import { courseNetwork, median } from "./course-network.js";

const [folder, rounds = "2"] = process.argv.slice(2);
const split = { validationSplit: 0.2, subset: "training", seed: 123, targetSize: [224, 224], batchSize: 32 };
const course = A.compose([
  A.rotate({ limit: 40, p: 0.5 }),
  A.randomBrightnessContrast({ p: 0.5 }),
  A.horizontalFlip({ p: 0.5 }),
]);
const flows = {
  "without augmentation": await data.flowFromDirectory(folder, { ...split, workers: 2 }),
  "with augmentation": await data.flowFromDirectory(folder, { ...split, workers: 2, augment: course }),
};
const model = await courseNetwork(Object.values(flows)[0].classNames.length);

const seconds = Object.fromEntries(Object.keys(flows).map((name) => [name, []]));
let epoch = 0;
for (let round = 0; round <= Number(rounds); round++) {
  for (const [name, flow] of Object.entries(flows)) {
    const start = performance.now();
    await model.fit(flow, { initialEpoch: epoch, epochs: epoch + 1, verbose: 0 });
    epoch++;
    if (round > 0) seconds[name].push((performance.now() - start) / 1000); // the first round warms up
  }
}
for (const flow of Object.values(flows)) await flow.close();
for (const [name, values] of Object.entries(seconds)) {
  console.log(
    `${name}: ${median(values).toFixed(1)} s an epoch (${values.map((v) => v.toFixed(1)).join(", ")})`,
  );
}
const [plain, augmented] = Object.values(seconds).map(median);
console.log(
  `ratio ${(augmented / plain).toFixed(2)}, peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
);
