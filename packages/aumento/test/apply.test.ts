import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { pictureExtensions } from "@aumento/data";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { extensionOf, pictureFormats } from "../src/pictures.ts";
import { flip, gradient, hashesIn, hashOf, rgb, workplace } from "./workplace.ts";

const { at, cli } = workplace();

/** A 24-bit Windows bitmap, rows from the bottom up (width a multiple of 4: no row needs filling). */
function bitmap(rgbRows: Buffer, width: number, height: number): Buffer {
  const bytes = Buffer.alloc(54 + width * height * 3);
  bytes.write("BM", "latin1");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    const row = Buffer.from(rgbRows.subarray(y * width * 3, (y + 1) * width * 3));
    for (let x = 0; x < row.length; x += 3) [row[x], row[x + 2]] = [row[x + 2], row[x]];
    row.copy(bytes, 54 + (height - 1 - y) * width * 3);
  }
  return bytes;
}

describe("apply", () => {
  it("keeps structure and formats, and flips exactly", async () => {
    const { code, stdout } = await cli("apply", "pictures", "flipped", "-p", "flip.json");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^4 of 4 results written to flipped in /);
    expect(hashesIn(at("flipped")).map((line) => line.split(" ")[0])).toEqual([
      "a.png",
      "inner/b.jpg",
      "inner/clear.png",
      "inner/grey.png",
    ]);
    for (const name of ["a.png", "inner/clear.png", "inner/grey.png"]) {
      const expected = await sharp(at("pictures", name)).flop().raw().toBuffer({ resolveWithObject: true });
      const made = await rgb(at("flipped", name));
      expect(made.channels, name).toBe(expected.info.channels);
      expect(made.data.equals(expected.data), name).toBe(true);
    }
    expect((await sharp(at("flipped/inner/b.jpg")).metadata()).format).toBe("jpeg");
  });

  it("gives the same bytes for the same seed, others for another, and variants that differ", async () => {
    const run = (out: string, seed: string) =>
      cli("apply", "pictures", out, "-p", "strong", "--seed", seed, "--variants", "2", "--format", "png");
    for (const [out, seed] of [
      ["v1", "5"],
      ["v2", "5"],
      ["v3", "6"],
    ])
      expect((await run(out, seed)).code).toBe(0);
    expect(hashesIn(at("v2"))).toEqual(hashesIn(at("v1")));
    expect(hashesIn(at("v3"))).not.toEqual(hashesIn(at("v1")));
    expect(readdirSync(at("v1/inner")).sort()).toEqual(
      ["b", "clear", "grey"].flatMap((name) => [`${name}-1.png`, `${name}-2.png`]),
    );
    expect(hashOf(at("v1/a-1.png"))).not.toBe(hashOf(at("v1/a-2.png")));
  });

  it("overwrites nothing unasked, and never a source", async () => {
    await cli("apply", "pictures/a.png", "kept", "-p", "none");
    writeFileSync(at("kept/a.png"), "mine");
    const refused = await cli("apply", "pictures/a.png", "kept", "-p", "flip.json");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/a\.png exists already; --overwrite replaces it/);
    expect(readFileSync(at("kept/a.png"), "utf8")).toBe("mine");
    expect((await cli("apply", "pictures/a.png", "kept", "-p", "flip.json", "--overwrite")).code).toBe(0);
    expect(hashOf(at("kept/a.png"))).toBe(hashOf(at("flipped/a.png")));
    const before = hashesIn(at("pictures"));
    const onSource = await cli("apply", "pictures", "pictures", "-p", "flip.json", "--overwrite");
    expect(onSource.code).toBe(1);
    expect(onSource.stderr).toContain("is a source; results must go to another folder");
    expect(hashesIn(at("pictures"))).toEqual(before);
  });

  it("writes one picture to a file of another format", async () => {
    expect(
      (await cli("apply", "pictures/a.png", "one/result.webp", "-p", "none", "--quality", "90")).code,
    ).toBe(0);
    expect((await sharp(at("one/result.webp")).metadata()).format).toBe("webp");
  });

  it("takes every picture that training takes; bitmaps become PNG", async () => {
    mkdirSync(at("mixed"));
    const { data } = await gradient(4, 3).raw().toBuffer({ resolveWithObject: true });
    writeFileSync(at("mixed/a.bmp"), bitmap(data, 4, 3));
    await gradient(8, 8).jpeg().toFile(at("mixed/b.jfif"));
    const { code, stderr } = await cli("apply", "mixed", "unmixed", "-p", "none");
    expect([code, stderr]).toEqual([0, ""]);
    expect(readdirSync(at("unmixed")).sort()).toEqual(["a.png", "b.jfif"]);
    expect((await rgb(at("unmixed/a.png"))).data.equals(data)).toBe(true);
    const named = await cli("apply", "mixed/a.bmp", "b.bmp", "-p", "none");
    expect([named.code, named.stderr]).toEqual([2, expect.stringContaining("b.bmp: .bmp is read but not")]);
    writeFileSync(at("mixed/a.bmp"), bitmap(data, 4, 3).subarray(0, 60));
    const cut = await cli("apply", "mixed/a.bmp", "cut", "-p", "none");
    expect(cut.stderr).toContain("mixed/a.bmp cannot be decoded: premature end of BMP image");
  });

  it("lists what it writes among what it reads", () => {
    for (const format of pictureFormats) expect(pictureExtensions).toContain(extensionOf(format));
  });

  it("refuses formats under which two results would be one file", async () => {
    mkdirSync(at("twins"));
    await gradient(8, 8).png().toFile(at("twins/x.png"));
    await gradient(8, 8).jpeg().toFile(at("twins/x.jpg"));
    const { code, stderr } = await cli("apply", "twins", "twins-out", "-p", "none", "--format", "png");
    expect(code).toBe(1);
    expect(stderr).toMatch(/x\.jpg and x\.png would both be written to/);
  });

  it("reports broken pictures, leaves them out, counts them, and exits with 1", async () => {
    mkdirSync(at("broken"));
    await gradient(64, 64).png().toFile(at("broken/good.png"));
    await gradient(200, 200).jpeg().toFile(at("broken/cut.jpg"));
    truncateSync(at("broken/cut.jpg"), 1500);
    writeFileSync(at("broken/text.jpg"), "this is a text\n");
    writeFileSync(at("broken/empty.png"), "");
    const { code, stderr, stdout } = await cli("apply", "broken", "mended", "-p", "flip.json");
    expect(code).toBe(1);
    expect(stderr).toMatch(/left out: broken\/cut\.jpg cannot be decoded: /);
    expect(stderr).toMatch(/left out: broken\/empty\.png cannot be decoded: /);
    expect(stderr).toMatch(/left out: broken\/text\.jpg cannot be decoded: .*unsupported image format/);
    expect(stdout).toContain("1 of 4 results written");
    expect(stdout).toContain("3 of 4 pictures were left out");
    expect(readdirSync(at("mended"))).toEqual(["good.png"]);
  });

  it("names the file that could not be written, and leaves no part of it", async () => {
    mkdirSync(at("taken/a.png"), { recursive: true });
    const { code, stderr } = await cli("apply", "pictures/a.png", "taken", "-p", "flip.json", "--overwrite");
    expect(code).toBe(1);
    expect(stderr).toBe("aumento: error: cannot write taken/a.png: a folder of that name is in the way\n");
    expect(readdirSync(at("taken"))).toEqual(["a.png"]);
  });

  it("passes over pipes, with a word, and does not go round in circles", async () => {
    mkdirSync(at("odd/inner"), { recursive: true });
    await gradient(8, 8).png().toFile(at("odd/inner/a.png"));
    execFileSync("mkfifo", [at("odd/inner/pipe.jpg")]);
    symlinkSync("..", at("odd/inner/up"));
    const { code, stdout, stderr } = await cli("apply", "odd", "odd-out", "-p", "flip.json");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 of 1 results written/);
    expect(stderr).toContain("pipe.jpg: ignored: expected a file, found a pipe, socket or device");
  });

  it("turns a photo upright by its Exif orientation before it does anything", async () => {
    await gradient(40, 20).withMetadata({ orientation: 6 }).jpeg().toFile(at("turned.jpg"));
    expect((await cli("apply", "turned.jpg", "upright", "-p", "none")).code).toBe(0);
    const { width, height, orientation } = await sharp(at("upright/turned.jpg")).metadata();
    expect([width, height, orientation ?? 1]).toEqual([20, 40, 1]);
  });
});

describe("annotations", () => {
  const note = {
    file: "inner/grey.png",
    bboxes: [[1, 2, 5, 8]],
    labels: ["x"],
    keypoints: [[3, 4]],
    keypointLabels: ["tip"],
    source: { camera: 7 },
  };

  it("move with the picture, and everything else is carried over", async () => {
    writeFileSync(at("notes.json"), JSON.stringify([note, { file: "a.png", bboxes: [] }]));
    const { code, stderr } = await cli(
      "apply",
      "pictures",
      "noted",
      "-p",
      "flip.json",
      "--annotations",
      "notes.json",
    );
    expect([code, stderr]).toEqual([0, ""]);
    const [empty, made] = JSON.parse(readFileSync(at("noted/notes.json"), "utf8"));
    expect(empty).toEqual({ file: "a.png", bboxes: [] });
    expect(made).toEqual({
      ...note,
      bboxes: [[11, 2, 15, 8].map((value) => expect.closeTo(value, 3))],
      keypoints: [[12, 4].map((value) => expect.closeTo(value, 3))],
    });
  });

  it("keep all numbers of a row, however many others have", async () => {
    const rows = {
      file: "a.png",
      bboxes: [
        [1, 2, 5, 6],
        [1, 2, 5, 6, 7],
      ],
      keypoints: [
        [1, 2],
        [3, 4, 0.5],
      ],
    };
    writeFileSync(at("rows.jsonl"), `${JSON.stringify(rows)}\n`);
    const { code } = await cli("apply", "pictures", "rows", "-p", "flip.json", "--annotations", "rows.jsonl");
    expect(code).toBe(0);
    const made = JSON.parse(readFileSync(at("rows/rows.jsonl"), "utf8").split("\n")[0]);
    const { width = 0 } = await sharp(at("pictures/a.png")).metadata();
    expect(made.bboxes).toEqual([
      [width - 5, 2, width - 1, 6],
      [width - 5, 2, width - 1, 6, 7],
    ]);
    expect(made.keypoints.map((row: number[]) => row.length)).toEqual([2, 3]);
  });

  it("lose the boxes and points that leave the picture, with their labels", async () => {
    const centre = flip([{ __class_fullname__: "CenterCrop", height: 8, width: 6, p: 1 }]);
    writeFileSync(at("centre.json"), JSON.stringify(centre));
    const two = {
      ...note,
      bboxes: [
        [0, 0, 3, 2],
        [6, 3, 9, 9],
      ],
      labels: ["gone", "stays"],
      keypoints: [
        [8, 6],
        [0, 0],
      ],
      keypointLabels: ["stays", "gone"],
    };
    writeFileSync(at("two.jsonl"), `${JSON.stringify(two)}\n`);
    const args = ["apply", "pictures", "cropped", "-p", "centre.json", "--annotations", "two.jsonl"];
    const { code, stderr } = await cli(...args);
    expect([code, stderr]).toEqual([0, ""]);
    const made = JSON.parse(readFileSync(at("cropped/two.jsonl"), "utf8"));
    expect(made.labels).toEqual(["stays"]);
    expect(made.keypointLabels).toEqual(["stays"]);
    expect(made.bboxes).toEqual([[1, 1, 4, 7].map((value) => expect.closeTo(value, 3))]);
    expect(made.keypoints).toEqual([[3, 4].map((value) => expect.closeTo(value, 3))]);
  });

  it.for([
    ["{nope", "bad.jsonl, line 1: not JSON"],
    ['{"bboxes": []}', 'bad.jsonl, line 1: "file" must be the picture\'s path'],
    ['{"file": "a.png", "bboxes": [1, 2]}', 'line 1: "bboxes" must be rows of numbers, got [1,2]'],
    ['{"file": "gone.png"}', "bad.jsonl names pictures that are not there: gone.png"],
    ['{"file": "a.png"}\n{"file": "./a.png"}', "bad.jsonl, line 2: a second entry for a.png"],
  ])("that are wrong (%s) are named with file and line, before any work", async ([text, message]) => {
    writeFileSync(at("bad.jsonl"), text);
    const { code, stderr } = await cli(
      "apply",
      "pictures",
      "never",
      "-p",
      "flip.json",
      "--annotations",
      "bad.jsonl",
    );
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(existsSync(at("never"))).toBe(false);
  });

  it("with fewer labels than boxes leave the picture out and say so", async () => {
    writeFileSync(at("few.jsonl"), JSON.stringify({ ...note, labels: [] }));
    const { code, stderr } = await cli(
      "apply",
      "pictures",
      "few",
      "-p",
      "flip.json",
      "--annotations",
      "few.jsonl",
    );
    expect(code).toBe(1);
    expect(stderr).toContain('grey.png: "labels" must have one entry for each of the 1 bboxes, got 0');
  });
});
