import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fitImage, loadImage } from "@aumento/data";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { type AugmentGanOptions, augmentGan } from "../src/gan/augment.ts";
import { nearCopyDistance, TrainingHashes } from "../src/gan/near-copies.ts";
import type { TrainGanOptions } from "../src/gan/options.ts";
import { hashDistance, mirrored, perceptualHash } from "../src/gan/perceptual-hash.ts";
import { divideFolder } from "../src/gan/pictures.ts";
import { type SampleGanOptions, sampleGan } from "../src/gan/sample.ts";
import { type Sampled, synthesize } from "../src/gan/synthesize.ts";
import { trainGan } from "../src/gan/train.ts";
import { temporaryFolder } from "./cli-process.ts";
import { drawDiscs } from "./support/gan-pictures.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const tiny = { size: 32, filters: 4, latent: 8, batchSize: 8, every: 4, steps: 4, workers: 0 } as const;
const train = (out: string, options: Partial<TrainGanOptions> = {}) =>
  trainGan({ ...tiny, folder: at("pictures"), out: at(out), ...options });
const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const names = (path: string) => readdirSync(at(path)).sort();

beforeAll(async () => {
  await drawDiscs(at("pictures/red"), 60);
  await drawDiscs(at("pictures/green"), 45, { colour: [60, 220, 60] });
  await train("models/red", { className: "red", steps: 40, every: 40 });
  await train("models/green", { className: "green" });
  await train("both", { conditional: true });
  await train("greedy", { className: "green", validationSplit: 0 });
  await train("nameless");
});

describe("perceptual hash", () => {
  it("hardly moves under what leaves a picture the same to the eye, and tells other pictures apart", async () => {
    const path = at("pictures/red/007.png");
    const picture = await loadImage(path);
    const hash = perceptualHash(picture);
    const distance = async (changed: sharp.Sharp) => {
      writeFileSync(at("changed.png"), await changed.png().toBuffer());
      return hashDistance(hash, perceptualHash(await loadImage(at("changed.png"))));
    };
    expect(hashDistance(hash, hash)).toBe(0);
    expect(await distance(sharp(await sharp(path).jpeg({ quality: 50 }).toBuffer()))).toBeLessThanOrEqual(
      nearCopyDistance,
    );
    expect(await distance(sharp(path).linear(0.8, 10))).toBeLessThanOrEqual(nearCopyDistance);
    expect(await distance(sharp(path).blur(1))).toBeLessThanOrEqual(nearCopyDistance);
    expect(await distance(sharp(path).resize(64, 64))).toBeLessThanOrEqual(nearCopyDistance);
    const mirror = perceptualHash(mirrored(picture));
    expect(hashDistance(hash, mirror)).toBeGreaterThan(nearCopyDistance);
    const other = perceptualHash(await loadImage(at("pictures/red/011.png")));
    expect(hashDistance(hash, other)).toBeGreaterThan(nearCopyDistance);
    // Half of the bits are set, whatever the picture.
    const bits = (word: number) => word.toString(2).replaceAll("0", "").length;
    expect(bits(hash[0]) + bits(hash[1])).toBe(32);
  });

  it("counts differing bits", () => {
    expect(hashDistance([0, 0], [0xffffffff, 0xffffffff])).toBe(64);
    expect(hashDistance([0b1011, 0], [0b0001, 0x80000000])).toBe(3);
  });
});

describe("near copies", () => {
  const shape = [32, 32, 3] as const;

  /** A generator that has learned the first pictures by heart and draws noise every `own`th time. */
  async function parrot(own: number) {
    const pictures = await Promise.all(
      names("pictures/red")
        .slice(0, 20)
        .map(async (name) =>
          fitImage(await loadImage(at("pictures/red", name)), {
            height: 32,
            width: 32,
            aspectRatio: "crop",
            interpolation: "area",
          }),
        ),
    );
    const hashes = new TrainingHashes();
    for (const [place, picture] of pictures.entries()) hashes.add(`red/${place}`, picture);
    const generator = {
      async sample({ count = 1, first = 0 }: { count?: number; first?: number } = {}) {
        const data = new Uint8Array(count * 32 * 32 * 3);
        for (let place = 0; place < count; place++) {
          const index = first + place;
          const known = pictures[index % pictures.length];
          const learned = index % 2 ? mirrored(known) : known;
          for (let i = 0; i < 32 * 32 * 3; i++) {
            data[place * 32 * 32 * 3 + i] =
              index % own === own - 1
                ? Math.imul(i + 1, 2654435761 + index * 97) >>> 24
                : Math.min(255, learned.data[i] + 6);
          }
        }
        return { pictures: { data, shape: [count, ...shape] } };
      },
    };
    return { generator, hashes };
  }

  it("are refused, mirrored ones too, and the rest is taken", async () => {
    const { generator, hashes } = await parrot(4);
    const found: Sampled[] = [];
    for await (const sample of synthesize(generator, { count: 5, seed: 1, className: null, hashes }))
      found.push(sample);
    expect(found.filter(({ nearCopy }) => !nearCopy).map(({ index }) => index)).toEqual([3, 7, 11, 15, 19]);
    const refused = found.filter(({ nearCopy }) => nearCopy);
    expect(refused).toHaveLength(15);
    expect(refused[1].nearCopy).toMatchObject({ file: "red/1" });
  });

  it("alone end in an error that says so", async () => {
    const { generator, hashes } = await parrot(50);
    const run = async () => {
      for await (const _ of synthesize(generator, { count: 50, seed: 1, className: null, hashes }));
    };
    await expect(run()).rejects.toThrow(
      /^19\d of the first 200 samples are near copies of training pictures/,
    );
  });
});

describe("gan sample", () => {
  const sample = (options: Partial<SampleGanOptions>) =>
    sampleGan({ model: at("models/red"), form: "pictures", out: at("samples"), ...options });

  it("draws the same pictures for the same seed, one file each", async () => {
    await sample({ count: 12, seed: 3, out: at("first") });
    await sample({ count: 12, seed: 3, out: at("second"), model: at("models/red/generator.onnx") });
    await sample({ count: 1, seed: 4, out: at("third") });
    expect(names("first")).toHaveLength(12);
    expect(names("first")[0]).toBe("sample-3-00.png");
    for (const name of names("first")) expect(sha256(at("first", name))).toBe(sha256(at("second", name)));
    expect(sha256(at("third/sample-4-0.png"))).not.toBe(sha256(at("first/sample-3-00.png")));
    expect(await sharp(at("first/sample-3-00.png")).metadata()).toMatchObject({
      width: 32,
      height: 32,
      channels: 3,
    });
  });

  it("draws a grid, and a strip whose ends are the pictures of its seeds", async () => {
    await sample({ form: "grid", count: 9, out: at("grid.png") });
    expect(await sharp(at("grid.png")).metadata()).toMatchObject({ width: 3 * 34 - 2, height: 3 * 34 - 2 });
    await sample({ form: "strip", between: [3, 4], count: 5, out: at("strip.png") });
    expect(await sharp(at("strip.png")).metadata()).toMatchObject({ width: 5 * 34 - 2, height: 32 });
    const end = async (left: number, path: string) => {
      const strip = await sharp(at("strip.png"))
        .extract({ left, top: 0, width: 32, height: 32 })
        .raw()
        .toBuffer();
      const alone = await sharp(at(path)).raw().toBuffer();
      // The graph of a batch of another size may round its sums otherwise.
      expect(Math.max(...strip.map((value, i) => Math.abs(value - alone[i])))).toBeLessThanOrEqual(1);
    };
    await end(0, "first/sample-3-00.png");
    await end(4 * 34, "third/sample-4-0.png");
  });

  it("asks a generator of several classes for one, or lets them take turns", async () => {
    await sample({ model: at("both"), className: "red", count: 2, out: at("reds") });
    await sample({ model: at("both"), count: 4, out: at("turns") });
    expect(names("reds")).toEqual(["red-0-0.png", "red-0-1.png"]);
    expect(names("turns")).toEqual(["green-0-0.png", "green-0-2.png", "red-0-1.png", "red-0-3.png"]);
  });

  it.each([
    ["a class beyond those trained", { model: at("both"), className: "blue" }, "was trained on green, red"],
    ["a class of a generator without", { className: "red" }, "was trained without classes"],
    ["a folder of generators without a class", { model: at("models") }, "say which with --class"],
    ["a class that has no generator", { model: at("models"), className: "rde" }, "did you mean red?"],
    ["no generator", { model: at("pictures") }, "holds no generator.onnx"],
    ["nothing at all", { model: at("nowhere") }, "there is no file or folder"],
    ["no ONNX file", { model: at("pictures/red/000.png") }, "000.png"],
    ["a grid that is no PNG", { form: "grid" as const, out: at("grid.jpg") }, "must end in .png"],
  ])("refuses %s", async (_, options, message) => {
    await expect(sample({ out: at("refused"), ...options })).rejects.toThrow(message);
    expect(existsSync(at("refused"))).toBe(false);
  });

  it("leaves nothing when it is interrupted", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(sample({ out: at("stopped"), signal })).rejects.toThrow("interrupted");
    expect(existsSync(at("stopped/sample-0-00.png"))).toBe(false);
  });

  it("leaves what is there", async () => {
    await expect(sample({ out: at("first") })).rejects.toThrow("is not empty");
    await expect(sample({ form: "grid", out: at("grid.png") })).rejects.toThrow("exists already");
    await sample({ form: "grid", out: at("grid.png"), count: 4, overwrite: true });
    expect(await sharp(at("grid.png")).metadata()).toMatchObject({ width: 66 });
  });
});

describe("gan augment", () => {
  const augment = (out: string, options: Partial<AugmentGanOptions> = {}) =>
    augmentGan({ folder: at("pictures"), model: at("models"), out: at(out), ...options });
  const manifest = (out: string) =>
    readFileSync(at(out, "manifest.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

  it("fills the smaller class from the training part only, and marks what is generated", async () => {
    const { classes, heldBack, unknown } = await augment("filled");
    const split = { validationSplit: 0.2, seed: 123 };
    const divided = await divideFolder(at("pictures"), split, () => {});
    expect([heldBack, unknown]).toEqual([21, []]);
    const [green, red] = classes;
    expect(red).toMatchObject({ className: "red", generated: 0 });
    expect(green.originals + green.generated).toBe(red.originals);
    expect(names("filled")).toEqual(["manifest.jsonl", "train", "validation"]);
    const synthetic = names("filled/train/green").filter((name) => name.startsWith("synthetic-0-"));
    expect(synthetic).toHaveLength(green.generated);
    // What validates is what validated before, byte for byte, and nothing else.
    const validation = divided.validation.files.map((file) => divided.relativePath(file)).sort();
    const copied = ["green", "red"].flatMap((name) =>
      names(`filled/validation/${name}`).map((file) => `${name}/${file}`),
    );
    expect(copied).toEqual(validation);
    for (const file of copied)
      expect(sha256(at("filled/validation", file))).toBe(sha256(at("pictures", file)));
    const [header, ...lines] = manifest("filled");
    expect(header).toMatchObject({ aumento: "gan augment", version: 1, source: "../pictures" });
    expect(lines).toHaveLength(105 + green.generated);
    for (const line of lines) {
      expect(sha256(at("filled", line.file))).toBe(line.sha256);
      expect(line.synthetic === true).toBe(line.file.includes("/synthetic-"));
    }
    expect(lines.find((line) => line.synthetic)).toMatchObject({
      class: "green",
      generator: sha256(at("models/green/generator.onnx")),
      seed: 0,
    });
  });

  it("makes the same files again, by a conditional generator too", async () => {
    await augment("again");
    expect(manifest("again").slice(1)).toEqual(manifest("filled").slice(1));
    const { classes } = await augment("counted", { model: at("both"), count: 3 });
    expect(classes.map(({ generated }) => generated)).toEqual([3, 3]);
    expect(names("counted/train/red").filter((name) => name.startsWith("synthetic"))).toHaveLength(3);
  });

  it("takes a folder that is divided already as it is", async () => {
    cpSync(at("filled/validation"), at("divided/validation"), { recursive: true });
    const { training, relativePath } = await divideFolder(
      at("pictures"),
      { validationSplit: 0.2, seed: 123 },
      () => {},
    );
    for (const file of training.files) cpSync(file, at("divided/train", relativePath(file)));
    await train("divided-gan", { folder: at("divided"), className: "green" });
    const { heldBack } = await augment("refilled", {
      folder: at("divided"),
      model: at("divided-gan"),
      validationSplit: 0.5,
    });
    expect(heldBack).toBe(21);
    expect(names("refilled/validation/green")).toEqual(names("divided/validation/green"));
  });

  it.each([
    [
      "a generator that saw the validation pictures",
      { model: at("greedy") },
      "the validation pictures among them",
    ],
    ["another split", { seed: 7 }, "was trained on another split"],
    ["another share", { validationSplit: 0.4 }, "was trained on another split"],
    ["a generator of no class", { model: at("nameless") }, "so what it draws belongs to none"],
    ["OUT inside DIR", { out: at("pictures/out") }, "lies inside"],
    ["OUT that holds something", { out: at("filled") }, "is not empty"],
    ["a folder without classes", { folder: at("pictures/red") }, "has no class folders"],
    ["a folder that is not there", { folder: at("nowhere") }, "folder not found"],
    ["no class to fill", { model: at("models/red") }, "no generator in"],
  ])("refuses %s and writes nothing", async (_, options, message) => {
    await expect(augment("refused", options)).rejects.toThrow(message);
    expect(existsSync(at("refused"))).toBe(false);
    expect(existsSync(at("pictures/out"))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("refuses a folder that changed since, and a name that is taken", async () => {
    mkdirSync(at("changed"));
    cpSync(at("pictures"), at("changed"), { recursive: true });
    await drawDiscs(at("changed/blue"), 1);
    await expect(augment("refused", { folder: at("changed") })).rejects.toThrow(
      "learned from other pictures",
    );
    rmSync(at("changed"), { recursive: true });
  });

  it("leaves nothing when it is interrupted", async () => {
    const controller = new AbortController();
    const run = augment("interrupted", {
      signal: controller.signal,
      onProgress: (phase, done) => phase === "generating" && done === 2 && controller.abort(),
    });
    await expect(run).rejects.toThrow("interrupted");
    expect(readdirSync(folder).filter((name) => name.includes("interrupted"))).toEqual([]);
  });
});
