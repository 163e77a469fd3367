import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Key, philox4x32, Rng } from "../src/random.ts";

fc.configureGlobal({ seed: 20_260 });

function block(counter: readonly number[], key: readonly number[]): string[] {
  const out = new Uint32Array(4);
  philox4x32(counter, key, out);
  return [...out].map((word) => word.toString(16).padStart(8, "0"));
}

describe("philox4x32", () => {
  // Random123's published known-answer vectors (kat_vectors, philox4x32 10).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"],
    ],
  ])("gives the published answer for counter %j", (counter, key, expected) => {
    expect(block(counter, key)).toEqual(expected);
  });
});

const keys = fc.record({
  seed: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  epoch: fc.nat(),
  index: fc.nat(),
});
function words(key: Key, path: string): number[] {
  const rng = new Rng(key, path);
  return Array.from({ length: 8 }, () => rng.word());
}

describe("Rng", () => {
  it("depends on the seed's every bit, the epoch, the index and the path", () => {
    fc.assert(
      fc.property(keys, (key) => {
        const first = words(key, "0");
        expect(words(key, "0")).toEqual(first);
        expect(words({ ...key, epoch: key.epoch + 1 }, "0")).not.toEqual(first);
        expect(words({ ...key, index: key.index + 1 }, "0")).not.toEqual(first);
        expect(words({ ...key, seed: (key.seed + 2 ** 40) % Number.MAX_SAFE_INTEGER }, "0")).not.toEqual(
          first,
        );
        expect(words(key, "0.1")).not.toEqual(first);
      }),
    );
  });

  it("draws integers within their bounds, each about as often", () => {
    const rng = new Rng({ seed: 5 }, "0");
    const counts = new Array(6).fill(0);
    for (let i = 0; i < 6000; i++) counts[rng.integer(-2, 3) + 2]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("draws normal numbers of the mean and deviation", () => {
    const rng = new Rng({ seed: 6 }, "0");
    const values = Array.from({ length: 20_000 }, () => rng.normal(3, 2));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(3, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
  });

  it("chooses by weight and never what has none", () => {
    const rng = new Rng({ seed: 7 }, "0");
    const counts = { a: 0, b: 0, c: 0 };
    for (let i = 0; i < 4000; i++) counts[rng.choice(["a", "b", "c"] as const, [3, 0, 1])]++;
    expect(counts.b).toBe(0);
    expect(counts.a / counts.c).toBeGreaterThan(2.6);
    expect(counts.a / counts.c).toBeLessThan(3.4);
  });

  it("shuffles without losing anything", () => {
    fc.assert(
      fc.property(keys, fc.array(fc.nat()), (key, values) => {
        const shuffled = new Rng(key, "0").shuffle(values);
        expect([...shuffled].sort((a, b) => a - b)).toEqual([...values].sort((a, b) => a - b));
      }),
    );
  });
});
