import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wasmBackend } from "../src/backend/wasm/wasm.ts";
import { invertTransform, type Matrix, multiplyAll, scaling, translation } from "../src/geometry/matrix.ts";
import type { Image, Size } from "../src/image.ts";
import { type WarpParams, warp } from "../src/ops/warp.ts";
import type { BorderMode, Interpolation } from "../src/params/sampling.ts";
import { drawPicture } from "./pictures.ts";

const interpolations: readonly Interpolation[] = ["nearest", "linear", "cubic", "area", "lanczos4"];
const borderModes: readonly BorderMode[] = ["constant", "replicate", "reflect", "wrap", "reflect_101"];
const pairs = interpolations.flatMap((name) => borderModes.map((mode) => [name, mode] as const));

function warpParams(matrix: Matrix, size: Size, rest: Partial<WarpParams> = {}): WarpParams {
  return {
    matrix,
    boxMatrix: matrix,
    keypointMatrix: matrix,
    angle: 0,
    scale: 1,
    width: size.width,
    height: size.height,
    interpolation: "linear",
    maskInterpolation: "nearest",
    borderMode: "constant",
    fill: [9, 90, 200, 33],
    fillMask: 0,
    rotateMethod: "largest_box",
    mirrors: false,
    ...rest,
  };
}

function rotation(degrees: number, size: Size, factor = 1): Matrix {
  const angle = (degrees * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle) * factor, Math.sin(angle) * factor];
  const [x, y] = [(size.width - 1) / 2, (size.height - 1) / 2];
  return multiplyAll(translation(x, y), [cosine, sine, 0, -sine, cosine, 0, 0, 0, 1], translation(-x, -y));
}

/** Runs the kernel and holds it against the reference, value by value. */
function warpBoth(params: WarpParams, image: Image): Image {
  const expected = warp.definition.reference(params, image, "image");
  const actual = wasmBackend.run([warp(params)], image, "image");
  expect([actual.width, actual.height]).toEqual([params.width, params.height]);
  // Much faster than toEqual.
  expect(actual.data.findIndex((value, index) => value !== expected.data[index])).toBe(-1);
  return actual;
}

const sources: readonly [string, number, number][] = [
  ["a picture", 23, 17],
  ["a row", 19, 1],
  ["a column", 1, 13],
  ["one pixel", 1, 1],
  ["two by two", 2, 2],
];

describe.each(pairs)("the warp kernel, %s with border %s", (interpolation, borderMode) => {
  it.each(sources)("equals the reference for %s", (_name, width, height) => {
    const target = { width: 21, height: 14 };
    const matrices: readonly Matrix[] = [
      rotation(31, target, 0.8),
      // Far out on all sides, several periods of the border.
      multiplyAll(translation(9, 6), scaling(0.08, 0.11), rotation(200, target)),
      // Nothing of the picture is seen.
      translation(500, -300),
      [0.9, 0.2, 3, -0.1, 1.05, 2, 0.004, 0.006, 1],
      // The line at infinity crosses the picture.
      [1, 0.1, 0, 0, 1, 1, 0.1, -0.05, 0.3],
    ];
    for (const channels of [1, 2, 3, 4]) {
      const image = drawPicture(width, height, channels);
      for (const matrix of matrices) {
        warpBoth(warpParams(matrix, target, { interpolation, borderMode }), image);
      }
    }
  });
});

describe("a warp", () => {
  const channels = [1, 3, 4] as const;

  it.each(interpolations)("by the identity changes nothing (%s)", (interpolation) => {
    for (const count of channels) {
      const image = drawPicture(37, 22, count);
      const params = warpParams([1, 0, 0, 0, 1, 0, 0, 0, 1], image, { interpolation });
      expect(warpBoth(params, image).data).toEqual(image.data);
    }
  });

  it.each(interpolations)("by whole pixels moves pixels (%s)", (interpolation) => {
    const image = drawPicture(31, 18, 3);
    const params = warpParams(translation(5, -3), image, { interpolation, borderMode: "wrap" });
    const moved = warpBoth(params, image);
    for (let y = 0; y < 18; y++) {
      for (let x = 0; x < 31; x++) {
        const from = (((y + 3) % 18) * 31 + ((x + 26) % 31)) * 3;
        expect([...moved.data.subarray((y * 31 + x) * 3, (y * 31 + x) * 3 + 3)]).toEqual([
          ...image.data.subarray(from, from + 3),
        ]);
      }
    }
  });

  it("takes values half-way between pixels from the even one, where it takes the nearest", () => {
    const image: Image = { data: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7), width: 8, height: 1, channels: 1 };
    const params = warpParams(translation(-0.5, 0), image, { interpolation: "nearest", fill: 99 });
    expect([...warpBoth(params, image).data]).toEqual([0, 2, 2, 4, 4, 6, 6, 99]);
  });

  it("and its inverse give back a smooth picture, away from the border", () => {
    const size = { width: 64, height: 48 };
    const image: Image = { ...size, channels: 1, data: new Uint8Array(64 * 48) };
    for (let y = 0; y < 48; y++) {
      for (let x = 0; x < 64; x++) image.data[y * 64 + x] = 120 + 60 * Math.sin(x / 9) + 50 * Math.cos(y / 8);
    }
    const turn = fc.record({
      degrees: fc.double({ min: -180, max: 180, noNaN: true }),
      factor: fc.double({ min: 0.8, max: 1.25, noNaN: true }),
      interpolation: fc.constantFrom<Interpolation>("linear", "cubic", "lanczos4"),
    });
    fc.assert(
      fc.property(turn, ({ degrees, factor, interpolation }) => {
        const matrix = rotation(degrees, size, factor);
        const there = warpBoth(warpParams(matrix, size, { interpolation }), image);
        const back = warpBoth(warpParams(invertTransform(matrix), size, { interpolation }), there);
        // Within 16 pixels of the centre nothing came from outside.
        let largest = 0;
        for (let y = 12; y < 36; y++) {
          for (let x = 22; x < 42; x++) {
            largest = Math.max(largest, Math.abs(back.data[y * 64 + x] - image.data[y * 64 + x]));
          }
        }
        expect(largest).toBeLessThanOrEqual(4);
      }),
      { numRuns: 25, seed: 20_260 },
    );
  });

  it("is the same for float32, uint16 and uint8 within rounding", () => {
    for (const interpolation of interpolations) {
      const image = drawPicture(29, 21, 3);
      const params = warpParams(rotation(25, image, 1.1), image, { interpolation, fill: 40 });
      const bytes = warpBoth(params, image);
      const floats = warp.definition.reference(
        params,
        { ...image, data: Float32Array.from(image.data) },
        "image",
      );
      const words = warp.definition.reference(
        params,
        { ...image, data: Uint16Array.from(image.data) },
        "image",
      );
      floats.data.forEach((value, index) => {
        const clamped = Math.min(Math.max(value, 0), 255);
        expect(Math.abs(clamped - bytes.data[index])).toBeLessThanOrEqual(0.7);
        // Cubic and Lanczos interpolation may overshoot 255, which 16 bits hold.
        expect(Math.abs(Math.max(value, 0) - words.data[index])).toBeLessThanOrEqual(0.7);
      });
    }
  });

  it("by a matrix that leads beyond the kernel's reach is the reference's", () => {
    const image = drawPicture(9, 9, 3);
    const far = warpParams(scaling(1e-5, 1e-5), { width: 12, height: 7 }, { borderMode: "reflect" });
    expect(far.matrix[0]).toBe(1e-5);
    warpBoth(far, image);
  });
});
