import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { referenceBackend } from "../src/backend/reference.ts";
import { wasmBackend } from "../src/backend/wasm/wasm.ts";
import type { Pipeline } from "../src/compose.ts";
import { type Image, shapeOf } from "../src/image.ts";
import type { Plan } from "../src/plan.ts";
import { replay } from "../src/replay.ts";
import { fromDict } from "../src/serialize.ts";
import type { Transform } from "../src/transform.ts";
import { drawMask, drawPicture } from "./pictures.ts";

// Made by tools/oracles/albumentations_cases.py.
const folder = join(dirname(fileURLToPath(import.meta.url)), "fixtures", "albumentations");

interface Fixture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Largest mean absolute difference, and least share of values that differ by 2 at most. */
  readonly mean: number;
  readonly within2: number;
  readonly pipeline: {
    readonly transform: { readonly transforms: readonly { readonly mask_interpolation?: number }[] };
  };
  /** The normal numbers that the transform draws. */
  readonly normals?: readonly number[];
  readonly bboxes?: number[][];
  readonly labels?: string[];
  readonly keypoints?: number[][];
  readonly expected: {
    readonly width: number;
    readonly height: number;
    readonly dtype: string;
    readonly image: string;
    readonly mask?: string;
    readonly bboxes?: number[][];
    readonly labels?: string[];
    readonly keypoints?: number[][];
  };
}

function unpack(text: string, dtype = "uint8"): Uint8Array | Float32Array {
  const bytes = inflateSync(Buffer.from(text, "base64"));
  return dtype === "uint8" ? bytes : new Float32Array(new Uint8Array(bytes).buffer);
}

function expectPixels(actual: Image, expected: ArrayLike<number>, mean: number, within2: number): void {
  expect(actual.data.length).toBe(expected.length);
  let sum = 0;
  let within = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual.data[i] - expected[i]);
    sum += difference;
    if (difference <= 2) within++;
  }
  expect(sum / expected.length).toBeLessThanOrEqual(mean);
  expect(within / expected.length).toBeGreaterThanOrEqual(within2);
}

function expectRows(actual: number[][] | undefined, expected: number[][] | undefined): void {
  expect(actual?.map((row) => row.length)).toEqual(expected?.map((row) => row.length));
  expected?.forEach((row, index) => {
    row.forEach((value, column) => {
      const difference = Math.abs(actual![index][column] - value);
      // An angle just below a full turn may come out as zero.
      expect(
        Math.min(difference, Math.abs(difference - 360)),
        `row ${index}: ${actual![index]} for ${row}`,
      ).toBeLessThan(1e-3);
    });
  });
}

/** Whether masks come out blended rather than picked. */
function interpolatesMask(entry: Fixture): boolean {
  const [{ mask_interpolation: code = 0 }] = entry.pipeline.transform.transforms;
  return code !== 0 && code !== 6;
}

/** The plan of the pipeline's one transform, had its generator drawn these numbers. */
function withDraws(pipeline: Pipeline, normals: readonly number[], image: Image): Plan {
  const left = [...normals];
  const shape = shapeOf(image);
  const [{ definition, params, name }] = pipeline.transforms as readonly Transform[];
  const rng = { uniform: ([low]: readonly number[]) => low, normal: () => left.shift() };
  const ops = definition.sample(params, rng as never, { shape }); // the two draws that Perspective makes
  return { ...pipeline.plan({ seed: 0 }, shape), steps: [{ transform: name, path: "0", ops }] };
}

for (const file of readdirSync(folder)) {
  const { cases }: { cases: Fixture[] } = JSON.parse(readFileSync(join(folder, file), "utf8"));
  describe.each([wasmBackend, referenceBackend].map((backend) => [backend.name, backend] as const))(
    `${file.replace(".json", "")} as Albumentations 2.0.8 does it, on %s`,
    (_name, backend) => {
      it.each(cases.map((entry) => [JSON.stringify(entry.pipeline.transform.transforms[0]), entry] as const))(
        "%s",
        (_label, entry) => {
          const { width, height, channels, expected } = entry;
          const { bboxes, labels, keypoints } = entry;
          const isSpatial = expected.mask !== undefined;
          const sample = {
            image: drawPicture(width, height, channels),
            ...(isSpatial && { mask: drawMask(width, height), bboxes, labels, keypoints }),
          };
          const pipeline = fromDict(entry.pipeline);
          const result = entry.normals
            ? replay(withDraws(pipeline, entry.normals, sample.image), sample, { backend })
            : pipeline(sample, { seed: 3 }, { backend });
          expect([result.image.width, result.image.height]).toEqual([expected.width, expected.height]);
          expectPixels(result.image, unpack(expected.image, expected.dtype), entry.mean, entry.within2);
          // What Albumentations leaves out (ShiftScaleRotate's shift_limit) may stand in ours.
          expect(pipeline.toDict()).toMatchObject(entry.pipeline);
          if (expected.mask === undefined) return;
          expectPixels(result.mask!, unpack(expected.mask), interpolatesMask(entry) ? entry.mean : 0, 1);
          expectRows(result.bboxes, expected.bboxes);
          expect(result.labels).toEqual(expected.labels);
          expectRows(result.keypoints, expected.keypoints);
        },
      );
    },
  );
}
