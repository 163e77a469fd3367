import { describe, expect, it } from "vitest";
import { permutation, philox, RandomStream } from "../src/random.ts";

describe("Philox 4x32-10", () => {
  // Known-answer vectors published with Random123 (tests/kat_vectors).
  const vectors: [[number, number, number, number], [number, number], number[]][] = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  it.each(vectors)("known answer for counter %j", (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox(counter, key, out);
    expect(Array.from(out)).toEqual(expected);
  });
});

describe("streams", () => {
  it("differ by seed and name and repeat otherwise", () => {
    const draw = (seed: number, name: string) => {
      const stream = new RandomStream(seed, name);
      return Array.from({ length: 5 }, () => stream.uniform());
    };
    expect(draw(1, "a")).toEqual(draw(1, "a"));
    expect(draw(1, "a")).not.toEqual(draw(2, "a"));
    expect(draw(1, "a")).not.toEqual(draw(1, "b"));
    expect(draw(1, "a")).not.toEqual(draw(1 + 2 ** 32, "a"));
  });
  it("draw normal numbers of mean 0 and deviation 1", () => {
    const stream = new RandomStream(3, "normal");
    const values = Array.from({ length: 20_000 }, () => stream.normal());
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
  });
  it("permute every number once", () => {
    const order = permutation(100, new RandomStream(7, "order"));
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(Array.from(order)).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
