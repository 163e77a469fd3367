import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { referenceBackend } from "../src/backend/reference.ts";
import { wasmBackend } from "../src/backend/wasm/wasm.ts";
import type { Image } from "../src/image.ts";
import { fromDict } from "../src/serialize.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../../../shared/goldens");
const names = existsSync(folder) ? readdirSync(folder).sort() : [];

interface Annotations {
  readonly bboxes: number[][];
  readonly labels: string[];
  readonly keypoints: number[][];
}

interface Golden {
  readonly meanAbsDiff: number;
  readonly shareWithin2: number;
  readonly annotations?: { readonly before: Annotations; readonly after: Annotations };
}

async function readPicture(path: string): Promise<Image> {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height, channels: info.channels };
}

/** One channel of a picture that holds the same in all of them. */
function asMask(image: Image): Image {
  if (image.channels === 1) return image;
  const data = image.data.filter((_, index) => index % image.channels === 0);
  return { ...image, data, channels: 1 };
}

function differences(actual: Image, expected: Image): { mean: number; within2: number } {
  expect([actual.width, actual.height, actual.channels]).toEqual([
    expected.width,
    expected.height,
    expected.channels,
  ]);
  let sum = 0;
  let within = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const difference = Math.abs(actual.data[i] - expected.data[i]);
    sum += difference;
    if (difference <= 2) within++;
  }
  return { mean: sum / expected.data.length, within2: within / expected.data.length };
}

function expectRows(actual: number[][] | undefined, expected: number[][]): void {
  expect(actual?.length).toBe(expected.length);
  expected.forEach((row, index) => {
    row.forEach((value, column) => {
      expect(Math.abs(actual![index][column] - value)).toBeLessThanOrEqual(1e-3);
    });
  });
}

const reason = "skipped: ../shared/goldens is not there";
describe.skipIf(names.length === 0)(
  `goldens of Albumentations 2.0.8${names.length === 0 ? ` (${reason})` : ""}`,
  () => {
    describe.each([wasmBackend, referenceBackend].map((backend) => [backend.name, backend] as const))(
      "on %s",
      (_label, backend) => {
        it.each(names)("%s", async (name) => {
          const at = (file: string) => join(folder, name, file);
          const golden: Golden = JSON.parse(readFileSync(at("case.json"), "utf8"));
          const pipeline = fromDict(JSON.parse(readFileSync(at("pipeline.json"), "utf8")));
          const image = await readPicture(at("input.png"));
          const mask = existsSync(at("mask.png")) ? asMask(await readPicture(at("mask.png"))) : undefined;
          const result = pipeline({ image, mask, ...golden.annotations?.before }, { seed: 1 }, { backend });
          const { mean, within2 } = differences(result.image, await readPicture(at("expected.png")));
          expect(mean).toBeLessThanOrEqual(golden.meanAbsDiff);
          expect(within2).toBeGreaterThanOrEqual(golden.shareWithin2);
          if (mask) {
            const expected = asMask(await readPicture(at("expected-mask.png")));
            expect(differences(result.mask!, expected).mean).toBe(0);
          }
          if (golden.annotations) {
            const { after } = golden.annotations;
            expectRows(result.bboxes, after.bboxes);
            expect(result.labels).toEqual(after.labels);
            expectRows(result.keypoints, after.keypoints);
          }
        });
      },
    );
  },
);
