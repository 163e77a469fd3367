import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { A, type AugmentFolderRun, augmentFolder, data, redoFile } from "aumento";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./cli-process.ts";
import { gradient, hashesIn, hashOf, rgb } from "./workplace.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const source = at("pictures");
const varied = A.compose([
  A.horizontalFlip({ p: 0.5 }),
  A.rotate({ limit: 45, p: 0.8 }),
  A.gaussNoise({ p: 0.5 }),
]);
const flipped = A.compose([A.horizontalFlip({ p: 1 })]);

/** Two classes of unequal size, JPEG and PNG, grey and with alpha. */
beforeAll(async () => {
  for (const name of ["cat", "dog"]) mkdirSync(join(source, name), { recursive: true });
  for (let i = 0; i < 6; i++)
    await gradient(40 + i, 30)
      .jpeg({ quality: 95 })
      .toFile(join(source, `cat/c${i}.jpg`));
  await gradient(20, 20, 4).png().toFile(join(source, "dog/clear.png"));
  await gradient(24, 20).greyscale().toColourspace("b-w").jpeg().toFile(join(source, "dog/grey.jpg"));
});

const run = (out: string, options: Partial<AugmentFolderRun> = {}) => {
  const amount = options.balance ? {} : { times: 2 };
  return augmentFolder({ folder: source, out: at(out), pipeline: varied, workers: 2, ...amount, ...options });
};

interface ManifestLine {
  file: string;
  source: string;
  sha256: string;
  bytes: number;
  key?: { epoch: number; index: number };
  plan?: { steps: unknown[] };
  copied?: boolean;
  leftOut?: string;
}
const manifestOf = (out: string): [header: { settings: object }, ...lines: ManifestLine[]] => {
  const lines = readFileSync(at(out, "manifest.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line)) as [{ settings: object }, ...ManifestLine[]];
};
const filesIn = (out: string) => hashesIn(at(out)).map((line) => line.split(" ")[0]);
const refusal = async (options: Partial<AugmentFolderRun>, out = "never") => {
  const error = await run(out, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  return (error as Error).message; // just seen to be one
};

describe("augmentFolder", () => {
  it("keeps classes and formats, and tells in the manifest what was drawn for each file", async () => {
    const result = await run("plain");
    expect(result).toMatchObject({ written: 16, kept: 0, leftOut: 0 });
    expect(filesIn("plain")).toEqual([
      ...[0, 1, 2, 3, 4, 5].flatMap((i) => [`cat/c${i}-aug1.jpg`, `cat/c${i}-aug2.jpg`]),
      ...["clear-aug1.png", "clear-aug2.png", "grey-aug1.jpg", "grey-aug2.jpg"].map((name) => `dog/${name}`),
      "manifest.jsonl",
    ]);
    const [header, ...lines] = manifestOf("plain");
    expect(header).toMatchObject({
      aumento: "augment",
      version: 1,
      source: "../pictures",
      settings: { seed: 123 },
    });
    expect(lines.map(({ file }) => file)).toEqual(filesIn("plain").slice(0, -1));
    for (const line of lines) {
      expect(line.sha256).toBe(hashOf(at("plain", line.file)));
      expect(line.bytes).toBe(readFileSync(at("plain", line.file)).length);
      expect(line).toMatchObject({ sourceSha256: hashOf(join(source, line.source)), key: { seed: 123 } });
      expect(line.plan?.steps).toHaveLength(3);
    }
    expect(lines.map(({ key }) => key?.epoch)).toEqual(lines.map((_, place) => (place % 2) + 1));
    expect(new Set(lines.map(({ sha256 }) => sha256)).size).toBe(16);
  });

  it("gives the same bytes for one thread and several, other bytes for another seed", async () => {
    await run("one-thread", { workers: 1 });
    await run("four-threads", { workers: 4 });
    expect(hashesIn(at("one-thread"))).toEqual(hashesIn(at("plain")));
    expect(hashesIn(at("four-threads"))).toEqual(hashesIn(at("plain")));
    await run("seed-2", { seed: 2 });
    expect(hashesIn(at("seed-2"))).not.toEqual(hashesIn(at("plain")));
  });

  it("draws for a picture what it draws without the others", async () => {
    cpSync(source, at("fewer"), { recursive: true });
    rmSync(at("fewer/cat/c0.jpg"));
    await run("from-fewer", { folder: at("fewer"), times: 1 });
    const whole = new Set(hashesIn(at("plain")));
    const pictures = hashesIn(at("from-fewer")).filter((line) => !line.startsWith("manifest"));
    expect(pictures).toHaveLength(7);
    for (const line of pictures) expect(whole).toContain(line);
  });

  it("keeps grey grey, moves alpha with the picture, and flips exactly", async () => {
    await run("flips", { pipeline: flipped, times: 1 });
    const clear = await sharp(join(source, "dog/clear.png")).flop().raw().toBuffer();
    const made = await rgb(at("flips/dog/clear-aug1.png"));
    expect(made.channels).toBe(4);
    expect(made.data.equals(clear)).toBe(true);
    expect((await sharp(at("flips/dog/grey-aug1.jpg")).metadata()).channels).toBe(1);
    const jpeg = await sharp(at("flips/cat/c0-aug1.jpg")).metadata();
    expect([jpeg.width, jpeg.height, jpeg.chromaSubsampling]).toEqual([40, 30, "4:2:0"]);
  });

  it("resizes first, converts, and writes the pictures themselves in the same way", async () => {
    await run("small", { size: [12, 16], format: "webp", includeOriginal: true, times: 1 });
    expect(filesIn("small").filter((name) => name.startsWith("dog"))).toEqual([
      "dog/clear-aug1.webp",
      "dog/clear.webp",
      "dog/grey-aug1.webp",
      "dog/grey.webp",
    ]);
    for (const name of ["cat/c0.webp", "cat/c0-aug1.webp"]) {
      const { width, height, format } = await sharp(at("small", name)).metadata();
      expect([width, height, format]).toEqual([16, 12, "webp"]);
    }
    await run("kept-as-is", { includeOriginal: true, times: 1 });
    expect(hashOf(at("kept-as-is/cat/c0.jpg"))).toBe(hashOf(join(source, "cat/c0.jpg")));
    const copied = manifestOf("kept-as-is").filter((line) => "copied" in line);
    expect(copied).toHaveLength(8);
  });

  it("makes classes as large as the largest", async () => {
    const { estimate } = await run("balanced", { balance: true });
    expect(estimate.classes).toEqual([
      { name: "cat", pictures: 6, files: 6 },
      { name: "dog", pictures: 2, files: 6 },
    ]);
    expect(readdirSync(at("balanced/cat"))).toHaveLength(6);
    expect(readdirSync(at("balanced/dog"))).toHaveLength(6);
    await run("balanced-whole", { balance: true, includeOriginal: true });
    expect(readdirSync(at("balanced-whole/cat")).sort()).toEqual(readdirSync(join(source, "cat")).sort());
    expect(readdirSync(at("balanced-whole/dog"))).toHaveLength(6);
  });

  it("says so where all of a class comes from one picture", async () => {
    cpSync(source, at("lonely"), { recursive: true });
    rmSync(at("lonely/dog/grey.jpg"));
    const notices: string[] = [];
    await run("from-lonely", { folder: at("lonely"), balance: true, onNotice: (text) => notices.push(text) });
    expect(notices).toEqual(['class "dog" has one picture: all its files come from it']);
    expect(readdirSync(at("from-lonely/dog"))).toHaveLength(6);
    const message = await refusal({ folder: at("lonely"), times: 1, validationSplit: 0.9 });
    expect(message).toContain(
      'class "dog" has one picture, and with validationSplit 0.9 and seed 123 none of it is left to vary',
    );
  });

  it("copies validation pictures as they are and never varies them", async () => {
    const { estimate } = await run("divided", { validationSplit: 0.25 });
    expect(estimate.validation).toBe(2);
    const names = filesIn("divided").filter((name) => name !== "manifest.jsonl");
    const validation = names.filter((name) => name.startsWith("validation/"));
    expect(validation).toHaveLength(2);
    for (const name of validation) {
      const original = name.slice("validation/".length);
      expect(hashOf(at("divided", name))).toBe(hashOf(join(source, original)));
      const stem = original.slice(0, original.lastIndexOf("."));
      expect(names.some((other) => other.startsWith(`train/${stem}-`))).toBe(false);
    }
    expect(names.filter((name) => name.startsWith("train/"))).toHaveLength(12);
    // What is drawn for a picture is not touched by the split.
    const whole = new Set(hashesIn(at("plain")));
    for (const line of hashesIn(at("divided/train"))) expect(whole).toContain(line);

    const why = "validation pictures are never varied: they measure how a model does on pictures as they are";
    expect(await refusal({ subset: "validation" })).toContain(`subset: ${why}`);
    expect(await refusal({ folder: at("divided") })).toMatch(
      new RegExp(
        `is divided already \\(train, validation\\), and ${why}.*; give .*train and leave validation`,
      ),
    );
  });

  it("holds back the pictures that training does, and says which class none of them is of", async () => {
    for (const [seed, validationSplit] of [
      [123, 0.25],
      [1, 0.25],
      [2, 0.4],
    ]) {
      const out = `as-training-${seed}`;
      const notices: string[] = [];
      await run(out, { times: 1, seed, validationSplit, onNotice: (text) => notices.push(text) });
      const subset = "validation";
      const flow = await data.flowFromDirectory(source, {
        validationSplit,
        subset,
        splitSeed: seed,
        workers: 0,
      });
      await flow.close();
      const held = flow.files.map((file) => relative(source, file));
      expect(held.length).toBeGreaterThan(1);
      expect(filesIn(`${out}/validation`)).toEqual(held);
      const absent = ["cat", "dog"].filter((name) => !held.some((file) => file.startsWith(name)));
      expect(notices).toHaveLength(absent.length);
      for (const name of absent)
        expect(notices[0]).toMatch(`class "${name}" has ${name === "cat" ? 6 : 2} pictures, and with`);
    }
  });

  it("reports broken pictures and leaves nothing of them", async () => {
    cpSync(source, at("broken"), { recursive: true });
    writeFileSync(at("broken/cat/text.jpg"), "this is a text\n");
    truncateSync(at("broken/cat/c1.jpg"), 500);
    symlinkSync("nowhere.jpg", at("broken/cat/gone.jpg"));
    const leftOut: string[] = [];
    const result = await run("mended", {
      folder: at("broken"),
      onLeftOut: (message) => leftOut.push(message),
    });
    expect(result).toMatchObject({ written: 14, leftOut: 3 });
    expect(leftOut.sort()).toEqual([
      expect.stringMatching(/^cat\/c1\.jpg cannot be decoded: /),
      expect.stringMatching(/^cat\/gone\.jpg cannot be read: ENOENT/),
      expect.stringMatching(/cat\/text\.jpg cannot be decoded: .*unsupported image format/),
    ]);
    expect(filesIn("mended").filter((name) => /c1|text|gone/.test(name))).toEqual([]);
    expect(manifestOf("mended").flatMap((line) => ("leftOut" in line ? line.source : []))).toEqual([
      "cat/c1.jpg",
      "cat/gone.jpg",
      "cat/text.jpg",
    ]);
    // Mended, they are made the next time.
    cpSync(join(source, "cat/c1.jpg"), at("broken/cat/c1.jpg"));
    for (const name of ["text", "gone"]) rmSync(at(`broken/cat/${name}.jpg`));
    expect(await run("mended", { folder: at("broken") })).toMatchObject({ written: 2, kept: 14, leftOut: 0 });
    const pictures = (out: string) => hashesIn(at(out)).filter((line) => !line.startsWith("manifest"));
    expect(pictures("mended")).toEqual(pictures("plain"));
  });

  it("only estimates in a dry run", async () => {
    const { estimate, manifest } = await run("dry", { dryRun: true });
    expect(manifest).toBeUndefined();
    expect(existsSync(at("dry"))).toBe(false);
    expect(estimate).toMatchObject({ pictures: 8, files: 16, remaining: 16 });
    const { bytes } = await run("not-dry");
    expect(estimate.bytes).toBeGreaterThan(bytes);
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(estimate.free).toBeGreaterThan(estimate.bytes);
  });

  it.for<[Partial<AugmentFolderRun>, string]>([
    [{ folder: at("nowhere") }, "no such folder: "],
    [{ folder: join(source, "cat/c0.jpg") }, "is a file, expected a folder of pictures"],
    [{ out: source }, "what is written would be taken for pictures the next time"],
    [{ out: join(source, "cat/new/deep") }, "lies inside"],
    [{ balance: true, times: 2 }, "times and balance: give one"],
    [{ times: undefined }, "times or balance: one of the two is needed"],
    [
      JSON.parse('{"includeOriginals": true}'),
      "includeOriginals: there is no such option; did you mean includeOriginal?",
    ],
    [{ times: 0 }, "times: expected a whole number from 1 to 100000, got 0"],
    [{ validationSplit: 1 }, "validationSplit: expected a number between 0 and 1 (both excluded), got 1"],
    [{ quality: 101 }, "quality: expected a whole number from 1 to 100"],
    [{ workers: 0 }, "workers: expected a whole number from 1 to 1024, got 0"],
    [{ folder: join(source, "cat"), balance: true }, "expected at least two classes in"],
    [{ pipeline: A.compose([A.normalize()]) }, "leave out Normalize"],
  ])("refuses %o", async ([options, message]) => {
    expect(await refusal(options)).toContain(message);
    expect(existsSync(at("never"))).toBe(false);
  });

  it("refuses results that would be one file", async () => {
    mkdirSync(at("twins/a"), { recursive: true });
    await gradient(8, 8).png().toFile(at("twins/a/x.png"));
    await gradient(8, 8).jpeg().toFile(at("twins/a/x.jpg"));
    expect(await refusal({ folder: at("twins"), format: "png" })).toContain(
      "a/x.jpg and a/x.png would both be written to a/x-aug1.png; rename one, or keep their formats",
    );
  });
});

describe("a folder that was written to", () => {
  it("is gone on with after an interruption, to the same bytes", async () => {
    const stop = new AbortController();
    const interrupted = run("halves", { workers: 1, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(interrupted).rejects.toThrow(/interrupted after \d+ of 16 files.*the same command goes on/);
    expect(existsSync(at("halves/manifest.jsonl"))).toBe(false);
    const { written, kept } = await run("halves");
    expect(kept).toBeGreaterThan(0);
    expect(written).toBe(16 - kept);
    expect(hashesIn(at("halves"))).toEqual(hashesIn(at("plain")));
    expect(readdirSync(at("halves")).sort()).toEqual(["cat", "dog", "manifest.jsonl"]);
  });

  it("is checked: what is missing or was changed is made again, and nothing else", async () => {
    rmSync(at("halves/cat/c2-aug1.jpg"));
    appendFileSync(at("halves/dog/grey-aug2.jpg"), "x");
    expect(await run("halves")).toMatchObject({ written: 4, kept: 12 });
    expect(hashesIn(at("halves"))).toEqual(hashesIn(at("plain")));
    expect(await run("halves")).toMatchObject({ written: 0, kept: 16 });
  });

  it("follows a source that changed in between", async () => {
    cpSync(source, at("changing"), { recursive: true });
    await run("follows", { folder: at("changing") });
    await gradient(50, 50).jpeg().toFile(at("changing/cat/c3.jpg"));
    const notices: string[] = [];
    const onNotice = (text: string) => notices.push(text);
    expect(await run("follows", { folder: at("changing"), onNotice })).toMatchObject({
      written: 2,
      kept: 14,
    });
    expect(notices).toEqual(["cat/c3.jpg has changed since its files were written; they were made again"]);
    await run("anew", { folder: at("changing") });
    expect(hashesIn(at("follows"))).toEqual(hashesIn(at("anew")));
    writeFileSync(at("changing/cat/c3.jpg"), "no picture any more");
    notices.length = 0;
    expect(await run("follows", { folder: at("changing"), onNotice })).toMatchObject({
      kept: 14,
      leftOut: 1,
    });
    expect(notices).toEqual(["cat/c3.jpg can no longer be used; the files made from it were removed"]);
    expect(filesIn("follows").filter((name) => name.includes("c3"))).toEqual([]);
  });

  it("is refused to other settings, by name", async () => {
    const before = hashesIn(at("plain"));
    expect(await refusal({ times: 3, seed: 5 }, "plain")).toContain(
      "holds a run with other settings (seed 123, now 5; times 2, now 3)",
    );
    expect(await refusal({ pipeline: flipped }, "plain")).toContain("other settings (another pipeline)");
    expect(await refusal({ folder: at("fewer") }, "plain")).toContain('folder "../pictures", now "../fewer"');
    expect(hashesIn(at("plain"))).toEqual(before);
  });

  it("is refused where pictures were taken away, or its files are no run's", async () => {
    cpSync(source, at("shrinking"), { recursive: true });
    await run("shrunk", { folder: at("shrinking"), times: 1 });
    rmSync(at("shrinking/cat/c5.jpg"));
    expect(await refusal({ folder: at("shrinking"), times: 1 }, "shrunk")).toContain(
      "holds cat/c5-aug1.jpg, which this run would not write: cat/c5.jpg is no longer among the pictures",
    );
    mkdirSync(at("foreign"));
    writeFileSync(at("foreign/notes.txt"), "mine");
    expect(await refusal({}, "foreign")).toContain("holds files that no run of augment wrote (notes.txt)");
    expect(readdirSync(at("foreign"))).toEqual(["notes.txt"]);
    writeFileSync(at("foreign/manifest.jsonl"), "{}\n");
    expect(await refusal({}, "foreign")).toContain("manifest.jsonl is no manifest of aumento augment");
  });
});

describe("redo", () => {
  it("makes any file again, byte for byte", async () => {
    for (const name of [
      "plain/cat/c4-aug2.jpg",
      "small/cat/c1.webp",
      "small/dog/clear-aug1.webp",
      "kept-as-is/cat/c0.jpg",
    ]) {
      const to = at("again", name);
      const { files } = await redoFile({ name: at(name), to });
      expect(files).toEqual([to]);
      expect(hashOf(to), name).toBe(hashOf(at(name)));
    }
    const hash = hashOf(at("plain/cat/c0-aug1.jpg"));
    rmSync(at("plain/cat/c0-aug1.jpg"));
    await redoFile({ name: "cat/c0-aug1.jpg", out: at("plain") });
    expect(hashOf(at("plain/cat/c0-aug1.jpg"))).toBe(hash);
  });

  it("leaves no unfinished file, not even of a call that was killed, and spares those of others", async () => {
    const stopped = spawnSync(process.execPath, ["--version"]);
    mkdirSync(at("plain/.augment"));
    writeFileSync(at(`plain/.augment/alone-${stopped.pid}.part`), "half");
    const wanted = hashesIn(at("plain"));
    await redoFile({ name: at("plain/cat/c0-aug1.jpg") });
    expect(existsSync(at("plain/.augment"))).toBe(false);
    expect(hashesIn(at("plain"))).toEqual(wanted.filter((line) => !line.startsWith(".augment")));
    const others = [`alone-${process.ppid}.part`, "journal.jsonl"];
    mkdirSync(at("plain/.augment"));
    writeFileSync(at("plain/.augment", others[0]), "half");
    cpSync(at("plain/manifest.jsonl"), at("plain/.augment", others[1])); // as a run under way has it
    await redoFile({ name: at("plain/cat/c0-aug1.jpg") });
    expect(readdirSync(at("plain/.augment")).sort()).toEqual(others);
    await run("plain");
    expect(hashesIn(at("plain"))).toEqual(wanted.filter((line) => !line.startsWith(".augment")));
  });

  it("tells when the source has changed or the name is unknown, and writes nothing", async () => {
    const gone = { name: at("plain/cat/c9-aug1.jpg"), to: at("nothing.jpg") };
    await expect(redoFile(gone)).rejects.toThrow("has no file cat/c9-aug1.jpg");
    await expect(redoFile({ name: at("pictures/cat/c0.jpg") })).rejects.toThrow(
      "no manifest.jsonl in the folders",
    );
    cpSync(source, at("moved"), { recursive: true });
    await gradient(45, 30).jpeg({ quality: 20 }).toFile(at("moved/cat/c4.jpg"));
    const changed = { ...gone, name: at("plain/cat/c4-aug2.jpg"), folder: at("moved"), out: at("plain") };
    await expect(redoFile(changed)).rejects.toThrow(
      /moved\/cat\/c4\.jpg has changed since cat\/c4-aug2\.jpg was made from it \(SHA-256 was \w{64}, is \w{64}\)/,
    );
    expect(existsSync(at("nothing.jpg"))).toBe(false);
  });
});

describe("aumento augment", () => {
  it("announces, writes, and leaves with 1 where pictures were left out", async () => {
    cpSync(source, at("partly"), { recursive: true });
    writeFileSync(at("partly/dog/bad.png"), "nothing");
    const args = ["augment", "partly", "cli-out", "-p", "flip", "--times", "1", "--workers", "1"];
    const { code, stderr, stdout } = await runCli(args, { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/9 pictures → 9 files in cli-out\n {2}cat: 6 → 6\n {2}dog: 3 → 3\nabout \d+ KB/);
    expect(stderr).toMatch(/ free there\n/);
    expect(stderr).toContain("left out: ");
    expect(stdout).toMatch(/^8 pictures \(\d+ KB\) written to cli-out in 0:/);
    expect(stdout).toContain("1 of 9 pictures were left out");
    const redone = await runCli(["augment", "--redo", "cli-out/cat/c0-aug1.jpg", "--to", "r.jpg"], {
      cwd: folder,
    });
    expect([redone.code, redone.stdout]).toEqual([0, "r.jpg\n"]);
    expect(hashOf(at("r.jpg"))).toBe(hashOf(at("cli-out/cat/c0-aug1.jpg")));
  });

  it.for([
    [["a"], "SRC and OUT are needed"],
    [["a", "b", "-p", "flip"], "--times or --balance: one of the two is needed"],
    [["a", "b", "-p", "flip", "--times", "2", "--balance"], "--times and --balance: give one"],
    [
      ["a", "b", "-p", "flip", "--times", "2", "--size", "0x3"],
      "--size must be a number of pixels or WIDTHxHEIGHT",
    ],
    [["a", "b", "--times", "2"], "option --pipeline is needed"],
    [["a", "b", "-p", "flip", "--times", "2", "--to", "x"], "--to goes with --redo"],
  ] as const)("does not understand %o", async ([args, message]) => {
    const { code, stderr } = await runCli(["augment", ...args], { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
