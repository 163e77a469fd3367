import { join } from "node:path";
import { compose, horizontalFlip, rotate } from "@aumento/core";
import {
  type AugmentFunction,
  flowFromDirectory,
  imageDatasetFromDirectory,
  imagesFromFiles,
  loadImage,
  saveImage,
} from "@aumento/data";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { asSharp, collect, digest, drawFolder, put, temporaryFolder } from "./support.ts";

const size = { targetSize: [24, 20] as const, batchSize: 4 };

describe("batches", () => {
  it("hold pictures in NHWC with their labels in every class mode", async () => {
    const folder = await drawFolder({ classes: { cat: 3, dog: 4 } });
    const shared = { ...size, workers: 0, shuffle: false };
    const y = async (classMode: "sparse" | "categorical" | "binary" | "none" | "input") => {
      const flow = await flowFromDirectory(folder, { ...shared, classMode });
      const [first] = await collect(flow.epoch(0));
      return { x: first.x, y: first.y };
    };
    expect((await y("sparse")).y).toEqual({ data: Int32Array.of(0, 0, 0, 1), shape: [4] });
    expect((await y("binary")).y).toEqual({ data: Float32Array.of(0, 0, 0, 1), shape: [4] });
    expect((await y("categorical")).y).toEqual({
      data: Float32Array.of(1, 0, 1, 0, 1, 0, 0, 1),
      shape: [4, 2],
    });
    expect((await y("none")).y).toBeUndefined();
    const input = await y("input");
    expect(input.y).toBe(input.x);
    expect(input.x.shape).toEqual([4, 24, 20, 3]);
    expect(input.x.data).toBeInstanceOf(Uint8Array);
  });

  it("describe the flow: n, length, class names and indices, files", async () => {
    const folder = await drawFolder({ classes: { b: 3, a: 2, C: 1 } });
    const flow = await flowFromDirectory(folder, { ...size, workers: 0 });
    expect(flow).toMatchObject({
      n: 6,
      length: 2,
      batchSize: 4,
      classNames: ["C", "a", "b"],
      classIndices: { C: 0, a: 1, b: 2 },
    });
    expect(flow.files).toEqual(
      ["C/000.jpg", "a/000.jpg", "a/001.jpg", "b/000.jpg", "b/001.jpg", "b/002.png"].map((f) =>
        join(folder, f),
      ),
    );
    expect(flow.labels).toEqual([0, 1, 1, 2, 2, 2]);
    const sizes = (await collect(flow)).map((batch) => batch.x.shape[0]);
    expect(sizes).toEqual([4, 2]);
  });

  it("are the pictures as loadImage gives them where the size fits", async () => {
    const folder = await drawFolder({ classes: { a: 2, b: 1 } });
    const flow = await flowFromDirectory(folder, { targetSize: [32, 40], workers: 0 });
    const [batch] = await collect(flow.epoch(3));
    for (const [place, file] of batch.files.entries()) {
      const length = 32 * 40 * 3;
      expect(batch.x.data.slice(place * length, (place + 1) * length)).toEqual((await loadImage(file)).data);
    }
  });

  it("come in the order that the flow tells, without those that are broken, and tell what they may come as", async () => {
    const folder = await drawFolder({ classes: { a: 5, b: 4 } });
    put(join(folder, "b/broken.jpg"), "no picture");
    const options = { ...size, workers: 0, seed: 4, onWarning: () => {} };
    const flow = await flowFromDirectory(folder, options);
    const broken = flow.files.findIndex((file) => file.endsWith("broken.jpg"));
    for (const epoch of [0, 1]) {
      const indices = (await collect(flow.epoch(epoch))).flatMap((batch) => [...batch.indices]);
      expect(indices).toEqual([...flow.order(epoch)].filter((index) => index !== broken));
    }
    expect(flow.order(0)).not.toEqual(flow.order(1));
    const outcomes = async (augment: Parameters<typeof flowFromDirectory>[1]["augment"]) =>
      (await flowFromDirectory(folder, { ...options, augment })).outcomes;
    expect(flow.outcomes).toBe(1);
    expect(await outcomes(compose([]))).toBe(1);
    expect(await outcomes(compose([horizontalFlip()]).toDict())).toBe(2);
    expect(await outcomes(compose([rotate()]))).toBe(Number.POSITIVE_INFINITY);
    expect(await outcomes((image) => image)).toBe(Number.POSITIVE_INFINITY);
  });

  it("come in a new order each epoch, and in file order without shuffle", async () => {
    const folder = await drawFolder({ classes: { a: 12, b: 12 } });
    const order = async (shuffle: boolean, epoch: number, seed = 1) => {
      const flow = await flowFromDirectory(folder, { ...size, workers: 0, shuffle, seed });
      return (await collect(flow.epoch(epoch))).flatMap((batch) => [...batch.indices]);
    };
    const sorted = Array.from({ length: 24 }, (_, i) => i);
    expect(await order(false, 0)).toEqual(sorted);
    const [zero, one, again, other] = [
      await order(true, 0),
      await order(true, 1),
      await order(true, 0),
      await order(true, 0, 2),
    ];
    expect(zero).toEqual(again);
    for (const different of [one, other, sorted]) expect(zero).not.toEqual(different);
    expect([...one].sort((a, b) => a - b)).toEqual(sorted);
  });

  it("iterating goes on to the next epoch each time", async () => {
    const folder = await drawFolder({ classes: { a: 9, b: 9 } });
    const flow = await flowFromDirectory(folder, { ...size, workers: 0 });
    const indices = async (batches: typeof flow | ReturnType<typeof flow.epoch>) =>
      (await collect(batches)).map((batch) => [...batch.indices]);
    const [first, second] = [await indices(flow), await indices(flow)];
    expect(first).toEqual(await indices(flow.epoch(0)));
    expect(second).toEqual(await indices(flow.epoch(1)));
  });

  it("limit takes some pictures, the same in every epoch", async () => {
    const folder = await drawFolder({ classes: { a: 9, b: 9 } });
    const flow = await flowFromDirectory(folder, { ...size, workers: 0, limit: 5, seed: 4 });
    expect(flow.n).toBe(5);
    expect(new Set((await collect(flow.epoch(0))).flatMap((batch) => batch.files))).toEqual(
      new Set(flow.files),
    );
  });

  it("reuse lends the loader's memory, the default gives it away", async () => {
    const folder = await drawFolder({ classes: { a: 9, b: 9 } });
    const flow = await flowFromDirectory(folder, { ...size, workers: 0 });
    const lent = await collect(flow.epoch(0, { reuse: true }));
    expect(lent[0].x.data.buffer).toBe(lent[1].x.data.buffer);
    const given = await collect(flow.epoch(0));
    expect(new Set(given.map((batch) => batch.x.data.buffer)).size).toBe(given.length);
  });
});

describe("proportions", () => {
  it("stretch, crop to the middle, or pad with black", async () => {
    const folder = temporaryFolder();
    // Left third red, middle green, right blue.
    const data = Buffer.from(
      Array.from({ length: 30 * 10 }, (_, i) =>
        [0, 1, 2].map((c) => (c === Math.floor((i % 30) / 10) ? 255 : 0)),
      ).flat(),
    );
    const file = put(
      join(folder, "wide.png"),
      await sharp(data, { raw: { width: 30, height: 10, channels: 3 } })
        .png()
        .toBuffer(),
    );
    const pixels = async (aspectRatio: "stretch" | "crop" | "pad", targetSize: [number, number]) => {
      const flow = imagesFromFiles([file], { targetSize, aspectRatio, workers: 0, interpolation: "nearest" });
      return (await collect(flow))[0].x.data;
    };
    const colour = (values: ArrayLike<number>, pixel: number) => [
      values[pixel * 3],
      values[pixel * 3 + 1],
      values[pixel * 3 + 2],
    ];
    const cropped = await pixels("crop", [10, 10]);
    for (const pixel of [0, 9, 99]) expect(colour(cropped, pixel)).toEqual([0, 255, 0]);
    const padded = await pixels("pad", [30, 30]);
    expect(colour(padded, 0)).toEqual([0, 0, 0]);
    expect(colour(padded, 10 * 30)).toEqual([255, 0, 0]);
    expect(colour(padded, 20 * 30 - 1)).toEqual([0, 0, 255]);
    expect(colour(padded, 20 * 30)).toEqual([0, 0, 0]);
    const stretched = await pixels("stretch", [30, 30]);
    expect([colour(stretched, 0), colour(stretched, 15), colour(stretched, 899)]).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ]);
  });
});

describe("Keras' names", () => {
  it("imageDatasetFromDirectory gives what flowFromDirectory gives", async () => {
    const folder = await drawFolder({ classes: { a: 9, b: 6 } });
    const ours = await flowFromDirectory(folder, {
      targetSize: [24, 20],
      batchSize: 4,
      validationSplit: 0.2,
      subset: "training",
      seed: 7,
      classMode: "categorical",
      classes: ["b", "a"],
      aspectRatio: "crop",
      workers: 0,
    });
    const theirs = await imageDatasetFromDirectory(folder, {
      imageSize: [24, 20],
      batchSize: 4,
      validationSplit: 0.2,
      subset: "training",
      seed: 7,
      labelMode: "categorical",
      classNames: ["b", "a"],
      cropToAspectRatio: true,
      workers: 0,
    });
    expect(theirs.classNames).toEqual(["b", "a"]);
    expect(await digest(theirs, 2)).toEqual(await digest(ours, 2));
    const unlabelled = await imageDatasetFromDirectory(folder, {
      imageSize: [8, 8],
      labels: null,
      workers: 0,
    });
    expect((await collect(unlabelled))[0].y).toBeUndefined();
  });
});

describe("a plain function as augmentation", () => {
  const invert: AugmentFunction = ({ image }) => ({
    image: { ...image, data: image.data.map((value) => 255 - value) as Uint8Array },
  });

  it("works in the calling thread, with the key it may draw from", async () => {
    const folder = await drawFolder({ classes: { a: 3, b: 3 } });
    const keys: object[] = [];
    const plain = await flowFromDirectory(folder, { ...size, workers: 0, seed: 5 });
    const flow = await flowFromDirectory(folder, {
      ...size,
      workers: 0,
      seed: 5,
      augment: (sample, key) => {
        keys.push(key);
        return invert(sample, key);
      },
    });
    keys.length = 0; // those of the trial run on a grey picture
    const [before, after] = [await collect(plain.epoch(2)), await collect(flow.epoch(2))];
    expect(after[0].x.data).toEqual(before[0].x.data.map((value) => 255 - value));
    expect(new Set(keys.map((key) => JSON.stringify(key)))).toEqual(
      new Set(
        before
          .flatMap((batch) => [...batch.indices])
          .map((index) => JSON.stringify({ seed: 5, epoch: 2, index })),
      ),
    );
  });

  it("is refused with workers, and when its output does not fit", async () => {
    const folder = await drawFolder({ classes: { a: 3, b: 3 } });
    await expect(flowFromDirectory(folder, { ...size, workers: 1, augment: invert })).rejects.toThrow(
      /augment: a plain function/,
    );
    const halve: AugmentFunction = () => ({
      image: { data: new Uint8Array(12 * 10 * 3), width: 10, height: 12, channels: 3 },
    });
    await expect(flowFromDirectory(folder, { ...size, workers: 0, augment: halve })).rejects.toThrow(
      /expected 24 x 20 pixels \(targetSize\).*got 12 x 10 x 3/,
    );
    const sometimes: AugmentFunction = (sample, key) => (key.index === 4 ? halve(sample, key) : sample);
    const flow = await flowFromDirectory(folder, { ...size, workers: 0, augment: sometimes });
    await expect(collect(flow.epoch(0))).rejects.toMatchObject({
      code: "augmentation-failed",
      message: expect.stringContaining("001.jpg"),
    });
  });
});

describe("showData", () => {
  it("draws a sheet of pictures with class names, and writes it once", async () => {
    const folder = await drawFolder({ classes: { "a & b": 5, c: 5 } });
    const flow = await flowFromDirectory(folder, { ...size, workers: 0 });
    const path = join(temporaryFolder(), "sheet.png");
    const png = await flow.showData({ rows: 2, columns: 4, path });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([4 * 212 + 12, 2 * (240 + 24 + 12) + 12]);
    // The caption below the first picture is drawn in dark letters.
    let dark = 0;
    for (let y = 12 + 240; y < 12 + 240 + 24; y++) {
      for (let x = 12; x < 212; x++) if (data[(y * info.width + x) * info.channels] < 128) dark++;
    }
    expect(dark).toBeGreaterThan(10);
    expect(await sharp(path).metadata()).toMatchObject({ format: "png", width: info.width });
    await expect(flow.showData({ path })).rejects.toMatchObject({ code: "cannot-write" });
    await expect(flow.showData({ rows: 0 })).rejects.toThrow(/rows: expected an integer/);
  });
});

describe("saveImage", () => {
  it("writes by extension, whole, and never over a file unasked", async () => {
    const folder = temporaryFolder();
    const image = {
      data: new Uint8Array(await asSharp(9, 7, 3).raw().toBuffer()),
      width: 9,
      height: 7,
      channels: 3,
    };
    for (const [name, format] of Object.entries({ "a.png": "png", "a.jpg": "jpeg", "a.webp": "webp" })) {
      await saveImage(join(folder, name), image);
      expect((await sharp(join(folder, name)).metadata()).format).toBe(format);
    }
    expect((await loadImage(join(folder, "a.png"))).data).toEqual(image.data);
    const other = { ...image, data: image.data.map((value) => 255 - value) };
    await expect(saveImage(join(folder, "a.png"), other)).rejects.toThrow(
      /a\.png: cannot be written: it exists already/,
    );
    expect((await loadImage(join(folder, "a.png"))).data).toEqual(image.data);
    await saveImage(join(folder, "a.png"), other, { overwrite: true });
    expect((await loadImage(join(folder, "a.png"))).data).toEqual(other.data);
    await expect(saveImage(join(folder, "missing", "a.png"), image)).rejects.toMatchObject({
      code: "cannot-write",
    });
    await expect(saveImage(join(folder, "a.xyz"), image)).rejects.toThrow(
      /a\.xyz: expected a name ending in/,
    );
    const { readdirSync } = await import("node:fs");
    expect(readdirSync(folder).sort()).toEqual(["a.jpg", "a.png", "a.webp"]); // nothing left beside
  });
});
