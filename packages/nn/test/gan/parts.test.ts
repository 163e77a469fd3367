import { describe, expect, test } from "vitest";
import { interpolateLatents, latentVector, latentVectors } from "../../src/gan/latent.ts";
import { meanDistance, Watch } from "../../src/gan/watch.ts";
import * as nn from "../../src/index.ts";
import { smallGan, smallPictures } from "../support/small-gan.ts";

const norm = (v: Float32Array) => Math.hypot(...v);

describe("latent vectors", () => {
  test("are standard normal, named by seed and number alone", () => {
    const { data, shape } = latentVectors(50, { seed: 9, count: 200 });
    expect(shape).toEqual([200, 50]);
    const mean = data.reduce((a, b) => a + b) / data.length;
    const variance = data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(latentVector(50, 9, 17)).toEqual(data.subarray(17 * 50, 18 * 50));
    expect(latentVectors(50, { seed: 9, count: 3, first: 17 }).data.subarray(0, 50)).toEqual(
      latentVector(50, 9, 17),
    );
    expect(latentVector(50, 10, 17)).not.toEqual(latentVector(50, 9, 17));
  });

  test("between two the way is even, and no point is short", () => {
    const [from, to] = [latentVector(100, 1), latentVector(100, 2)];
    const { data, shape } = interpolateLatents(from, to, 5);
    expect(shape).toEqual([5, 100]);
    const points = [0, 1, 2, 3, 4].map((i) => data.slice(i * 100, (i + 1) * 100));
    const close = (a: Float32Array, b: Float32Array) =>
      a.forEach((value, i) => void expect(value).toBeCloseTo(b[i], 5));
    close(points[0], from);
    close(points[4], to);
    const lengths = points.map(norm);
    for (const [i, length] of lengths.entries())
      expect(length).toBeCloseTo(norm(from) + (i / 4) * (norm(to) - norm(from)), 4);
    const angle = (a: Float32Array, b: Float32Array) =>
      Math.acos(a.reduce((sum, x, i) => sum + x * b[i], 0) / (norm(a) * norm(b)));
    for (let i = 1; i < 4; i++)
      expect(angle(points[i], points[i + 1])).toBeCloseTo(angle(points[0], points[1]), 4);
    // One direction has no great circle: the straight line it lies on.
    close(
      interpolateLatents(
        from,
        from.map((x) => 2 * x),
        3,
      ).data.subarray(100, 200),
      from.map((x) => 1.5 * x),
    );
    expect(() => interpolateLatents(from, to, 1)).toThrow(/count: expected an integer of at least 2/);
  });
});

describe("what is watched", () => {
  test("distances of samples, within a class where there are classes", () => {
    const samples = { data: Float32Array.of(0, 0, 1, 1, 0, 0, 5, 5), shape: [4, 2] };
    expect(meanDistance({ data: Float32Array.of(1, 2, 1, 2), shape: [2, 2] })).toBe(0);
    expect(meanDistance(samples)).toBeCloseTo((1 + 0 + 5 + 1 + 4 + 5) / 6, 6);
    expect(meanDistance(samples, [0, 1, 0, 1])).toBeCloseTo((0 + 4) / 2, 6);
    expect(meanDistance(samples, [0, 1, 2, 3])).toBeNaN();
  });

  test("a discriminator that is never wrong for long", () => {
    const watch = new Watch();
    const sure = { dReal: 0.9999, dGenerated: 0.0001 };
    for (let step = 1; step < 500; step++) expect(watch.step(step, sure)).toBeUndefined();
    expect(watch.healthy).toBe(false);
    expect(watch.step(500, sure)).toMatchObject({ step: 500, kind: "saturated" });
    expect(watch.step(501, { dReal: 0.9, dGenerated: 0.2 })).toBeUndefined();
    expect(watch.healthy).toBe(true);
  });

  test("samples that become alike, for long enough and in checks enough", () => {
    const watch = new Watch();
    // A young generator's hover about the share that counts as alike; one that was better may not go back to it.
    for (const [step, share] of [
      [2, 0.01],
      [50, 0.2],
      [100, 0.14],
      [300, 0.01],
      [600, 0.1],
    ])
      expect(watch.check(step, share, 1)).toBeUndefined();
    expect(watch.healthy).toBe(false);
    expect(watch.check(700, 0.7, 1)).toBeUndefined();
    expect(watch.healthy).toBe(true);
    expect(watch.check(800, 0.1, 1)).toMatchObject({ kind: "alike" });
    expect(watch.healthy).toBe(false);
    expect(watch.check(900, 0.1, 1)).toBeUndefined();
    // What tells nothing changes nothing: no two of a class, or real ones that are all the same.
    expect(watch.check(950, Number.NaN, Number.NaN)).toBeUndefined();
    expect(watch.check(960, 0, 0)).toBeUndefined();
    expect(new Watch(watch.state).check(1000, 0.1, 1)).toMatchObject({ kind: "collapsed", step: 1000 });
    // The same in many checks of few steps, and in few checks of many.
    for (let step = 970; step < 1000; step += 2) expect(watch.check(step, 0.1, 1)).toBeUndefined();
    expect(watch.check(1000, 0.1, 1)).toMatchObject({ kind: "collapsed" });
    const seldom = new Watch();
    expect(seldom.check(2000, 0.1, 1)).toMatchObject({ kind: "alike" });
    expect(seldom.check(3000, 0.1, 1)).toBeUndefined();
    expect(seldom.check(4000, 0.1, 1)).toMatchObject({ kind: "collapsed" });
    // Samples that are no numbers are not good, nor alike.
    const broken = new Watch();
    expect(broken.check(5000, Number.NaN, 1)).toBeUndefined();
    expect(broken.healthy).toBe(false);
  });
});

describe("default networks", () => {
  test("of each size and kind fit together", () => {
    for (const size of [32, 64, 128] as const)
      for (const normalization of ["batch", "spectral"] as const)
        for (const upsampling of ["transposed", "nearest"] as const) {
          const made = nn.dcgan({ size, normalization, upsampling, filters: 2, channels: 1, classes: 3 });
          expect(made.generator.inputShape).toEqual([103]);
          expect(made.generator.outputShape).toEqual([size, size, 1]);
          expect(made.discriminator.inputShape).toEqual([size, size, 1]);
          expect(made.discriminator.outputShape).toEqual([3]);
          const kinds = made.discriminator.layers.map(({ layer }) => layer.className);
          expect(kinds.includes("BatchNormalization")).toBe(normalization === "batch");
          expect(kinds.includes("SpectralNormalization")).toBe(normalization === "spectral");
        }
  });

  test("are the paper's: kernels of deviation 0.02, filters that double", () => {
    const { generator, discriminator } = nn.dcgan({ size: 64, filters: 16 });
    const shapes = (model: nn.Model) => model.layers.map(({ outputShape }) => outputShape.join("x"));
    expect([...new Set(shapes(generator))]).toEqual([
      "2048",
      ...["4x4x128", "8x8x64", "16x16x32", "32x32x16", "64x64x3"],
    ]);
    expect([...new Set(shapes(discriminator))]).toEqual([
      ...["32x32x16", "16x16x32", "8x8x64", "4x4x128", "2048", "1"],
    ]);
    for (const { name, path } of [...generator.network.weights, ...discriminator.network.weights]) {
      if (name !== "kernel") continue;
      const owner = generator.network.weights.some((weight) => weight.path === path)
        ? generator
        : discriminator;
      const values = owner.state.value(path);
      const deviation = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
      expect(deviation, path).toBeGreaterThan(0.0175);
      expect(deviation, path).toBeLessThan(0.0225);
    }
    const starts = [
      generator,
      nn.dcgan({ size: 64, filters: 16 }).generator,
      nn.dcgan({ size: 64, filters: 16, seed: 5 }).generator,
    ];
    const [first, same, other] = starts.map((model) => model.state.value("dense/kernel"));
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

test("the progress line tells losses, D(real) and D(generated), and what is noticed", async () => {
  let text = "";
  const gan = smallGan();
  await gan.fit(smallPictures(), {
    steps: 4,
    verbose: 0,
    callbacks: [nn.ganProgressLine(2, { write: (part) => (text += part) })],
  });
  const lines = text.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^Step 0: 30 pictures are few/);
  expect(lines[1]).toMatch(
    /^Step 2\/4 - discriminator \d\.\d+ - generator -?\d\.\d+ - D\(real\) 0\.\d\d - D\(generated\) 0\.\d\d - \d+ ms a step/,
  );
  expect(lines[2]).toMatch(/^Step 4\/4/);
  expect(lines).toHaveLength(3);
});
