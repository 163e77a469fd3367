/**
 * Practice 2: ten breeds of dogs on a pretrained network: first with all of it frozen, then with its last blocks
 * trained too.
 *
 *   npx jiti examples/practice-2.ts FOLDER MODEL.onnx [--cut features] [--unfreeze blocks.13]
 *     [--epochs 5] [--fine-epochs 5] [--batch-size 32] [--seed 123]
 */
import { join } from "node:path";
import { A, data, nn } from "aumento";
import { readSettings } from "./settings.ts";

const settings = readSettings({
  cut: "features",
  unfreeze: "blocks.13",
  epochs: 5,
  fineEpochs: 5,
  batchSize: 32,
  seed: 123,
});
const { folder, rest, out, cut, unfreeze, epochs, fineEpochs, batchSize, seed } = settings;
const [modelFile] = rest;
if (!folder || !modelFile) throw new Error("usage: npx jiti examples/practice-2.ts FOLDER MODEL.onnx");

const augment = A.compose([
  A.rotate({ limit: 40, p: 0.5 }),
  A.randomBrightnessContrast({ p: 0.5 }),
  A.horizontalFlip({ p: 0.5 }),
]);
const backbone = (await nn.loadModel(modelFile)).cut(cut).freeze();
const [height, width] = backbone.inputShape;
const split = { validationSplit: 0.2, seed, targetSize: [height, width], batchSize } as const;
const training = await data.flowFromDirectory(folder, { ...split, subset: "training", augment });
const validation = await data.flowFromDirectory(folder, { ...split, subset: "validation" });
const { classNames } = training;
console.log(
  `${training.n} pictures of ${classNames.length} classes to train with, ${validation.n} to validate with`,
);

const model = nn.sequential(
  [backbone, nn.dropout(0.2), nn.dense(classNames.length, { activation: "softmax" })],
  {
    seed,
  },
);
const compile = (network: nn.Model, learningRate: number) =>
  network.compile({
    optimizer: nn.adam({ learningRate }),
    loss: "sparse_categorical_crossentropy",
    metrics: ["accuracy"],
  });
const best = join(out, "best.onnx");
const keepBest = { monitor: "val_accuracy", mode: "max", saveBestOnly: true, saveOptimizer: false } as const;

// First only the new layer learns: what the network sees of a picture stays as it is.
await compile(model, 0.001);
const frozen = await model.fit(training, {
  epochs,
  validationData: validation,
  callbacks: [nn.modelCheckpoint(best, keepBest)],
});
const frozenBest = Math.max(...frozen.history.val_accuracy);
console.log(`frozen: best validation accuracy ${(100 * frozenBest).toFixed(1)} %\n`);

// Then the last blocks too, in small steps, so that what they know is refined and not forgotten.
const kept = (await nn.loadModel(best)).unfreeze(unfreeze);
await compile(kept, 0.00001);
const fine = await kept.fit(training, {
  initialEpoch: epochs,
  epochs: epochs + fineEpochs,
  validationData: validation,
  // A later epoch replaces the frozen network's model only where it does better.
  callbacks: [nn.modelCheckpoint(best, { ...keepBest, initialValueThreshold: frozenBest })],
});
const fineBest = Math.max(...fine.history.val_accuracy);
console.log(`from ${unfreeze} on: best validation accuracy ${(100 * fineBest).toFixed(1)} %`);
console.log(`kept: ${best}`);
await training.close();
await validation.close();
