/**
 * Training that stops when validation gets no better, and keeps the best epoch's model.
 *
 *   npx jiti examples/early-stopping.ts [FOLDER] [--epochs 30] [--patience 5] [--image-size 128] [--seed 123]
 *
 * Writes best.onnx, loads it again, and says what it sees in three pictures that it was not trained on.
 */
import { basename, join } from "node:path";
import { A, data, nn } from "aumento";
import { courseNetwork } from "./course-network.ts";
import { drawnPictures, readSettings } from "./settings.ts";

const settings = readSettings({ epochs: 30, patience: 5, imageSize: 128, batchSize: 32, seed: 123 });
const { out, epochs, patience, imageSize, batchSize, seed } = settings;
const folder = settings.folder ?? (await drawnPictures("flowers"));

const augment = A.compose([
  A.rotate({ limit: 40, p: 0.5 }),
  A.randomBrightnessContrast({ p: 0.5 }),
  A.horizontalFlip({ p: 0.5 }),
]);
const split = { validationSplit: 0.2, seed, targetSize: [imageSize, imageSize], batchSize } as const;
const training = await data.flowFromDirectory(folder, { ...split, subset: "training", augment });
const validation = await data.flowFromDirectory(folder, { ...split, subset: "validation" });

const best = join(out, "best.onnx");
const model = courseNetwork(imageSize, training.classNames.length, seed);
await model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
const history = await model.fit(training, {
  epochs,
  validationData: validation,
  callbacks: [
    nn.earlyStopping({ monitor: "val_loss", mode: "min", patience, restoreBestWeights: true, verbose: 1 }),
    nn.modelCheckpoint(best, { monitor: "val_accuracy", mode: "max", saveBestOnly: true, verbose: 1 }),
  ],
});
console.log(
  history.stopped === "early"
    ? `stopped after epoch ${history.epoch.length} of ${epochs}: ${patience} epochs without a lower validation loss`
    : `went through all ${epochs} epochs`,
);

// What was kept is an ordinary ONNX file that knows its classes.
const kept = await nn.loadModel(best);
const { accuracy, loss } = await kept.evaluate(validation);
console.log(`${best}: validation accuracy ${(100 * accuracy).toFixed(1)} %, loss ${loss.toFixed(3)}`);
const { classNames = [] } = kept.metadata;
const files = [0.1, 0.5, 0.9].map((part) => validation.files[Math.floor(part * validation.n)]);
const probabilities = await kept.predict(data.imagesFromFiles(files, { targetSize: [imageSize, imageSize] }));
for (const [row, file] of files.entries()) {
  const shares = [...probabilities.data.subarray(row * classNames.length, (row + 1) * classNames.length)];
  const top = shares.indexOf(Math.max(...shares));
  console.log(`${basename(file)}: ${classNames[top]} (${(100 * shares[top]).toFixed(0)} %)`);
}
await training.close();
await validation.close();
