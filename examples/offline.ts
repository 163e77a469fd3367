/**
 * Offline augmentation: variants of the training pictures written to disk, with a note of what was drawn for each; then
 * a network trained on them.
 *
 *   npx jiti examples/offline.ts [FOLDER] [--times 3] [--image-size 128] [--epochs 5] [--seed 123]
 *
 * Stopped and started again it goes on where it was: names and bytes depend on the seed, the picture and the number of
 * the variant alone.
 */
import { join } from "node:path";
import { A, augmentFolder, data, redoFile } from "aumento";
import { courseNetwork } from "./course-network.ts";
import { drawnPictures, readSettings } from "./settings.ts";

const settings = readSettings({ times: 3, imageSize: 128, epochs: 5, batchSize: 32, seed: 123 });
const { out, times, imageSize, epochs, batchSize, seed } = settings;
const folder = settings.folder ?? (await drawnPictures("flowers"));
const pictures = join(out, "pictures");

const result = await augmentFolder({
  folder,
  out: pictures,
  pipeline: A.compose([
    A.rotate({ limit: 40, p: 0.5 }),
    A.randomBrightnessContrast({ p: 0.5 }),
    A.horizontalFlip({ p: 0.5 }),
  ]),
  times,
  includeOriginal: true,
  validationSplit: 0.2, // copied to pictures/validation as they are; the others and their variants go to pictures/train
  seed,
  onEstimate({ pictures, files, bytes, seconds = 0 }) {
    const size = (bytes / 1e6).toFixed(1);
    console.log(
      `${pictures} pictures become ${files} files; to write: ${size} MB, about ${seconds.toFixed(0)} s`,
    );
  },
});
console.log(
  `${result.written} written, ${result.kept} were there already; what was drawn: ${result.manifest}`,
);

const shared = { targetSize: [imageSize, imageSize], batchSize, seed } as const;
const training = await data.flowFromDirectory(join(pictures, "train"), shared);
const validation = await data.flowFromDirectory(join(pictures, "validation"), { ...shared, shuffle: false });
console.log(`${training.n} pictures to train with, ${validation.n} to validate with`);
const model = courseNetwork(imageSize, training.classNames.length, seed);
await model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
const { history } = await model.fit(training, { epochs, validationData: validation });
console.log(`best validation accuracy ${(100 * Math.max(...history.val_accuracy)).toFixed(1)} %`);

// Any file can be made again from the manifest, byte for byte.
const name = training.files.findLast((file) => file.includes("-aug")) ?? training.files[0];
const { line } = await redoFile({ name });
console.log(`made again: ${line.file}, variant ${line.variant} of ${line.source}`);
await training.close();
await validation.close();
