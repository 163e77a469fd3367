import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { A, type AugmentFolderRun, augmentFolder, redoFile, writeSample } from "aumento";
import { beforeAll, describe, expect, it } from "vitest";
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
      code: "invalid_input",
      message: expect.stringContaining(message),
    });
    expect(existsSync(at("never"))).toBe(false);
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
