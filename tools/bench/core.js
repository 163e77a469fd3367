// Pictures a second of each transform and of five pipelines, 512x512x3 uint8, one thread: what the peer's script
// albumentations_bench.py does, with the same names, sizes and pictures.
//
//   node tools/bench/core.js [FOLDER] [--json FILE] [--only NAME,NAME] [--fresh]
//
// FOLDER holds class folders of JPEG photos; without it the pictures are drawn. Results are written into one array, as
// loaders do and as Python's allocator comes to when each result is dropped before the next; --fresh makes a new array
// for each, which costs the system's page faults.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as A from "@aumento/core";
import sharp from "sharp";

const SIZE = 512;
const COUNT = 24;
const ROUNDS = 5;
const ROUND_MS = 350;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, only: { type: "string" }, fresh: { type: "boolean" } },
});

const noLimits = { p: 1 };
const benchmarks = {
  HorizontalFlip: () => [A.horizontalFlip(noLimits)],
  VerticalFlip: () => [A.verticalFlip(noLimits)],
  Transpose: () => [A.transpose(noLimits)],
  Rotate: () => [A.rotate({ limit: 45, p: 1 })],
  SafeRotate: () => [A.safeRotate(noLimits)],
  Affine: () => [
    A.affine({ scale: [0.8, 1.2], rotate: [-30, 30], translatePercent: [-0.1, 0.1], shear: [-10, 10], p: 1 }),
  ],
  Perspective: () => [A.perspective(noLimits)],
  RandomCrop224: () => [A.randomCrop({ height: 224, width: 224, p: 1 })],
  RandomResizedCrop224: () => [A.randomResizedCrop({ size: [224, 224], p: 1 })],
  Resize224: () => [A.resize({ height: 224, width: 224, p: 1 })],
  Pad: () => [A.padIfNeeded({ minHeight: 640, minWidth: 640, p: 1 })],
  RandomBrightnessContrast: () => [A.randomBrightnessContrast(noLimits)],
  RandomGamma: () => [A.randomGamma(noLimits)],
  CLAHE: () => [A.clahe(noLimits)],
  Equalize: () => [A.equalize(noLimits)],
  HueSaturationValue: () => [A.hueSaturationValue(noLimits)],
  ToGray: () => [A.toGray(noLimits)],
  InvertImg: () => [A.invertImg(noLimits)],
  Normalize: () => [A.normalize(noLimits)],
  GaussNoise: () => [A.gaussNoise(noLimits)],
  Blur: () => [A.blur(noLimits)],
  GaussianBlur: () => [A.gaussianBlur(noLimits)],
  MedianBlur: () => [A.medianBlur(noLimits)],
  Sharpen: () => [A.sharpen(noLimits)],
  CoarseDropout: () => [A.coarseDropout(noLimits)],
  Erasing: () => [A.erasing(noLimits)],
  "pipeline:exercise1": () => [
    A.horizontalFlip({ p: 0.5 }),
    A.verticalFlip({ p: 0.2 }),
    A.rotate({ limit: 45, p: 0.8 }),
    A.randomBrightnessContrast({ brightnessLimit: 0.8, contrastLimit: 0.8, p: 0.5 }),
    A.clahe({ p: 0.5 }),
  ],
  "pipeline:seed-training": () => [
    A.rotate({ limit: 40, p: 0.5 }),
    A.randomBrightnessContrast({ p: 0.5 }),
    A.horizontalFlip({ p: 0.5 }),
  ],
  "pipeline:geometric": () => [
    A.horizontalFlip({ p: 0.5 }),
    A.affine({ scale: [0.8, 1.2], rotate: [-30, 30], p: 1 }),
    A.perspective({ p: 1 }),
    A.randomResizedCrop({ size: [224, 224] }),
  ],
};
// The peer's pipelines "imagenet" and "photometric" hold ColorJitter, Posterize and Solarize, which are not here yet.

async function loadPictures(folder) {
  if (!folder || !existsSync(folder)) return Array.from({ length: COUNT }, (_, index) => drawPicture(index));
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".jpg"))
    .map((name) => join(folder, name))
    .sort();
  const chosen = files.filter((_, index) => index % 93 === 0).slice(0, COUNT);
  return Promise.all(
    chosen.map(async (file) => {
      const resized = sharp(file)
        .removeAlpha()
        .toColourspace("srgb")
        .resize(SIZE, SIZE, { fit: "fill", kernel: "cubic" });
      return { data: new Uint8Array(await resized.raw().toBuffer()), width: SIZE, height: SIZE, channels: 3 };
    }),
  );
}

function drawPicture(seed) {
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / 3) % SIZE;
    const y = Math.floor(i / 3 / SIZE);
    data[i] =
      128 +
      90 * Math.sin((x * (seed + 3)) / 90 + (i % 3)) * Math.cos((y * (seed + 5)) / 110) +
      ((i * 7919) % 23);
  }
  return { data, width: SIZE, height: SIZE, channels: 3 };
}

const pictures = await loadPictures(positionals[0]);
const inputs = new Set(pictures.map((picture) => picture.data)); // a plan without ops passes its picture on
const only = values.only?.split(",");
const rates = {};
for (const [name, transforms] of Object.entries(benchmarks)) {
  if (only && !only.includes(name)) continue;
  const pipeline = A.compose(transforms(), { seed: 1 });
  let out;
  let index = 0;
  const run = () => {
    const { image } = pipeline(
      { image: pictures[index % pictures.length] },
      { seed: 1, index: index++ },
      { out },
    );
    if (!values.fresh && !inputs.has(image.data)) out = image.data;
  };
  for (let i = 0; i < 2 * pictures.length; i++) run();
  const measured = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    let count = 0;
    for (; performance.now() - start < ROUND_MS; count++) run();
    measured.push((count * 1000) / (performance.now() - start));
  }
  const rate = measured.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
  rates[name] = Math.round(rate * 10) / 10;
  console.log(
    `${name.padEnd(28)} ${rate.toFixed(1).padStart(10)} img/s  ${(1e6 / rate).toFixed(0).padStart(9)} us`,
  );
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(rates, undefined, 1)}\n`);
