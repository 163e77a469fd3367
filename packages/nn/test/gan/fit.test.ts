import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as nn from "../../src/index.ts";
import { smallGan, smallPictures, stateOf } from "../support/small-gan.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aumento-gan-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const quiet = { verbose: 0 } as const;

describe("training", () => {
  test("tells steps, grids and the end; a GAN from a checkpoint comes to the same weights", async () => {
    const seen: string[] = [];
    const whole = smallGan();
    const history = await whole.fit(smallPictures(), {
      steps: 7,
      every: 3,
      grid: { columns: 4 },
      ...quiet,
      callbacks: [
        {
          onTrainBegin: ({ steps, initialStep }) => void seen.push(`begin ${initialStep}..${steps}`),
          onStep: (step) => void seen.push(`step ${step}`),
          onGrid({ step, rows, columns, samples, classes }) {
            seen.push(`grid ${step}`);
            expect([rows, columns]).toEqual([2, 4]);
            expect(samples.shape).toEqual([8, 8, 8, 3]);
            expect(samples.data).toBeInstanceOf(Uint8Array);
            expect(classes).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
          },
          onTrainEnd: () => void seen.push("end"),
        },
      ],
    });
    expect(seen).toEqual([
      "begin 0..7",
      "grid 0",
      ...["step 1", "step 2", "step 3", "grid 3", "step 4", "step 5", "step 6", "grid 6", "step 7", "grid 7"],
      "end",
    ]);
    expect(history.step).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const name of ["dLoss", "gLoss", "dReal", "dGenerated"] as const)
      expect(history[name].every(Number.isFinite)).toBe(true);
    expect(history.stopped).toBeUndefined();
    expect(history.events.map(({ kind }) => kind)).toEqual(["fewPictures"]);

    const interrupted = smallGan();
    await interrupted.fit(smallPictures(), { steps: 4, ...quiet });
    expect(interrupted.cursor).toEqual({ epoch: 2, batch: 2 });
    await interrupted.save(folder);
    const resumed = await nn.loadGan(folder);
    expect(resumed.step).toBe(4);
    const own = smallGan({ seed: 3 });
    await own.restore(folder);
    const wanted = stateOf(whole);
    for (const gan of [resumed, own]) {
      await gan.fit(smallPictures(), { steps: 7, every: 2, ...quiet });
      const got = stateOf(gan);
      expect([...got.keys()]).toEqual([...wanted.keys()]);
      for (const [name, values] of wanted) expect(got.get(name), name).toEqual(values);
    }
  });

  test("an abort ends it after the running step, and going on gives the same", async () => {
    const stop = new AbortController();
    const gan = smallGan();
    const first = await gan.fit(smallPictures(), {
      steps: 5,
      signal: stop.signal,
      ...quiet,
      callbacks: [{ onStep: (step) => void (step === 2 && stop.abort()) }],
    });
    expect(first.stopped).toBe("aborted");
    expect(gan.step).toBe(2);
    await gan.fit(smallPictures(), { steps: 5, ...quiet });
    const whole = smallGan();
    await whole.fit(smallPictures(), { steps: 5, ...quiet });
    expect(stateOf(gan)).toEqual(stateOf(whole));
  });

  test("the generator's file is plain ONNX that makes the same pictures", async () => {
    const gan = smallGan();
    await gan.fit(smallPictures(), { steps: 3, ...quiet });
    await gan.save(folder, { training: { pictures: 30 } });
    const generator = await nn.loadGenerator(join(folder, "generator.onnx"));
    expect(generator.facts).toEqual({
      format: 1,
      latent: 5,
      classes: 2,
      classNames: ["dark", "bright"],
      shape: [8, 8, 3],
      range: [-1, 1],
      step: 3,
      loss: "nonSaturating",
      ema: 0.999,
      seed: 3,
      training: { pictures: 30 },
    });
    const latents = { data: generator.latent(7, 2), shape: [1, 5] };
    const [own] = [await gan.sample(latents, [1])];
    const made = await generator.generate(latents, [1]);
    expect(made.shape).toEqual([1, 8, 8, 3]);
    made.data.forEach((value, i) => void expect(value).toBeCloseTo(own.data[i], 5));
    const raw = await gan.sample(latents, [1], { average: false });
    expect(raw.data).not.toEqual(own.data);

    const { pictures, classes } = await generator.sample({ seed: 7, count: 5 });
    expect(classes).toEqual([0, 1, 0, 1, 0]);
    const third = await generator.sample({ seed: 7, first: 2, class: "dark" });
    expect(third.pictures.data).toEqual(pictures.data.subarray(2 * 192, 3 * 192));
    const strip = await generator.interpolate(generator.latent(1), generator.latent(2), 6, { class: 1 });
    expect(strip.shape).toEqual([6, 8, 8, 3]);
    const ends = [
      await generator.sample({ seed: 1, class: 1 }),
      await generator.sample({ seed: 2, class: 1 }),
    ];
    expect(strip.data.subarray(0, 192)).toEqual(ends[0].pictures.data);
    expect(strip.data.subarray(5 * 192)).toEqual(ends[1].pictures.data);
    const calm = generator.latent(7, 0, 0.5);
    expect(Math.max(...calm.map(Math.abs))).toBeLessThanOrEqual(0.5);

    await expect(generator.sample({ class: "tulip" })).rejects.toThrow(
      /no class "tulip".*trained on 2.*0 dark, 1 bright/,
    );
    await expect(generator.sample({ class: 2 })).rejects.toThrow(/no class 2/);
    await gan.discriminator.save(join(folder, "other.onnx"));
    await expect(nn.loadGenerator(join(folder, "other.onnx"))).rejects.toThrow(/no generator of a GAN/);
    await gan.close();
    await generator.close();
  });
});

describe("what does not fit is refused", () => {
  const vectors = (inputs: number, outputs: number) =>
    nn.sequential([nn.dense(outputs)], { inputShape: [inputs] });

  test("networks that do not belong together", () => {
    expect(() => nn.gan({ generator: vectors(3, 2), discriminator: vectors(4, 1) })).toThrow(
      /generator makes \[2\], the discriminator takes \[4\]/,
    );
    expect(() => nn.gan({ generator: vectors(2, 2), discriminator: vectors(2, 5) })).toThrow(
      /discriminator has 5 classes, so the generator must take \[latent \+ 5\]/,
    );
    const pair = { generator: vectors(3, 2), discriminator: vectors(2, 1) };
    expect(() => nn.gan({ ...pair, diffAugment: true })).toThrow(/diffAugment varies pictures/);
    expect(() => nn.gan({ ...pair, loss: "hinge", labelSmoothing: 0.1 })).toThrow(/no labels to smooth/);
    expect(() => nn.gan({ ...pair, loss: "wasserstein" as "hinge" })).toThrow(
      /"nonSaturating", "minimax", "hinge"/,
    );
    expect(() => nn.gan({ ...pair, classNames: ["a"] })).toThrow(/classNames/);
  });

  test("what is no option, no batch, no file and no folder", async () => {
    const none = undefined as never;
    expect(() => nn.dcgan(null as never)).toThrow(
      /^dcgan: expected an object with options \(size, .*got null/,
    );
    for (const channels of [2, 4])
      expect(() => nn.dcgan({ channels: channels as 3 })).toThrow(
        /channels: expected 1 \(grey\) or 3.*got \d/,
      );
    expect(() => nn.gan(none)).toThrow(/^gan: expected an object with options.*got undefined/);
    const gan = smallGan();
    for (const real of [none, null, 5, {}, [{}]])
      await expect(gan.trainStep(real as never)).rejects.toThrow(/^trainStep: expected a batch \{ x \}/);
    await expect(gan.trainStep({ x: none })).rejects.toThrow(/^trainStep: x: expected a tensor/);
    const x = { data: new Uint8Array(8 * 192), shape: [8, 8, 8, 3] };
    await expect(gan.trainStep({ x, y: {} as never })).rejects.toThrow(/Step 1: y: expected a tensor/);
    await expect(gan.trainStep({ x }, null as never)).rejects.toThrow(/trainStep: expected an object/);
    await expect(gan.trainStep({ x }, { latents: 3 as never })).rejects.toThrow(/latents: expected a list/);
    await expect(gan.sample(none)).rejects.toThrow(/^sample: latents: expected a tensor/);
    await expect(gan.fit(none, { steps: 1 })).rejects.toThrow(/^fit: source: expected a source of batches/);
    await expect(gan.fit(smallPictures(), none)).rejects.toThrow(/^fit: expected an object with options/);
    await expect(gan.save(none)).rejects.toThrow(/^save: folder: expected the path of a folder/);
    await expect(gan.restore(none)).rejects.toThrow(/^restore: folder: expected the path of a folder/);
    await expect(nn.loadGan(none)).rejects.toThrow(/^loadGan: folder: expected the path of a folder/);
    await expect(nn.loadGenerator(none)).rejects.toThrow(/^loadGenerator: expected the path of a file/);
  });

  test("sizes that are no power of two", () => {
    expect(() => nn.dcgan({ size: 48 as 32 })).toThrow(/size: expected 32, 64 or 128.*got 48/);
    expect(() => nn.dcgan({ size: 100 as 32 })).toThrow(/the nearest is 128/);
  });

  test("too few pictures, and no full batch", async () => {
    const gan = smallGan();
    await expect(gan.fit(smallPictures(12, 4), { steps: 1, ...quiet })).rejects.toThrow(
      /12 pictures. Fewer than 16 are hopeless/,
    );
    await expect(gan.fit(smallPictures(20, 32), { steps: 1, ...quiet })).rejects.toThrow(
      /batchSize is 32, but it has 20.*batchSize 16 or less/,
    );
  });

  test("classes that were not trained, and pictures of another size", async () => {
    const gan = smallGan();
    const x = { data: new Uint8Array(8 * 192), shape: [8, 8, 8, 3] };
    const labels = (label: number) => ({ data: new Int32Array(8).fill(label), shape: [8] });
    await expect(gan.trainStep({ x, y: labels(2) })).rejects.toThrow(
      /no class 2: the GAN has 2, numbered 0..1/,
    );
    await expect(gan.trainStep({ x })).rejects.toThrow(/each sample needs its number/);
    await expect(gan.sample({ data: new Float32Array(5), shape: [1, 5] }, [7])).rejects.toThrow(/no class 7/);
    await expect(gan.sample({ data: new Float32Array(4), shape: [1, 4] }, [1])).rejects.toThrow(
      /shape \[1, 5\]/,
    );
    const grey = { data: new Uint8Array(8 * 64), shape: [8, 8, 8, 1] };
    await expect(gan.trainStep({ x: grey, y: labels(0) })).rejects.toThrow(
      /\[\?, 8, 8, 3\], got \[8, 8, 8, 1\]/,
    );
  });

  test("checkpoints of another architecture, damaged ones, and none", async () => {
    const place = join(folder, "checks");
    const gan = smallGan();
    await gan.fit(smallPictures(), { steps: 1, ...quiet });
    await gan.save(place);
    const other = nn.gan({
      generator: vectors(3, 2),
      discriminator: vectors(2, 1),
    });
    await expect(other.restore(place)).rejects.toThrow(
      /gan.checkpoint: it belongs to another architecture: its generator has inputs \[7\], this one \[3\]/,
    );
    const wider = nn.gan({
      generator: gan.generator,
      discriminator: nn.sequential([nn.conv2d(4, 3), nn.flatten(), nn.dense(2)], { inputShape: [8, 8, 3] }),
    });
    await expect(wider.restore(place)).rejects.toThrow(
      /its discriminator has as layer 1 SpectralNormalization/,
    );
    expect(wider.step).toBe(0);
    await expect(nn.loadGan(join(folder, "nowhere"))).rejects.toThrow(/holds no checkpoint of a GAN/);
    const bytes = await readFile(join(place, "gan.checkpoint"));
    await writeFile(join(place, "gan.checkpoint"), bytes.subarray(0, bytes.length - 40));
    await expect(nn.loadGan(place)).rejects.toThrow(/cut off or damaged/);
    bytes[bytes.length - 100] ^= 1;
    await writeFile(join(place, "gan.checkpoint"), bytes);
    await expect(nn.loadGan(place)).rejects.toThrow(/cut off or damaged/);
  });
});
