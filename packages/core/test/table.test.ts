import { describe, expect, test } from "vitest";
import { referenceBackend } from "../src/backend/reference.ts";
import { wasmBackend } from "../src/backend/wasm/wasm.ts";
import { equalizeHistogram } from "../src/ops/equalize-histogram.ts";
import { type PointwiseFunction, pointwise, tableOf } from "../src/ops/pointwise.ts";
import { linearTable } from "../src/pixels/table.ts";

/** All byte pairs and a rest that fills no block: more than the size from which pairs are looked up. */
function pairs() {
  const data = Uint8Array.from({ length: 2 * 65536 + 5 }, (_, i) => (i & 1 ? i >> 9 : i >> 1));
  return { data, width: data.length, height: 1, channels: 1 };
}

function expectSame(functions: readonly PointwiseFunction[]) {
  const ops = [pointwise({ functions })];
  const image = pairs();
  const actual = wasmBackend.run(ops, image, "image").data;
  expect(Buffer.from(actual.buffer).equals(referenceBackend.run(ops, image, "image").data)).toBe(true);
}

describe("tables of bytes", () => {
  test("every pair of bytes through a table that is not linear", () => {
    expectSame([{ kind: "gamma", exponent: 0.7 }]);
    expectSame([
      { kind: "linear", factor: 0.6, term: 0.3 },
      { kind: "gamma", exponent: 1.4 },
    ]);
  });

  test.each([
    [1, 0],
    [1.2, -0.1],
    [0.2, 0.8],
    [-1.3, 1.1],
    [3.99, -1],
    [4.5, -1.5],
    [0, 0.5],
  ])("%d x + %d is the same in fixed point", (factor, term) => {
    expectSame([{ kind: "linear", factor, term }]);
  });

  test("a table for each of three channels, in a picture large enough for pairs", () => {
    const [width, height] = [183, 181];
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) =>
      i % 3 === 0 ? i >> 10 : Math.imul(i, 2654435761) >>> (24 + (i % 3)),
    );
    const ops = [equalizeHistogram({ mode: "cv", byChannels: true, mask: null })];
    const image = { data, width, height, channels: 3 };
    const actual = wasmBackend.run(ops, image, "image").data;
    expect(Buffer.from(actual.buffer).equals(referenceBackend.run(ops, image, "image").data)).toBe(true);
  });

  test("fixed point is used only where all entries come out", () => {
    const table = tableOf([{ kind: "linear", factor: 1.1, term: 0.05 }]);
    const { factor, term } = linearTable(table, 1.1) ?? expect.fail("expected a linear table");
    const entries = Uint8ClampedArray.from(table, (_, x) => Math.floor((factor * x + term) / 2 ** 20));
    expect([...entries]).toEqual([...table]);
    table[100]++;
    expect(linearTable(table, 1.1)).toBeUndefined();
  });
});
