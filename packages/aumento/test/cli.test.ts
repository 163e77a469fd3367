import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./cli-process.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const hashOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const hashesIn = (path: string) =>
  readdirSync(path, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(path, name)).isFile())
    .sort()
    .map((name) => `${name} ${hashOf(join(path, name))}`);
const cli = (...args: string[]) => runCli(args, { cwd: folder });

/** A picture that differs in every place, so that any wrong move of pixels shows. */
function gradient(width: number, height: number, channels: 3 | 4 = 3) {
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = [x * 5, y * 7, (x * 3 + y * 11) % 256, x < width / 2 ? 255 : 0].slice(0, channels);
      data.set(
        pixel.map((value) => value % 256),
        (y * width + x) * channels,
      );
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}

const rgb = async (path: string) => {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
};

beforeAll(async () => {
  mkdirSync(at("pictures/inner"), { recursive: true });
  await gradient(40, 30).png().toFile(at("pictures/a.png"));
  await gradient(32, 24).jpeg({ quality: 95 }).toFile(at("pictures/inner/b.jpg"));
  await gradient(20, 20, 4).png().toFile(at("pictures/inner/clear.png"));
  await gradient(16, 12).greyscale().toColourspace("b-w").png().toFile(at("pictures/inner/grey.png"));
  writeFileSync(at("flip.json"), JSON.stringify(flip()));
});

/** Albumentations' form of a certain flip. */
function flip(transforms: unknown[] = [{ __class_fullname__: "HorizontalFlip", p: 1 }]) {
  return {
    __version__: "2.0.8",
    transform: { __class_fullname__: "Compose", p: 1, transforms, bbox_params: null, keypoint_params: null },
  };
}

describe("the frame", () => {
  it("prints help and version, and exits with 0", async () => {
    const help = await cli("--help");
    expect(help.code).toBe(0);
    for (const command of ["sample", "preview", "apply"]) expect(help.stdout).toContain(`  ${command} `);
    expect(help.stdout).not.toContain("\u001b");
    const apply = await cli("apply", "--help");
    expect(apply.code).toBe(0);
    expect(apply.stdout).toContain("--pipeline");
    const version = await cli("--version");
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.for([
    [["aply", "x"], 'unknown command "aply"; did you mean apply?'],
    [
      ["apply", "x", "y", "--pipline", "flip"],
      "unknown option --pipline of aumento apply; did you mean --pipeline?",
    ],
    [["apply", "x"], 'OUT is missing; see "aumento apply --help"'],
    [["apply", "x", "y"], "Missing required argument: --pipeline"],
    [["apply", "x", "y", "-p", "flop"], 'unknown pipeline "flop"; did you mean flip?'],
    [
      ["apply", "pictures", "y", "-p", "flip", "--variants", "0"],
      "--variants must be a whole number from 1 to",
    ],
    [["preview", "pictures", "-p", "flip", "--out", "x.bmp"], "--out must end in one of .png, .jpg, .webp"],
    [["sample", "flwoers", "x"], 'no built-in data set is called "flwoers"; did you mean flowers?'],
  ] as const)("says what is wrong with %j in one line, and exits with 2", async ([args, message]) => {
    const { code, stderr, stdout } = await cli(...args);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n").length).toBe(1);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it.for([
    [["apply", "nowhere", "y", "-p", "flip"], "no such file or folder: nowhere"],
    [["apply", "pictures", "y", "-p", "nowhere.json"], "pipeline file not found: nowhere.json"],
    [
      ["apply", "pictures", "y", "-p", "flip", "--annotations", "no.jsonl"],
      "annotation file not found: no.jsonl",
    ],
    [["preview", "nowhere", "-p", "flip"], "no such file or folder: nowhere"],
  ] as const)("%j names what is missing, and exits with 1", async ([args, message]) => {
    const { code, stderr } = await cli(...args);
    expect(stderr).toBe(`aumento: error: ${message}\n`);
    expect(code).toBe(1);
    expect(existsSync(at("y"))).toBe(false);
  });
});

describe("sample", () => {
  it("draws the same files twice, others for another seed, and says what it drew", async () => {
    const args = ["--count", "32", "--size", "24"];
    expect((await cli("sample", "survival", "s1", ...args)).code).toBe(0);
    expect((await cli("sample", "survival", "s2", ...args)).code).toBe(0);
    expect((await cli("sample", "survival", "s3", "--seed", "2", ...args)).code).toBe(0);
    expect(hashesIn(at("s2"))).toEqual(hashesIn(at("s1")));
    expect(hashesIn(at("s3"))).not.toEqual(hashesIn(at("s1")));
    const facts = JSON.parse(readFileSync(at("s1/sample.json"), "utf8"));
    expect(facts).toMatchObject({ sample: "survival", seed: 1, size: 24, count: 32, format: "png" });
    expect(facts.pictures.length).toBe(32);
    for (const { file, facts: known } of facts.pictures) {
      expect(existsSync(at("s1", file)), file).toBe(true);
      expect(file.split("/").slice(0, 2)).toEqual([known.split, known.class]);
    }
    expect(await rgb(at("s1", facts.pictures[0].file))).toMatchObject({ width: 24, height: 24 });
  });

  it("refuses a folder that is not empty, and with --overwrite replaces an earlier sample", async () => {
    await cli("sample", "flowers", "f1", "--count", "10", "--size", "16");
    writeFileSync(at("f1/mine.txt"), "mine");
    const refused = await cli("sample", "flowers", "f1", "--count", "5", "--size", "16");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("folder f1 is not empty");
    const { code } = await cli(
      "sample",
      "flowers",
      "f1",
      "--count",
      "5",
      "--size",
      "16",
      "--format",
      "png",
      "--overwrite",
    );
    expect(code).toBe(0);
    expect(hashesIn(at("f1")).map((line) => line.split(" ")[0])).toEqual([
      ...["daisy", "dandelion"].map((kind) => `${kind}/${kind}-00000.png`),
      "mine.txt",
      "rose/rose-00000.png",
      "sample.json",
      ...["sunflower", "tulip"].map((kind) => `${kind}/${kind}-00000.png`),
    ]);
  });
});

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

describe("pipelines", () => {
  it("come from TypeScript modules, wherever they lie", async () => {
    const code = `import { A } from "aumento";
type Strength = { p: number };
const always: Strength = { p: 1 };
export default A.compose([A.horizontalFlip(always)]);
`;
    writeFileSync(at("pipeline.ts"), code);
    const { code: exit, stderr } = await cli("apply", "pictures/a.png", "from-ts", "-p", "pipeline.ts");
    expect([exit, stderr]).toEqual([0, ""]);
    expect(hashOf(at("from-ts/a.png"))).toBe(hashOf(at("flipped/a.png")));
  });

  it.for([
    ["name.json", flip([{ __class_fullname__: "Rotate", limt: 20, p: 1 }]), /name\.json: .*limt/],
    ["range.json", flip([{ __class_fullname__: "HorizontalFlip", p: 1.5 }]), /range\.json: .*\bp\b.*1\.5/],
    [
      "class.json",
      flip([{ __class_fullname__: "HorizontlFlip", p: 1 }]),
      /class\.json: .*HorizontlFlip.*HorizontalFlip/,
    ],
  ] as const)(
    "with a mistake (%s) are errors that name file, parameter and value",
    async ([file, dict, message]) => {
      writeFileSync(at(file), JSON.stringify(dict));
      const { code, stderr } = await cli("apply", "pictures", "never", "-p", file);
      expect(code).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr.trim().split("\n").length).toBe(1);
    },
  );

  it("that are no JSON, or modules without a pipeline, are errors that say so", async () => {
    writeFileSync(at("cut.json"), '{"transform": ');
    expect((await cli("apply", "pictures", "never", "-p", "cut.json")).stderr).toContain(
      "cut.json is not JSON",
    );
    writeFileSync(at("empty.mjs"), "export const pipeline = 1;\n");
    expect((await cli("apply", "pictures", "never", "-p", "empty.mjs")).stderr).toContain(
      'expected "export default',
    );
    writeFileSync(at("throws.ts"), "throw new Error('no luck');\n");
    expect((await cli("apply", "pictures", "never", "-p", "throws.ts")).stderr).toContain(
      "throws.ts failed to load: no luck",
    );
  });
});

describe("preview", () => {
  it("lays original and variants of one picture out in a square", async () => {
    const { code, stdout } = await cli("preview", "pictures/a.png", "-p", "course", "--size", "60");
    expect(code).toBe(0);
    expect(stdout).toBe("preview.png: 1 picture, 8 variants each under course\n");
    const { data, width, height, channels } = await rgb(at("preview.png"));
    expect([width, height]).toEqual([8 + 3 * 68, 8 + 3 * 88]);
    // The first tile is the original, 40 × 30 enlarged to 60 × 45.
    const pixel = (x: number, y: number) => [
      ...data.subarray((y * width + x) * channels, (y * width + x) * channels + 3),
    ];
    const original = await rgb(at("pictures/a.png"));
    const source = [...original.data.subarray(0, 3)];
    for (const [channel, value] of pixel(8, 8 + 8).entries())
      expect(Math.abs(value - source[channel])).toBeLessThan(12);
    const refused = await cli("preview", "pictures/a.png", "-p", "course");
    expect(refused.stderr).toContain("preview.png exists already");
  });

  it("shows a row for each picture of a folder with its boxes, and leaves broken ones out", async () => {
    const plain = await cli(
      "preview",
      "pictures",
      "-p",
      "flip.json",
      "--variants",
      "1",
      "--out",
      "plain.png",
    );
    expect(plain.code).toBe(0);
    writeFileSync(
      at("boxes.jsonl"),
      JSON.stringify({ file: "a.png", bboxes: [[5, 5, 15, 20]], keypoints: [[30, 10]] }),
    );
    const args = [
      "preview",
      "pictures",
      "-p",
      "flip.json",
      "--variants",
      "1",
      "--annotations",
      "boxes.jsonl",
    ];
    const boxed = await cli(...args, "--out", "boxed.jpg");
    expect(boxed.code).toBe(0);
    await cli(...args, "--out", "boxed.png");
    const [without, withBoxes] = [await rgb(at("plain.png")), await rgb(at("boxed.png"))];
    expect([withBoxes.width, withBoxes.height]).toEqual([8 + 2 * 232, 8 + 4 * 252]);
    const scale = 224 / 40;
    const changed = (x: number, y: number) => {
      const from = (Math.round(y) * without.width + Math.round(x)) * 3;
      return !without.data.subarray(from, from + 3).equals(withBoxes.data.subarray(from, from + 3));
    };
    const top = 8 + (224 - 30 * scale) / 2;
    // The left edge of the box on the original, and its mirror image on the variant.
    expect(changed(8 + 5 * scale, top + 12 * scale)).toBe(true);
    expect(changed(8 + 232 + 35 * scale, top + 12 * scale)).toBe(true);
    expect(changed(8 + 25 * scale, top + 25 * scale)).toBe(false);
    const broken = await cli("preview", "broken", "-p", "flip.json", "--out", "some.webp");
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("left out: broken/text.jpg");
    expect(existsSync(at("some.webp"))).toBe(true);
  });
});

describe("Ctrl-C", () => {
  it("stops a sample, removes what was drawn of it, and exits with 130", async () => {
    const { code, stderr } = await runCli(
      ["sample", "flowers", "stopped", "--count", "5000", "--size", "256"],
      {
        cwd: folder,
        interruptWhen: () => existsSync(at("stopped/daisy/daisy-00003.jpg")),
      },
    );
    expect(code).toBe(130);
    expect(stderr).toContain("stopping");
    expect(readdirSync(at("stopped"))).toEqual([]);
  }, 60_000);
});
