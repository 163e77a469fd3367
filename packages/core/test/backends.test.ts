import { describe, expect, it } from "vitest";
import { referenceBackend } from "../src/backend/reference.ts";
import { wasmBackend } from "../src/backend/wasm/wasm.ts";
import { checkPlan } from "../src/check.ts";
import { compose } from "../src/compose.ts";
import type { Image } from "../src/image.ts";
import { replay } from "../src/replay.ts";
import { fromDict } from "../src/serialize.ts";
import type { Tolerance } from "./cases/case.ts";
import { loadCases } from "./cases/load.ts";
import { drawMask, drawPicture } from "./pictures.ts";

const cases = await loadCases();
const SEEDS = [1, 2, 3];

function expectClose(actual: Image, expected: Image, tolerance: Tolerance, label: string): void {
  expect([actual.width, actual.height, actual.channels], label).toEqual([
    expected.width,
    expected.height,
    expected.channels,
  ]);
  expect(actual.data.constructor, label).toBe(expected.data.constructor);
  const unit = actual.data instanceof Float32Array ? 255 : 1;
  let largest = 0;
  let differing = 0;
  for (let i = 0; i < actual.data.length; i++) {
    const difference = Math.abs(actual.data[i] - expected.data[i]) * unit;
    if (!(difference === 0)) differing++;
    if (!(difference <= largest)) largest = difference;
  }
  expect(largest, `${label}: largest difference`).toBeLessThanOrEqual(tolerance.largest);
  expect(differing / actual.data.length, `${label}: share`).toBeLessThanOrEqual(tolerance.share ?? 1);
}

describe.each(cases.map((entry) => [entry.transform, entry] as const))("%s", (_name, entry) => {
  it.each(
    entry.shapes.map(
      (shape) => [`${shape.width}x${shape.height}x${shape.channels} ${shape.dtype}`, shape] as const,
    ),
  )("is the same on both backends, for %s", (_label, shape) => {
    const image = drawPicture(shape.width, shape.height, shape.channels, shape.dtype);
    const mask = drawMask(shape.width, shape.height);
    const before = image.data.slice();
    for (const node of entry.nodes) {
      for (const seed of SEEDS) {
        const label = `${JSON.stringify(node.describe())}, seed ${seed}`;
        const pipeline = compose([node]);
        const wasm = pipeline({ image, mask }, { seed }, { backend: wasmBackend });
        const reference = pipeline({ image, mask }, { seed }, { backend: referenceBackend });
        checkPlan(wasm.plan);
        expectClose(wasm.image, reference.image, entry.tolerance, label);
        expectClose(wasm.mask!, reference.mask!, { largest: 0 }, `${label}, mask`);
        expect(image.data, `${label}: the input`).toEqual(before);
      }
    }
  });

  it("replays from JSON to the byte, and reads back what it writes", () => {
    const shape = entry.shapes[0];
    const image = drawPicture(shape.width, shape.height, shape.channels, shape.dtype);
    const mask = drawMask(shape.width, shape.height);
    for (const node of entry.nodes) {
      const pipeline = compose([node]);
      const first = pipeline({ image, mask }, { seed: 7 });
      const again = replay(JSON.stringify(first.plan), { image, mask });
      expect(again.image).toEqual(first.image);
      expect(again.mask).toEqual(first.mask);
      expect(JSON.stringify(again.plan)).toBe(JSON.stringify(first.plan));
      const dict = JSON.parse(JSON.stringify(pipeline.toDict()));
      const read = fromDict(dict);
      expect(read.toDict()).toEqual(dict);
      expect(JSON.stringify(read.plan({ seed: 7 }, shape))).toBe(JSON.stringify(first.plan));
    }
  });
});
