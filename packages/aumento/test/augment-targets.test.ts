import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { A, type AugmentFolderRun, augmentFolder, redoFile } from "aumento";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "./cli-process.ts";
import { gradient, hashesIn, hashOf, rgb } from "./workplace.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const flipped = A.compose([A.horizontalFlip({ p: 1 })]);

/** Class numbers in vertical stripes. */
function mask(width: number, height: number) {
  const data = Buffer.from(Array.from({ length: width * height }, (_, i) => Math.floor((i % width) / 3)));
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png();
}

beforeAll(async () => {
  for (const name of ["images/a", "images/b", "masks/a", "masks/b"]) mkdirSync(at(name), { recursive: true });
  for (const [name, width] of [
    ["a/x", 30],
    ["a/y", 20],
    ["b/z", 24],
    ["b/w", 18],
  ] as const) {
    await gradient(width, 16)
      .png()
      .toFile(at(`images/${name}.png`));
    await mask(width, 16).toFile(at(`masks/${name}.png`));
  }
});

const run = (out: string, options: Partial<AugmentFolderRun> = {}) =>
  augmentFolder({ folder: at("images"), out: at(out), pipeline: flipped, times: 1, workers: 2, ...options });

describe("masks in a parallel folder", () => {
  it("go through the same draw, to a folder beside the pictures'", async () => {
    const pipeline = A.compose([A.horizontalFlip({ p: 0.5 }), A.verticalFlip({ p: 0.5 })]);
    await run("both", { masks: at("masks"), pipeline, times: 3 });
    expect(readdirSync(at("both")).sort()).toEqual(["images", "manifest.jsonl", "masks"]);
    const lines = readFileSync(at("both/manifest.jsonl"), "utf8").trimEnd().split("\n").slice(1);
    const outcomes = new Set<string>();
    for (const line of lines.map((text) => JSON.parse(text))) {
      const ops = line.plan.steps.map((step: { skipped?: boolean }) => !step.skipped);
      const expected = (path: string) => {
        const picture = sharp(at(path));
        if (ops[0]) picture.flop();
        if (ops[1]) picture.flip();
        return picture.raw().toBuffer();
      };
      outcomes.add(String(ops));
      const stem = line.file.replace(/^images\/(.*)-aug\d\.png$/, "$1");
      expect((await rgb(at("both", line.file))).data.equals(await expected(`images/${stem}.png`))).toBe(true);
      const made = await sharp(at("both", line.mask.file)).toColourspace("b-w").raw().toBuffer();
      const source = await sharp(at(`masks/${stem}.png`)).toColourspace("b-w");
      if (ops[0]) source.flop();
      if (ops[1]) source.flip();
      expect(made.equals(await source.raw().toBuffer())).toBe(true);
      expect(line.mask).toMatchObject({
        file: line.file.replace("images", "masks"),
        source: `../masks/${stem}.png`,
        sourceSha256: hashOf(at(`masks/${stem}.png`)),
        sha256: hashOf(at("both", line.mask.file)),
      });
    }
    expect(outcomes.size).toBeGreaterThan(2);
  });

  it("are made again with their picture", async () => {
    const before = hashesIn(at("both"));
    rmSync(at("both/images/a/x-aug2.png"));
    rmSync(at("both/masks/a/x-aug2.png"));
    const { files } = await redoFile({ name: at("both/masks/a/x-aug2.png") });
    expect(files).toEqual([at("both/images/a/x-aug2.png"), at("both/masks/a/x-aug2.png")]);
    expect(hashesIn(at("both"))).toEqual(before);
  });

  it("are copied beside validation pictures", async () => {
    await run("divided", { masks: at("masks"), validationSplit: 0.5 });
    const pictures = readdirSync(at("divided/images/validation"), { recursive: true }).map(String);
    for (const name of pictures.filter((file) => file.endsWith(".png"))) {
      expect(hashOf(at("divided/masks/validation", name))).toBe(hashOf(at("masks", name)));
    }
    expect(readdirSync(at("divided/masks")).sort()).toEqual(["train", "validation"]);
  });

  it("that are missing or of another size are told", async () => {
    rmSync(at("masks/b/w.png"));
    await expect(run("never", { masks: at("masks") })).rejects.toThrow(
      /masks: .*masks holds none for b\/w\.png \(expected b\/w\.png, say\)/,
    );
    await mask(7, 16).toFile(at("masks/b/w.png"));
    const told: string[] = [];
    const { leftOut } = await run("odd", { masks: at("masks"), onLeftOut: (text) => told.push(text) });
    expect([leftOut, ...told]).toEqual([
      1,
      expect.stringMatching(/masks\/b\/w\.png is 7 x 16, its picture b\/w\.png 18 x 16/),
    ]);
    await mask(18, 16).toFile(at("masks/b/w.png"));
    expect(await run("odd", { masks: at("masks") })).toMatchObject({ written: 1, kept: 3 });
  });
});

describe("annotations", () => {
  const notes = [
    { file: "a/x.png", bboxes: [[1, 2, 10, 8]], labels: ["left"], keypoints: [[3, 4]], extra: { camera: 7 } },
    { file: "b/z.png", bboxes: [], mask: "masks/b/z.png" },
  ];

  it("go through the same draw and are written in their form", async () => {
    writeFileSync(at("notes.jsonl"), notes.map((note) => `${JSON.stringify(note)}\n`).join(""));
    const { annotations } = await run("noted", { annotations: at("notes.jsonl"), includeOriginal: true });
    expect(annotations).toBe(at("noted/notes.jsonl"));
    const written = readFileSync(at("noted/notes.jsonl"), "utf8").trimEnd().split("\n");
    expect(written.map((line) => JSON.parse(line))).toEqual([
      notes[0],
      {
        ...notes[0],
        file: "a/x-aug1.png",
        bboxes: [[20, 2, 29, 8].map((value) => expect.closeTo(value, 3))],
        keypoints: [[26, 4].map((value) => expect.closeTo(value, 3))],
      },
      { ...notes[1], mask: "masks/b/z.png" },
      { file: "b/z-aug1.png", bboxes: [], mask: "masks/b/z-aug1.png" },
    ]);
    expect(readdirSync(at("noted/images/b")).sort()).toEqual(["w-aug1.png", "w.png", "z-aug1.png", "z.png"]);
  });

  it("that are wrong are told of pictures that are only copied", async () => {
    const all = ["a/x", "a/y", "b/z", "b/w"].map((name) => ({
      file: `${name}.png`,
      bboxes: [[0, 0, 99, 9]],
    }));
    writeFileSync(at("outside.jsonl"), all.map((note) => `${JSON.stringify(note)}\n`).join(""));
    const notices: string[] = [];
    const leftOut: string[] = [];
    const { estimate } = await run("outside", {
      annotations: at("outside.jsonl"),
      validationSplit: 0.25,
      onNotice: (text) => notices.push(text),
      onLeftOut: (text) => leftOut.push(text),
    });
    expect([estimate.validation, leftOut.length]).toEqual([1, 3]);
    const [file] = readdirSync(at("outside/validation"), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith(".png"));
    expect(notices.filter((text) => text.includes("annotation"))).toEqual([
      expect.stringMatching(
        `^${file} is copied for validation as it is, but its annotation is wrong: .*bboxes\\[0\\]: expected x_max`,
      ),
    ]);
    expect(readFileSync(at("outside/outside.jsonl"), "utf8")).toContain('"bboxes":[[0,0,99,9]]');
  });

  it("are the same after a second look, and refused when they changed", async () => {
    const before = hashesIn(at("noted"));
    const again = { annotations: at("notes.jsonl"), includeOriginal: true };
    expect(await run("noted", again)).toMatchObject({ written: 0, kept: 8 });
    expect(hashesIn(at("noted"))).toEqual(before);
    writeFileSync(at("notes.jsonl"), `${JSON.stringify(notes[0])}\n`);
    await expect(run("noted", again)).rejects.toThrow(
      "other settings (annotations that were changed or moved)",
    );
    await expect(run("never", { ...again, masks: at("masks") })).resolves.toBeDefined();
    writeFileSync(at("notes.jsonl"), notes.map((note) => `${JSON.stringify(note)}\n`).join(""));
    await expect(run("neither", { ...again, masks: at("masks") })).rejects.toThrow(
      "names masks, and masks are given too; give one",
    );
  });
});
