import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { referenceBackend } from "../src/backend/reference.ts";
import { wasmBackend } from "../src/backend/wasm/wasm.ts";
import type { DType, PixelData } from "../src/image.ts";
import { fillHoles, type Hole } from "../src/ops/fill-holes.ts";
import { fromDict } from "../src/serialize.ts";
import type { Dict } from "../src/transform.ts";
import { drawPicture } from "./pictures.ts";

interface Case {
  readonly pipeline: Dict;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly dtype: DType;
  readonly outChannels: number;
  readonly float: boolean;
  readonly expected: string;
}

interface Fixture {
  readonly transforms: readonly Case[];
  readonly inpaint: readonly {
    method: "inpaint_telea" | "inpaint_ns";
    holes: readonly Hole[];
    channels: number;
    expected: string;
  }[];
  readonly boxes: readonly {
    holes: readonly Hole[];
    minArea: number;
    minVisibility: number;
    expected: readonly (readonly number[])[];
  }[];
}

// tools/oracles/albumentations_pixel_cases.py makes it.
const fixture: Fixture = JSON.parse(
  readFileSync(new URL("./fixtures/albumentations-pixels.json", import.meta.url), "utf8"),
);

function unpack(packed: string, float: boolean): PixelData {
  const bytes = Uint8Array.from(inflateSync(Buffer.from(packed, "base64")));
  return float ? new Float32Array(bytes.buffer) : bytes;
}

/** Largest difference and share of differing values. */
function compare(actual: PixelData, expected: PixelData): { largest: number; differing: number } {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  let differing = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference === 0)) differing++;
    if (!(difference <= largest)) largest = difference;
  }
  return { largest, differing: differing / expected.length };
}

/** What may differ, and why. All other transforms are the same to the bit. */
const tolerances: Readonly<Record<string, { largest: number; differing: number }>> = {
  // The tables hold float64 in Albumentations where the statistics are the picture's own.
  Normalize: { largest: 2e-6, differing: 1 },
  // Last bits of sums in another order (fused multiply-add there) decide on a few roundings.
  GaussianBlur: { largest: 1, differing: 0.01 },
  Sharpen: { largest: 1, differing: 0.01 },
};

/** For pictures of float32: last bits, and NumPy's power function, which is a little coarser. */
const floatTolerance = { largest: 1e-5, differing: 1 };

const labelled = fixture.transforms.map((entry) => {
  const [transform] = (entry.pipeline.transform as { transforms: Record<string, unknown>[] }).transforms;
  const { __class_fullname__: name, p: _p, ...params } = transform;
  return [
    `${name} ${JSON.stringify(params)} ${entry.width}x${entry.height}x${entry.channels} ${entry.dtype}`,
    String(name),
    entry,
  ] as const;
});

describe.each([wasmBackend, referenceBackend].map((backend) => [backend.name, backend] as const))(
  "Albumentations 2.0.8 on %s",
  (_name, backend) => {
    it.each(labelled)("%s", (_label, name, entry) => {
      const image = drawPicture(entry.width, entry.height, entry.channels, entry.dtype);
      const result = fromDict(entry.pipeline)({ image }, { seed: 1 }, { backend }).image;
      expect(result.channels).toBe(entry.outChannels);
      const ofFloats = entry.dtype === "float32" ? floatTolerance : undefined;
      const allowed = ofFloats ?? tolerances[name] ?? { largest: 0, differing: 0 };
      const { largest, differing } = compare(result.data, unpack(entry.expected, entry.float));
      expect(largest).toBeLessThanOrEqual(allowed.largest);
      expect(differing).toBeLessThanOrEqual(allowed.differing);
    });
  },
);

describe("holes as in Albumentations 2.0.8", () => {
  const key = [1, 2] as const;

  it.each(fixture.inpaint)(
    "$method of $holes, $channels channels",
    ({ method, holes, channels, expected }) => {
      const image = drawPicture(33, 14, channels);
      const op = fillHoles({ holes, fill: method, fillMask: null, key });
      const { largest, differing } = compare(
        op.definition.reference(op.params, image, "image").data,
        unpack(expected, false),
      );
      // A last bit in a weight may round one pixel the other way, and those painted after it follow.
      expect(largest).toBeLessThanOrEqual(4);
      expect(differing).toBeLessThanOrEqual(0.03);
    },
  );

  it.each(fixture.boxes)("boxes behind $holes, minArea $minArea, minVisibility $minVisibility", (entry) => {
    const given = [
      [2, 2, 12, 10],
      [5, 4, 13, 11],
      [4.6, 3.2, 20.9, 12.7],
      [24, 9, 30, 13],
      [6, 0, 12, 9],
    ];
    const boxes = given.map(([xMin, yMin, xMax, yMax], row) => ({ xMin, yMin, xMax, yMax, row }));
    const op = fillHoles({ holes: entry.holes, fill: 0, fillMask: null, key });
    const kept = op.definition.bboxes!(op.params, boxes, { width: 33, height: 14 }, entry);
    expect(kept.map((box) => [box.xMin, box.yMin, box.xMax, box.yMax, box.row])).toEqual(entry.expected);
  });
});
