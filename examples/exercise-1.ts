/**
 * Exercise 1: five transforms in a row, on several pictures; then the same with a box, keypoints and a mask.
 *
 *   npx jiti examples/exercise-1.ts [FOLDER] [--pictures 5] [--variants 4] [--image-size 224] [--seed 123]
 */
import { join } from "node:path";
import { A, data } from "aumento";
import { drawnPictures, readSettings } from "./settings.ts";
import { marked, sheet } from "./sheet.ts";

const settings = readSettings({ pictures: 5, variants: 4, imageSize: 224, seed: 123 });
const { out, pictures, variants, imageSize, seed } = settings;
const folder = settings.folder ?? (await drawnPictures("flowers"));

const augment = A.compose(
  [
    A.horizontalFlip({ p: 0.5 }),
    A.verticalFlip({ p: 0.2 }),
    A.rotate({ limit: 45, p: 0.8 }),
    A.randomBrightnessContrast({ brightnessLimit: 0.8, contrastLimit: 0.8, p: 0.5 }),
    A.clahe({ p: 0.5 }),
  ],
  {
    bboxParams: { format: "pascal_voc", labelFields: ["labels"] },
    keypointParams: { format: "xy", removeInvisible: false },
  },
);

// Some files, spread evenly over the folder's sorted list.
const { files } = await data.flowFromDirectory(folder, { workers: 0 });
const count = Math.min(pictures, files.length);
const chosen = Array.from({ length: count }, (_, place) =>
  Math.floor(((place + 0.5) / count) * files.length),
);

/** A round mask in the middle, the box around it, its middle and its top: marks to watch. */
function withMarks(image: A.Image): A.Sample {
  const middle = imageSize / 2;
  const radius = imageSize * 0.3;
  const mask = A.createImage({ width: imageSize, height: imageSize, channels: 1, dtype: "uint8" });
  for (let pixel = 0; pixel < mask.data.length; pixel++) {
    const [x, y] = [pixel % imageSize, Math.floor(pixel / imageSize)];
    mask.data[pixel] = Math.hypot(x - middle, y - middle) <= radius ? 1 : 0;
  }
  const bboxes = [[middle - radius, middle - radius, middle + radius, middle + radius]];
  const keypoints = [
    [middle, middle],
    [middle, middle - radius],
  ];
  return { image, mask, bboxes, labels: ["middle"], keypoints };
}

const plain: A.Image[][] = [];
const withTargets: A.Image[][] = [];
for (const index of chosen) {
  const image = A.resizeImage(await data.loadImage(files[index]), imageSize, imageSize);
  const sample = withMarks(image);
  const results = Array.from({ length: variants }, (_, epoch) => augment(sample, { seed, epoch, index }));
  plain.push([image, ...results.map((result) => result.image)]);
  withTargets.push([marked(sample), ...results.map(marked)]);
}

await data.saveImage(join(out, "pictures.jpg"), sheet(plain), { overwrite: true });
await data.saveImage(join(out, "targets.jpg"), sheet(withTargets), { overwrite: true });
const last = chosen.at(-1) ?? 0;
console.log(
  augment.explain({ seed, epoch: 0, index: last }, { width: imageSize, height: imageSize, channels: 3 }),
);
console.log(`${count} pictures, ${variants} variants of each: ${join(out, "pictures.jpg")}`);
console.log(`The same with a box, two keypoints and a mask: ${join(out, "targets.jpg")}`);
