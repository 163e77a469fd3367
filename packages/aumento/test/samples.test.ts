import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { drawFlower } from "../src/samples/flowers/flowers.ts";
import { flowerKinds } from "../src/samples/flowers/kinds.ts";
import { randomFor } from "../src/samples/random.ts";
import { sampleSets } from "../src/samples/sets.ts";
import { drawSurvival, sideFor, usualSide } from "../src/samples/survival.ts";

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe("the drawings' random numbers", () => {
  it("are uniform, and normal with mean 0 and deviation 1", () => {
    const random = randomFor("moments", 1);
    const uniform = Array.from({ length: 20_000 }, () => random.next());
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(Math.abs(mean(normal.map((value) => value * value)) - 1)).toBeLessThan(0.05);
  });

  it("differ in every part of the key", () => {
    const keys = [
      [1, "a", 0],
      [2, "a", 0],
      [1, "b", 0],
      [1, "a", 1],
      [11, "a", 0],
    ];
    expect(new Set(keys.map((key) => randomFor(...key).next())).size).toBe(keys.length);
  });
});

describe("survival", () => {
  const classes = ["long", "short"] as const;

  it("agrees in side with the class in exactly 99 % of training and validation, 50 % of test", () => {
    for (const seed of [0, 1, 77]) {
      for (const [split, expected] of [
        ["train", 0.99],
        ["validation", 0.99],
        ["test", 0.5],
      ] as const) {
        for (const survival of classes) {
          const agrees = Array.from(
            { length: 400 },
            (_, index) => sideFor(seed, split, survival, index) === usualSide[survival],
          );
          expect(agrees.filter(Boolean).length / agrees.length).toBe(expected);
        }
      }
    }
  });

  it("draws the same bytes for the same picture, in any order, and others for another seed or place", () => {
    const forwards = [0, 1, 2].map((index) => hash(drawSurvival(3, "train", "short", index, 48)));
    const backwards = [2, 1, 0].map((index) => hash(drawSurvival(3, "train", "short", index, 48))).reverse();
    expect(backwards).toEqual(forwards);
    const others = [
      drawSurvival(4, "train", "short", 0, 48),
      drawSurvival(3, "test", "short", 0, 48),
      drawSurvival(3, "train", "long", 0, 48),
    ].map(hash);
    expect(new Set([...forwards, ...others]).size).toBe(6);
  });

  it("shows the lesion on the side it says: that half of the head is brighter on average", () => {
    const size = 48;
    let difference = 0;
    for (let index = 0; index < 60; index++) {
      const pixels = drawSurvival(5, "test", "long", index, size);
      let right = 0;
      for (let i = 0; i < pixels.length; i++) right += pixels[i] * (i % size >= size / 2 ? 1 : -1);
      difference += sideFor(5, "test", "long", index) === "right" ? right : -right;
    }
    expect(difference / 60 / (size * size)).toBeGreaterThan(0.5);
  });

  it("has the classes equally often in every split, and says each picture's side", () => {
    const pictures = sampleSets.survival.pictures(1, 1600);
    const count = (path: string) => pictures.filter((picture) => picture.path.startsWith(path)).length;
    expect(classes.map((name) => count(`train/${name}/`))).toEqual([500, 500]);
    expect(classes.map((name) => count(`validation/${name}/`))).toEqual([100, 100]);
    expect(classes.map((name) => count(`test/${name}/`))).toEqual([200, 200]);
    const disagreeing = pictures.filter(({ facts }) => facts.split === "train" && facts.sideAgrees === "no");
    expect(disagreeing.map(({ facts }) => facts.class).sort()).toEqual([
      ...Array(5).fill("long"),
      ...Array(5).fill("short"),
    ]);
    expect(new Set(pictures.map(({ path }) => path)).size).toBe(pictures.length);
  });
});

describe("flowers", () => {
  it("draws the same pixels for the same picture and others for another", async () => {
    const first = await drawFlower(1, "rose", 3, 64);
    expect(hash(await drawFlower(1, "rose", 3, 64))).toBe(hash(first));
    expect(first.length).toBe(64 * 64 * 3);
    expect(hash(await drawFlower(2, "rose", 3, 64))).not.toBe(hash(first));
    expect(hash(await drawFlower(1, "rose", 4, 64))).not.toBe(hash(first));
  });

  it("draws every kind with colour in it, dark and light", async () => {
    for (const kind of flowerKinds) {
      const means: number[] = [];
      let colour = 0;
      for (let index = 0; index < 6; index++) {
        const pixels = await drawFlower(2, kind, index, 64);
        for (let i = 0; i < pixels.length; i += 3) colour += Math.abs(pixels[i] - pixels[i + 2]);
        means.push(mean(pixels));
      }
      expect(colour / (6 * 64 * 64), kind).toBeGreaterThan(15);
      expect(Math.max(...means) - Math.min(...means), kind).toBeGreaterThan(15);
    }
  });

  it("shares any number of pictures over the five kinds", () => {
    const pictures = sampleSets.flowers.pictures(1, 23);
    const perKind = flowerKinds.map((kind) => pictures.filter(({ facts }) => facts.class === kind).length);
    expect(perKind).toEqual([5, 5, 5, 4, 4]);
  });
});
