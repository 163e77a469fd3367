import { expect, test } from "vitest";
import { referenceBackend } from "../src/backend/reference.ts";
import { wasmBackend } from "../src/backend/wasm/wasm.ts";
import { separableConvolution } from "../src/ops/separable-convolution.ts";

const shapes = [
  { width: 33, height: 17, channels: 1 },
  { width: 7, height: 20, channels: 4 },
  { width: 21, height: 5, channels: 3 },
];

// 15 is the largest side whose sums have 16 bits; 17 takes the kernel of any weights.
test.each([3, 5, 15, 17])("a box of %d pixels a side is the same on both backends", (side) => {
  const ops = [separableConvolution({ weights: new Array((side + 1) / 2).fill(1), scale: 1 / side ** 2 })];
  for (const shape of shapes) {
    const count = shape.width * shape.height * shape.channels;
    const noise = Uint8Array.from({ length: count }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24);
    for (const data of [noise, new Uint8Array(count).fill(255)]) {
      const image = { ...shape, data };
      const actual = wasmBackend.run(ops, image, "image");
      expect(actual).toEqual(referenceBackend.run(ops, image, "image"));
    }
  }
});
