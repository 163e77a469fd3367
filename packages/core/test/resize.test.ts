import fc from "fast-check";
import { expect, it } from "vitest";
import { lanczosWeights } from "../src/geometry/weights.ts";
import { createImage } from "../src/image.ts";
import { resizeImage } from "../src/index.ts";

const side = fc.integer({ min: 1, max: 130 });

// 1 to 107 puts an output pixel on an input pixel, less a rounding error.
it.each(["nearest", "linear", "cubic", "area", "lanczos4"] as const)(
  "%s keeps a picture of one colour",
  (name) => {
    const holds = (from: number, to: number) => {
      const image = createImage({ width: 2, height: from, channels: 1, dtype: "uint8" });
      image.data.fill(100);
      return resizeImage(image, 3, to, name).data.every((value) => value === 100);
    };
    expect(holds(1, 107)).toBe(true);
    fc.assert(fc.property(side, side, holds), { seed: 5, numRuns: 200 });
  },
);

it("Lanczos' weights are one pixel's at either end", () => {
  expect(lanczosWeights(0)).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
  expect(lanczosWeights(1)).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
});
