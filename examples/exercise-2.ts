/**
 * Exercise 2: the course's network and one that stands on a pretrained network, each without and with augmentation.
 *
 *   npx jiti examples/exercise-2.ts FOLDER MODEL.onnx [--cut features] [--epochs 10] [--batch-size 32] [--seed 123]
 *
 * MODEL.onnx is any image classifier; --cut names the value in it that describes a picture, before the classes that it
 * was trained on. With a JSON beside it that says how its pictures are prepared, nothing else needs to be known.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { A, data, nn } from "aumento";
import { courseNetwork } from "./course-network.ts";
import { accuracyCurves } from "./curves.ts";
import { readSettings } from "./settings.ts";

const settings = readSettings({ cut: "features", epochs: 10, batchSize: 32, seed: 123 });
const { folder, rest, out, cut, epochs, batchSize, seed } = settings;
const [modelFile] = rest;
if (!folder || !modelFile) throw new Error("usage: npx jiti examples/exercise-2.ts FOLDER MODEL.onnx");

const course = A.compose([
  A.rotate({ limit: 40, p: 0.5 }),
  A.randomBrightnessContrast({ p: 0.5 }),
  A.horizontalFlip({ p: 0.5 }),
]);
const backbone = (await nn.loadModel(modelFile)).cut(cut).freeze();
const [height, width] = backbone.inputShape;

/** The pretrained network as it is, and a new layer that tells our classes apart by what it sees. */
const transferNetwork = (classes: number) =>
  nn.sequential([backbone, nn.dropout(0.2), nn.dense(classes, { activation: "softmax" })], { seed });

const split = { validationSplit: 0.2, seed, targetSize: [height, width], batchSize } as const;
const validation = await data.flowFromDirectory(folder, { ...split, subset: "validation" });
const classes = validation.classNames.length;

const histories: Record<string, nn.History> = {};
const lines: string[] = [];
for (const [network, create] of [
  ["CNN", () => courseNetwork(height, classes, seed)],
  ["transfer", () => transferNetwork(classes)],
] as const) {
  for (const [name, augment] of [
    ["without", undefined],
    ["with", course],
  ] as const) {
    const arm = `${network} ${name} augmentation`;
    console.log(`\n${arm}`);
    const training = await data.flowFromDirectory(folder, { ...split, subset: "training", augment });
    const model = create();
    await model.compile({
      optimizer: "adam",
      loss: "sparse_categorical_crossentropy",
      metrics: ["accuracy"],
    });
    const start = performance.now();
    const history = await model.fit(training, { epochs, validationData: validation });
    const seconds = (performance.now() - start) / 1000;
    const best = Math.max(...history.history.val_accuracy);
    lines.push(`${arm}: best validation accuracy ${(100 * best).toFixed(1)} %, ${seconds.toFixed(0)} s`);
    histories[arm] = history;
    await model.save(join(out, `${network.toLowerCase()}-${name}.onnx`), { saveOptimizer: false });
    await training.close();
  }
}
await validation.close();

console.log(`\n${lines.join("\n")}`);
await writeFile(join(out, "curves.svg"), accuracyCurves("Accuracy by epoch", histories));
console.log(`Learning curves: ${join(out, "curves.svg")}`);
