/**
 * The same network without and with augmentation: same split, same starting weights, same order of pictures.
 *
 *   npx jiti examples/with-and-without.ts [FOLDER] [--epochs 10] [--image-size 128] [--batch-size 32] [--seed 123]
 *
 * FOLDER has one sub-folder a class; a fifth of the pictures validates. Writes a log of epochs for each, and the
 * learning curves.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { A, data, nn } from "aumento";
import { courseNetwork } from "./course-network.ts";
import { accuracyCurves } from "./curves.ts";
import { drawnPictures, readSettings } from "./settings.ts";

const settings = readSettings({ epochs: 10, imageSize: 128, batchSize: 32, seed: 123 });
const { out, epochs, imageSize, batchSize, seed } = settings;
const folder = settings.folder ?? (await drawnPictures("flowers"));

const course = A.compose([
  A.rotate({ limit: 40, p: 0.5 }),
  A.randomBrightnessContrast({ p: 0.5 }),
  A.horizontalFlip({ p: 0.5 }),
]);
const split = { validationSplit: 0.2, seed, targetSize: [imageSize, imageSize], batchSize } as const;
const validation = await data.flowFromDirectory(folder, { ...split, subset: "validation" });

const histories: Record<string, nn.History> = {};
for (const [name, augment] of [
  ["without", undefined],
  ["with", course],
] as const) {
  const training = await data.flowFromDirectory(folder, { ...split, subset: "training", augment });
  console.log(
    `\n${name} augmentation: ${training.n} pictures to train with, ${validation.n} to validate with`,
  );
  const model = courseNetwork(imageSize, training.classNames.length, seed);
  await model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  histories[name] = await model.fit(training, {
    epochs,
    validationData: validation,
    callbacks: [nn.csvLogger(join(out, `${name}.csv`))],
  });
  await model.save(join(out, `${name}.onnx`), { saveOptimizer: false });
  await training.showData({ path: join(out, `${name}.png`), overwrite: true });
  await training.close();
}
await validation.close();

console.log();
for (const [name, { history }] of Object.entries(histories)) {
  const best = Math.max(...history.val_accuracy);
  const epoch = history.val_accuracy.indexOf(best);
  console.log(
    `${name} augmentation: best validation accuracy ${(100 * best).toFixed(1)} % in epoch ${epoch + 1}, ` +
      `training accuracy then ${(100 * history.accuracy[epoch]).toFixed(1)} %`,
  );
}
await writeFile(join(out, "curves.svg"), accuracyCurves("Accuracy by epoch", histories));
console.log(`Learning curves: ${join(out, "curves.svg")}`);
