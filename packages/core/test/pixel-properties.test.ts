import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { referenceBackend } from "../src/backend/reference.ts";
import { wasmBackend } from "../src/backend/wasm/wasm.ts";
import { fuse } from "../src/fuse.ts";
import { type Image, shapeOf } from "../src/image.ts";
import type { Op } from "../src/op.ts";
import { equalizeHistogram } from "../src/ops/equalize-histogram.ts";
import { fillHoles, type Hole } from "../src/ops/fill-holes.ts";
import { median } from "../src/ops/median.ts";
import { normalizeValues } from "../src/ops/normalize-values.ts";
import { type PointwiseFunction, pointwise } from "../src/ops/pointwise.ts";
import { separableConvolution } from "../src/ops/separable-convolution.ts";
import { shiftHsv } from "../src/ops/shift-hsv.ts";
import { hsvToRgb, rgbToHsv } from "../src/pixels/hsv.ts";
import { labToRgb, rgbToLab } from "../src/pixels/lab.ts";

const pictures = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 12 }),
    channels: fc.constantFrom(1, 3, 4),
  })
  .chain(({ width, height, channels }) =>
    fc
      .uint8Array({ minLength: width * height * channels, maxLength: width * height * channels })
      .map((data): Image => ({ data, width, height, channels })),
  );

const functions: fc.Arbitrary<PointwiseFunction> = fc.oneof(
  fc.record({
    kind: fc.constant("linear" as const),
    factor: fc.double({ min: -3, max: 3, noNaN: true }),
    term: fc.double({ min: -2, max: 2, noNaN: true }),
  }),
  fc.record({ kind: fc.constant("gamma" as const), exponent: fc.double({ min: 0.05, max: 5, noNaN: true }) }),
  fc.record({ kind: fc.constant("invert" as const) }),
);

const runWasm = (ops: readonly Op[], image: Image) => wasmBackend.run(ops, image, "image");
const runReference = (ops: readonly Op[], image: Image) => referenceBackend.run(ops, image, "image");

describe("pointwise chains", () => {
  it("are the same fused and unfused, to the bit, on both backends", () => {
    fc.assert(
      fc.property(pictures, fc.array(functions, { minLength: 1, maxLength: 5 }), (image, chain) => {
        const ops = chain.map((f) => pointwise({ functions: [f] }));
        const fused = fuse(ops, shapeOf(image), "exact", "image");
        expect(fused.length).toBe(1);
        const expected = runReference(ops, image).data;
        expect(runReference(fused, image).data).toEqual(expected);
        expect(runWasm(fused, image).data).toEqual(expected);
        expect(runWasm(ops, image).data).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("undo a negative by a negative", () => {
    fc.assert(
      fc.property(pictures, (image) => {
        const invert = pointwise({ functions: [{ kind: "invert" }] });
        expect(runWasm([invert, invert], image).data).toEqual(image.data);
      }),
    );
  });
});

describe("equalisation", () => {
  it("keeps the order of values and reaches both ends", () => {
    fc.assert(
      fc.property(
        pictures.filter(({ channels }) => channels === 1),
        fc.constantFrom("cv" as const, "pil" as const),
        (image, mode) => {
          const { data } = runWasm([equalizeHistogram({ mode, byChannels: true, mask: null })], image);
          const pairs = Array.from(image.data, (value, i) => [value, data[i]]).sort((a, b) => a[0] - b[0]);
          for (let i = 1; i < pairs.length; i++) expect(pairs[i][1]).toBeGreaterThanOrEqual(pairs[i - 1][1]);
          if (mode === "cv" && pairs[0][0] < pairs[pairs.length - 1][0]) {
            expect([pairs[0][1], pairs[pairs.length - 1][1]]).toEqual([0, 255]);
          }
        },
      ),
    );
  });
});

describe("neighbourhoods", () => {
  const size = fc.constantFrom(3, 5, 7, 9, 17);

  it("leave a picture of one colour as it is", () => {
    fc.assert(
      fc.property(pictures, fc.integer({ min: 0, max: 255 }), size, (image, value, window) => {
        const flat = { ...image, data: new Uint8Array(image.data.length).fill(value) };
        const weights = new Array<number>((window + 1) / 2).fill(1);
        expect(runWasm([median({ size: window })], flat).data).toEqual(flat.data);
        expect(runWasm([separableConvolution({ weights, scale: 1 / window ** 2 })], flat).data).toEqual(
          flat.data,
        );
      }),
      { numRuns: 40 },
    );
  });

  it("take the same medians on both backends, whatever the picture", () => {
    fc.assert(
      fc.property(pictures, size, (image, window) => {
        const ops = [median({ size: window })];
        expect(runWasm(ops, image).data).toEqual(runReference(ops, image).data);
      }),
      { numRuns: 40 },
    );
  });
});

describe("holes", () => {
  const holes = (image: Image): fc.Arbitrary<Hole[]> =>
    fc.array(
      fc
        .tuple(
          fc.integer({ min: 0, max: image.width }),
          fc.integer({ min: 0, max: image.height }),
          fc.integer({ min: 0, max: image.width }),
          fc.integer({ min: 0, max: image.height }),
        )
        .map(([a, b, c, d]): Hole => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]),
      { minLength: 1, maxLength: 3 },
    );
  const fills = ["random", "random_uniform", "inpaint_telea", "inpaint_ns", 7] as const;

  it("are written inside only, the same on both backends", () => {
    fc.assert(
      fc.property(
        pictures
          .filter(({ channels }) => channels !== 4)
          .chain((image) => fc.tuple(fc.constant(image), holes(image))),
        fc.constantFrom(...fills),
        ([image, rectangles], fill) => {
          const ops = [fillHoles({ holes: rectangles, fill, fillMask: null, key: [3, 5] })];
          const { data } = runWasm(ops, image);
          expect(data).toEqual(runReference(ops, image).data);
          for (let i = 0; i < data.length; i++) {
            const pixel = Math.floor(i / image.channels);
            const [x, y] = [pixel % image.width, Math.floor(pixel / image.width)];
            const inside = rectangles.some(([l, t, r, b]) => x >= l && x < r && y >= t && y < b);
            if (!inside) expect(data[i]).toBe(image.data[i]);
            else if (fill === 7) expect(data[i]).toBe(7);
          }
        },
      ),
      { numRuns: 80 },
    );
  });
});

describe("colour spaces", () => {
  const colours = fc.tuple(
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 255 }),
  );

  it("lead back to nearly the same colour", () => {
    fc.assert(
      fc.property(colours, ([r, g, b]) => {
        const back = new Uint8Array(3);
        hsvToRgb(...rgbToHsv(r, g, b), back, 0);
        // Hue has steps of two degrees, cut off twice.
        [r, g, b].forEach((value, c) => {
          expect(Math.abs(back[c] - value)).toBeLessThanOrEqual(6);
        });
        const lab = new Uint8Array(3);
        rgbToLab(r, g, b, lab, 0);
        labToRgb(lab[0], lab[1], lab[2], back, 0);
        const off = [r, g, b].map((value, c) => Math.abs(back[c] - value));
        // Dark blue spans few steps of L*a*b*.
        expect(Math.min(...off)).toBeLessThanOrEqual(6);
      }),
      { numRuns: 500 },
    );
  });

  it("turn hue all the way round", () => {
    fc.assert(
      fc.property(
        pictures.filter(({ channels }) => channels === 3),
        fc.integer({ min: -180, max: 0 }),
        (image, hue) => {
          const turn = (by: number) => runWasm([shiftHsv({ hue: by, saturation: 0, value: 0 })], image).data;
          expect(turn(hue + 180)).toEqual(hue === 0 || hue === -180 ? turn(180) : turn(hue));
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("normalisation", () => {
  it("gives mean 0 and deviation 1, or the range 0 to 1", () => {
    fc.assert(
      fc.property(
        pictures.filter(({ data }) => new Set(data).size > 8),
        (image) => {
          const standard = Array.from(runWasm([normalizeValues({ kind: "image" })], image).data);
          const mean = standard.reduce((sum, value) => sum + value, 0) / standard.length;
          const variance = standard.reduce((sum, value) => sum + (value - mean) ** 2, 0) / standard.length;
          expect(Math.abs(mean)).toBeLessThan(1e-4);
          expect(Math.abs(variance - 1)).toBeLessThan(1e-3);
          const { data } = runWasm([normalizeValues({ kind: "min_max" })], image);
          expect(Math.min(...data)).toBe(0);
          expect(Math.max(...data)).toBeGreaterThan(0.99);
        },
      ),
      { numRuns: 40 },
    );
  });
});
