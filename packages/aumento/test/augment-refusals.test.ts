import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { A, type AugmentFolderRun, augmentFolder, redoFile, writeSample } from "aumento";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { makeFolder } from "../src/files.ts";
import { sayIfSlow } from "../src/progress.ts";
import { takeRunFolder } from "../src/run-folder.ts";
import { runCli, temporaryFolder } from "./cli-process.ts";
import { gradient, hashesIn, hashOf } from "./workplace.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const flipped = A.compose([A.horizontalFlip({ p: 1 })]);

beforeAll(async () => {
  for (const name of ["pictures/a", "masks/a"]) mkdirSync(at(name), { recursive: true });
  for (const name of ["x", "y"]) {
    await gradient(20, 16)
      .jpeg()
      .toFile(at(`pictures/a/${name}.jpg`));
    await gradient(20, 16)
      .greyscale()
      .png()
      .toFile(at(`masks/a/${name}.png`));
  }
});

const run = (options: object, out = at("never")) => {
  const whole = { folder: at("pictures"), out, pipeline: flipped, times: 1, workers: 1, ...options };
  return augmentFolder(whole as AugmentFolderRun); // what it is given is for it to find out
};

describe("an empty path", () => {
  it.for([
    [["augment", "pictures", "", "-p", "flip", "--times", "1"], "OUT is empty"],
    [["augment", "", "out", "-p", "flip", "--times", "1"], "SRC is empty"],
    [["augment", "pictures", "out", "-p", "flip", "--times", "1", "--masks", ""], "option --masks is empty"],
    [["augment", "--redo", "out/a.jpg", "--to="], "option --to is empty"],
    [["apply", "pictures", "", "-p", "flip"], "OUT is empty"],
    [["preview", "pictures", "-p", "flip", "--out", ""], "option --out is empty"],
    [["sample", "flowers", ""], "DIR is empty"],
    [["compare", "pictures", "--out", ""], "option --out is empty"],
    [["train", "pictures", "-o", ""], "option -o is empty"],
    [["gan", "train", "pictures", "--out", ""], "option --out is empty"],
    [["predict", "model.onnx", "a.jpg", ""], "FILES is empty"],
  ] as const)("is refused by the command line: %o", async ([args, message]) => {
    const before = readdirSync(folder);
    const { code, stderr } = await runCli(args, { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it("is refused by name", async () => {
    for (const name of ["folder", "out", "masks", "annotations"])
      await expect(run({ [name]: "" })).rejects.toThrow(`${name}: expected a path, got ""`);
    for (const name of ["name", "out", "folder", "to"])
      await expect(redoFile({ name: at("x.jpg"), [name]: "" })).rejects.toThrow(
        `${name}: expected a path, got ""`,
      );
    await expect(writeSample({ name: "flowers", folder: "" })).rejects.toThrow("expected a path");
    const kind = { name: "run", none: "run", differences: () => [], remove: () => Promise.resolve() };
    const describe = () => ({ found: "a run", resuming: "goes on" });
    const choice = { resume: false, overwrite: true };
    await expect(takeRunFolder("", null, { ...kind, describe }, choice)).rejects.toThrow(
      "out: expected a path",
    );
  });
});

describe("options that are none", () => {
  it.for<[object, string]>([
    [{ size: 224 }, "size: expected [height, width], such as [224, 224], got 224"],
    [{ size: [10] }, "size: expected [height, width], such as [224, 224], got [10]"],
    [{ size: [1, 2, 3] }, "size: expected [height, width], such as [224, 224], got [1,2,3]"],
    [{ size: ["8", 8] }, 'size: expected a whole number from 1 to 32768, got "8"'],
    [{ pipeline: undefined }, "pipeline: expected a pipeline, a preset's name, or a file, got undefined"],
    [{ pipeline: flipped.toDict() }, "A.fromDict makes one of its definition"],
    [{ folder: undefined }, "folder: expected a path, got undefined"],
    [{ out: undefined }, "out: expected a path, got undefined"],
    [{ masks: null }, "masks: expected a path, got null"],
    [{ validationSplit: "0.5" }, 'expected a number between 0 and 1 (both excluded), got "0.5"'],
    [{ balance: "yes", times: undefined }, 'balance: expected true or false, got "yes"'],
    [{ includeOriginal: 1 }, "includeOriginal: expected true or false, got 1"],
    [{ dryRun: "no" }, 'dryRun: expected true or false, got "no"'],
    [{ workers: "2" }, 'workers: expected a whole number from 1 to 1024, got "2"'],
  ])("%o are named with what was expected", async ([options, message]) => {
    await expect(run(options)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining(message),
    });
    expect(existsSync(at("never"))).toBe(false);
  });
});

describe("what cannot be written", () => {
  it("for its name's length is refused before the start, by the picture", async () => {
    const long = "ä".repeat(123);
    mkdirSync(at("long/a"), { recursive: true });
    for (const name of [`${long}.jpg`, "short.jpg"]) await gradient(8, 8).jpeg().toFile(at("long/a", name));
    const { estimate } = await run({ folder: at("long"), dryRun: true });
    expect(estimate.files).toBe(2);
    await expect(run({ folder: at("long"), times: 10 })).rejects.toThrow(
      `a/${long}.jpg would give a file a name of 256 bytes, more than the 255 that it may have; give shorter names`,
    );
    expect(existsSync(at("never"))).toBe(false);
  });

  it("for its number is refused, and very many files are reckoned without listing them", async () => {
    await expect(run({ times: 1_000_000 })).rejects.toThrow(
      "times: expected a whole number from 1 to 100000",
    );
    mkdirSync(at("many/a"), { recursive: true });
    for (let i = 0; i < 300; i++)
      await gradient(8, 8)
        .jpeg()
        .toFile(at(`many/a/${i}.jpg`));
    let files = 0;
    const onEstimate = (estimate: { files: number }) => {
      files = estimate.files;
    };
    const start = performance.now();
    await run({ folder: at("many"), times: 100_000, dryRun: true, onEstimate }).catch((error: Error) => {
      // Where this machine cannot hold them.
      expect(error.message).toMatch(/30000000 files.* do not fit/);
      files = 30_000_000;
    });
    expect(files).toBe(30_000_000);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("because two results fall on one name is refused, by both pictures", async () => {
    mkdirSync(at("named/a"), { recursive: true });
    for (const name of ["x.jpg", "x-aug2.jpg"]) await gradient(8, 8).jpeg().toFile(at("named/a", name));
    const options = { folder: at("named"), includeOriginal: true };
    await expect(run({ ...options, times: 2 })).rejects.toThrow(
      "a/x.jpg and a/x-aug2.jpg would both be written to a/x-aug2.jpg",
    );
    expect(await run({ ...options, times: 1 }, at("both-named"))).toMatchObject({ written: 4 });
  });

  it("because OUT is a link to nothing is refused as such", async () => {
    symlinkSync("nowhere", at("link"));
    for (const out of [at("link"), at("link/inner")])
      await expect(run({}, out)).rejects.toThrow(
        `cannot write ${out}: ${at("link")} is a link to what is not there`,
      );
    await expect(makeFolder(at("link/inner"))).rejects.toThrow("is a link to what is not there");
    expect(readdirSync(folder)).not.toContain("nowhere");
    rmSync(at("link"));
  });
});

describe("a manifest", () => {
  it.for(["null", "7", "{}"])("with a line %s is damaged, and said to be", async (line) => {
    await run({}, at("damaged"));
    const manifest = at("damaged/manifest.jsonl");
    const whole = readFileSync(manifest, "utf8");
    writeFileSync(manifest, `${whole}${line}\n`);
    const message = `${manifest} is damaged: line 4 tells of no file`;
    await expect(run({}, at("damaged"))).rejects.toThrow(message);
    await expect(redoFile({ name: at("damaged/a/x-aug1.jpg") })).rejects.toThrow(message);
    writeFileSync(manifest, whole);
  });
});

describe("the trial before the start", () => {
  it("ends after a time, and with the pictures in work where it is interrupted", async () => {
    mkdirSync(at("large/a"), { recursive: true });
    await sharp({ create: { width: 5000, height: 4000, channels: 3, background: "red" } })
      .jpeg()
      .toFile(at("large/a/0.jpg"));
    for (let i = 1; i < 16; i++) copyFileSync(at("large/a/0.jpg"), at(`large/a/${i}.jpg`));
    const options = { folder: at("large"), times: 20, workers: 2, dryRun: true };
    const { estimate } = await run(options);
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(estimate.bytes).toBeGreaterThan(0);
    const stop = new AbortController();
    const start = performance.now();
    setTimeout(() => stop.abort(), 300);
    await expect(run({ ...options, signal: stop.signal })).rejects.toThrow(
      "interrupted before anything was written",
    );
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it("is told on a terminal where it takes longer than a moment", async () => {
    const written: string[] = [];
    const stream = { isTTY: true, write: (text: string) => written.push(text) };
    const passed = () => new Promise((resolve) => setTimeout(resolve, 30));
    const end = sayIfSlow("trying", stream, 1);
    await passed();
    end();
    end();
    expect(written).toEqual(["trying", "\r\x1b[K"]);
    sayIfSlow("trying", stream, 1)();
    sayIfSlow("trying", { ...stream, isTTY: false }, 1);
    await passed();
    expect(written).toHaveLength(2);
  });
});

describe("redo to another file", () => {
  beforeAll(() => run({ masks: at("masks") }, at("made")));

  it("overwrites none", async () => {
    const name = at("made/images/a/x-aug1.jpg");
    const before = hashesIn(folder);
    for (const to of [at("pictures/a/x.jpg"), name, at("pictures")])
      await expect(redoFile({ name, to })).rejects.toThrow(`${to} exists; give another file`);
    expect(hashesIn(folder)).toEqual(before);
  });

  it("refuses a name that promises another format, and writes the mask where that is named", async () => {
    const name = at("made/images/a/x-aug1.jpg");
    for (const to of [at("again.png"), at("again.bmp")])
      await expect(redoFile({ name, to })).rejects.toThrow(
        "promises another format than images/a/x-aug1.jpg has; give a name that ends in .jpg",
      );
    await redoFile({ name, to: at("again.jpeg") });
    expect(hashOf(at("again.jpeg"))).toBe(hashOf(name));
    const mask = at("made/masks/a/x-aug1.png");
    await redoFile({ name: mask, to: at("mask.png") });
    expect(hashOf(at("mask.png"))).toBe(hashOf(mask));
    for (const made of ["again.jpeg", "mask.png"]) rmSync(at(made));
    expect(readdirSync(folder).filter((each) => each.startsWith("again"))).toEqual([]);
  });
});
