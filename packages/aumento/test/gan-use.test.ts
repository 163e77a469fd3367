import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fitImage, loadImage } from "@aumento/data";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { Assembly } from "../src/gan/assembly.ts";
import { type AugmentGanOptions, augmentGan } from "../src/gan/augment.ts";
import { writeFillings } from "../src/gan/fill.ts";
import { nearCopyDistance, TrainingHashes } from "../src/gan/near-copies.ts";
import { hashDistance, mirrored, perceptualHash } from "../src/gan/perceptual-hash.ts";
import { divideFolder } from "../src/gan/pictures.ts";
import { sampleGan } from "../src/gan/sample.ts";
import { type Sampled, synthesize } from "../src/gan/synthesize.ts";
import { drawDiscs } from "./support/gan-pictures.ts";
import { ganWorkplace } from "./support/gan-workplace.ts";
import { hashOf } from "./workplace.ts";

const { folder, at, train, names } = ganWorkplace();

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

  it("are found among the pictures of other classes", async () => {
    const divided = await divideFolder(at("pictures"), { validationSplit: 0.2, seed: 123 }, () => {});
    const file = at("models/red/generator.onnx");
    // A green training picture that the generator of red ones draws first.
    await sampleGan({ model: file, form: "pictures", count: 1, out: at("learned") });
    const { files, labels } = divided.training;
    const training = {
      files: [...files, at("learned/sample-0-000000.png")],
      labels: [...labels, divided.classNames.indexOf("green")],
    };
    const assembly = new Assembly(at("compared"));
    try {
      const filling = { label: 1, className: "red", wanted: 2, file, asked: null };
      const options = { folder: "", seed: 0, warn: () => {} };
      const refused = await writeFillings(assembly, { ...divided, training }, [filling], options);
      expect(refused.get("red")).toBeGreaterThan(0);
      await assembly.finish({});
    } finally {
      await assembly.close();
    }
    expect(names("compared/red")).toHaveLength(2);
    expect(names("compared/red")).not.toContain("synthetic-0-000000.png");
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
      expect(hashOf(at("filled/validation", file))).toBe(hashOf(at("pictures", file)));
    const [header, ...lines] = manifest("filled");
    expect(header).toMatchObject({ aumento: "gan augment", version: 1, source: "../pictures" });
    expect(lines).toHaveLength(105 + green.generated);
    for (const line of lines) {
      expect(hashOf(at("filled", line.file))).toBe(line.sha256);
      expect(line.synthetic === true).toBe(line.file.includes("/synthetic-"));
    }
    expect(lines.find((line) => line.synthetic)).toMatchObject({
      class: "green",
      generator: hashOf(at("models/green/generator.onnx")),
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
