import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { Result } from "../src/experiment/result.ts";
import { type TrainOptions, train } from "../src/experiment/train.ts";
import { runCli, temporaryFolder } from "./cli-process.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);

const classes = { dark: 60, light: 190 } as const;
const size = 24;

/** Plain pictures of noise about a class' grey, the same in every run. */
async function drawClass(path: string, grey: number, count: number): Promise<void> {
  mkdirSync(path, { recursive: true });
  for (let picture = 0; picture < count; picture++) {
    const pixels = Uint8Array.from(
      { length: size * size * 3 },
      (_, index) => grey + (((index * 7919 + picture * 104_729) * 31) % 101) - 50 + (picture % 5) * 10,
    );
    const file = join(path, `${String(picture).padStart(2, "0")}.png`);
    await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
      .png()
      .toFile(file);
  }
}

const settings = [
  ...["--pipeline", "flip.json", "--network", "small", "--image-size", String(size)],
  ...["--patience", "10", "--batch-size", "8", "--seed", "5", "--workers", "1"],
];
const compareFor = (epochs: number, out: string, ...more: string[]) => [
  ...["compare", "pictures", ...settings, "--epochs", String(epochs), "--out", out, ...more],
];
const compare = (out: string, ...more: string[]) => compareFor(10, out, ...more);
const resultIn = (out: string): Result => JSON.parse(readFileSync(at(out, "result.json"), "utf8"));

/** How many epochs a training has behind it, by its state file. */
function epochsDone(out: string, arm: string): number {
  const path = at(out, "seed-5", arm, "state.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).epochs.length : 0;
}

/** The result without what differs from run to run: times and the output folder. */
function numbers(result: Result) {
  const { arms, comparisons, answer, data, status } = structuredClone(result);
  for (const arm of arms) for (const run of arm.runs) for (const epoch of run.epochs) epoch.seconds = 0;
  return { arms, comparisons, answer, data, status };
}

beforeAll(async () => {
  for (const [name, grey] of Object.entries(classes)) await drawClass(at("pictures", name), grey, 30);
  const transform = {
    __class_fullname__: "Compose",
    p: 1,
    transforms: [{ __class_fullname__: "HorizontalFlip", p: 0.5 }],
    bbox_params: null,
    keypoint_params: null,
  };
  writeFileSync(at("flip.json"), JSON.stringify({ __version__: "2.0.8", transform }));
});

describe("compare, as a process", () => {
  let whole: Result;

  beforeAll(async () => {
    const { code, stdout, stderr } = await runCli(compare("whole"), { cwd: folder });
    expect([code, stderr]).toEqual([0, expect.stringContaining("training 2 of 2: augmentation flip.json")]);
    expect(stdout).toMatch(/^\n(Augmentation helped|Augmentation hurt|No clear difference): /);
    expect(stdout).toContain("Report: whole/report.html\n");
    whole = resultIn("whole");
  });

  it("trains both arms from the same weights on the same pictures in the same order", () => {
    expect(whole).toMatchObject({
      format: "aumento-result",
      version: 2,
      kind: "compare",
      status: "finished",
    });
    expect(whole.data.pictures).toEqual({ training: 48, validation: 12, test: 0 });
    const [without, withFlip] = whole.arms;
    expect(without.runs[0].epochs).toHaveLength(10);
    expect(withFlip.runs[0].epochs).toHaveLength(10);
    expect(without.seen.map((seen) => seen.className)).toEqual(withFlip.seen.map((seen) => seen.className));
    // One of each pair is flipped or not, never another picture.
    const bytes = (arm: Result["arms"][number]) =>
      arm.seen.map((seen) => readFileSync(at("whole", seen.path)));
    const same = bytes(without).filter((picture, index) => picture.equals(bytes(withFlip)[index])).length;
    expect(same).toBeGreaterThan(0);
    expect(same).toBeLessThan(without.seen.length);
  });

  it("keeps the best epoch's model, and measures that one", () => {
    for (const { runs } of whole.arms) {
      const [run] = runs;
      const best = Math.max(...run.epochs.map((epoch) => epoch.valAccuracy));
      const kept = run.epochs.find((epoch) => epoch.epoch === run.bestEpoch)!;
      expect(kept.valAccuracy).toBe(best);
      expect(run.validation!.accuracy).toBeCloseTo(kept.valAccuracy, 6);
      expect(run.validation!.loss).toBeCloseTo(kept.valLoss, 4);
      expect(run.validation!.confusion.flat().reduce((sum, value) => sum + value, 0)).toBe(12);
      expect(existsSync(at("whole", run.model!))).toBe(true);
    }
  });

  it("writes a log and a history of each training as Keras' callbacks do", () => {
    const { epochs } = whole.arms[0].runs[0];
    const lines = readFileSync(at("whole/seed-5/without/log.csv"), "utf8").trim().split("\n");
    expect(lines[0]).toBe("epoch,accuracy,loss,val_accuracy,val_loss");
    expect(lines.slice(1)).toEqual(
      epochs.map(({ epoch, accuracy, loss, valAccuracy, valLoss }) =>
        [epoch - 1, accuracy, loss, valAccuracy, valLoss].join(","),
      ),
    );
    const history = JSON.parse(readFileSync(at("whole/seed-5/without/history.json"), "utf8"));
    expect(history.history.val_loss).toEqual(epochs.map((epoch) => epoch.valLoss));
  });

  it("stops at Ctrl-C with a report of what there is, and --resume ends in the numbers of the whole run", async () => {
    const interrupted = await runCli(compare("cut"), {
      cwd: folder,
      interruptWhen: () => epochsDone("cut", "with") >= 3,
    });
    expect(interrupted.stderr).toContain("interrupted; the best models so far are kept");
    expect(interrupted.code).toBe(130);
    expect(interrupted.stdout).toContain("Report: cut/report.html");
    const partial = resultIn("cut");
    expect(partial.status).toBe("stopped");
    expect(partial.comparisons).toEqual([]);
    expect(partial.arms.map((arm) => arm.runs[0].status)).toEqual(["finished", "stopped"]);
    expect(partial.arms[1].runs[0].epochs.length).toBeLessThan(10);
    expect(partial.arms[1].runs[0].validation).not.toBeNull();
    expect(readFileSync(at("cut/report.html"), "utf8")).toContain("stopped before its end");

    const resumed = await runCli(compare("cut", "--resume"), { cwd: folder });
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining("going on after epoch")]);
    expect(numbers(resultIn("cut"))).toEqual(numbers(whole));
  });

  it("goes on after SIGKILL as well", async () => {
    const killed = await runCli(compare("killed"), {
      cwd: folder,
      signal: "SIGKILL",
      interruptWhen: () => epochsDone("killed", "without") >= 4,
    });
    expect(killed.code).toBeNull();
    expect(existsSync(at("killed/result.json"))).toBe(false);
    const resumed = await runCli(compare("killed", "--resume"), { cwd: folder });
    expect(resumed.code).toBe(0);
    expect(numbers(resultIn("killed"))).toEqual(numbers(whole));
    expect(readdirSync(at("killed/seed-5/without")).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("adds epochs to a run that is finished, and ends in the numbers of one that had them from the start", async () => {
    expect((await runCli(compareFor(6, "short"), { cwd: folder })).code).toBe(0);
    expect(resultIn("short").arms.map((arm) => [arm.epochs, arm.runs[0].epochs.length])).toEqual([
      [6, 6],
      [6, 6],
    ]);
    const refused = await runCli(compareFor(10, "short"), { cwd: folder });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--resume goes on with it")]);
    const stopped = await runCli(compareFor(10, "short", "--resume"), {
      cwd: folder,
      interruptWhen: () => epochsDone("short", "with") >= 7,
    });
    expect([stopped.code, resultIn("short").status]).toEqual([130, "stopped"]);
    const fewer = await runCli(compareFor(6, "short", "--resume"), { cwd: folder });
    expect([fewer.code, fewer.stderr]).toEqual([1, expect.stringContaining("epochs is 10 there, 6 now")]);
    expect((await runCli(compareFor(10, "short", "--resume"), { cwd: folder })).code).toBe(0);
    expect(numbers(resultIn("short"))).toEqual(numbers(whole));
  });

  it("refuses a folder that holds another run, naming the difference, and the same run without --resume", async () => {
    const other = await runCli(compare("whole", "--resume", "--batch-size", "16"), { cwd: folder });
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining("whole holds another run: batchSize is 8 there, 16 now"),
    ]);
    const again = await runCli(compare("whole"), { cwd: folder });
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringContaining("whole holds a finished run of the same settings"),
    ]);
    mkdirSync(at("foreign/of-others"), { recursive: true });
    const foreign = await runCli(compare("foreign"), { cwd: folder });
    expect([foreign.code, foreign.stderr]).toEqual([1, expect.stringContaining("holds no run of aumento")]);
    expect(resultIn("whole")).toEqual(whole);
  });

  it("predicts and evaluates with a kept model as it was measured", async () => {
    const model = `whole/${whole.arms[1].runs[0].model}`;
    const files = ["pictures/dark/03.png", "pictures/light/03.png"];
    const predicted = await runCli(["predict", model, ...files, "--json", "--top", "2"], { cwd: folder });
    expect(predicted.code).toBe(0);
    const answers: { file: string; classes: { name: string; probability: number }[] }[] = JSON.parse(
      predicted.stdout,
    );
    expect(answers.map((answer) => answer.file)).toEqual(files);
    for (const { classes: named } of answers) {
      expect(named.map((one) => one.name).sort()).toEqual(["dark", "light"]);
      expect(named[0].probability + named[1].probability).toBeCloseTo(1, 5);
    }
    const evaluated = await runCli(["evaluate", model, "pictures", "--json"], { cwd: folder });
    expect(evaluated.code).toBe(0);
    const { pictures, accuracy, confusion } = JSON.parse(evaluated.stdout);
    expect(pictures).toBe(60);
    expect(accuracy).toBeCloseTo((confusion[0][0] + confusion[1][1]) / 60, 10);
  });

  it("predicts for the pictures of a folder, and lists the files it cannot read with the reason", async () => {
    const model = at("whole", whole.arms[1].runs[0].model!);
    writeFileSync(at("text.png"), "no picture");
    const args = ["predict", model, "nope.jpg", "pictures/dark", "text.png"];
    const { code, stdout, stderr } = await runCli([...args, "--json"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("nope.jpg: left out: not found\n");
    expect(stderr).toContain("2 of 32 pictures could not be decoded");
    expect(stderr).not.toContain("epoch");
    const answers: { file: string; error?: string }[] = JSON.parse(stdout);
    expect(answers).toHaveLength(32);
    expect(answers[0]).toEqual({ file: "nope.jpg", error: "not found" });
    expect(answers[1]).toMatchObject({ file: "pictures/dark/00.png", classes: [{}] });
    expect(answers[31]).toMatchObject({ file: "text.png", error: expect.stringContaining("unsupported") });
    const none = await runCli(["predict", model, "nope.jpg", "--json"], { cwd: folder });
    expect([none.code, JSON.parse(none.stdout)]).toEqual([1, [{ file: "nope.jpg", error: "not found" }]]);
  });

  it("names the model's classes and the folder's where they differ", async () => {
    const model = at("whole", whole.arms[1].runs[0].model!);
    mkdirSync(at("others/a-class-whose-name-is-long-enough-to-have-been-cut-off"), { recursive: true });
    mkdirSync(at("others/a-second-class-whose-name-is-just-as-long"));
    const { code, stderr } = await runCli(["evaluate", model, "others"], { cwd: folder });
    expect([code, stderr]).toEqual([
      1,
      "aumento: error: others: the model knows the classes dark, light; the folder has sub-folders " +
        "a-class-whose-name-is-long-enough-to-have-been-cut-off, a-second-class-whose-name-is-just-as-long\n",
    ]);
  });

  it("will not predict with a model whose pictures were resized by other arithmetic", async () => {
    const model = at("whole", whole.arms[1].runs[0].model!);
    const bytes = readFileSync(model);
    const fingerprint = /"sha256":"([0-9a-f]{64})"/.exec(bytes.toString("latin1"))![1];
    const place = bytes.indexOf(fingerprint);
    bytes.write("0".repeat(64), place, "latin1");
    writeFileSync(at("other.onnx"), bytes);
    const { code, stderr } = await runCli(["predict", "other.onnx", "pictures/dark/03.png"], { cwd: folder });
    expect([code, stderr]).toEqual([1, expect.stringContaining("resized by other arithmetic")]);
    const missing = await runCli(["predict", "none.onnx", "pictures/dark/03.png"], { cwd: folder });
    expect([missing.code, missing.stderr]).toEqual([1, "aumento: error: model not found: none.onnx\n"]);
  });
});

describe("train, as a process", () => {
  it("uses train, validation and test folders as they are, leaves a model and reports the test accuracy", async () => {
    for (const [name, grey] of Object.entries(classes)) {
      await drawClass(at("subsets/train", name), grey, 16);
      await drawClass(at("subsets/validation", name), grey, 5);
      await drawClass(at("subsets/test", name), grey, 6);
    }
    writeFileSync(at("subsets/train/dark/broken.png"), "no picture");
    const options = [
      "--network",
      "small",
      "--image-size",
      String(size),
      "--epochs",
      "3",
      "--batch-size",
      "8",
    ];
    const { code, stdout, stderr } = await runCli(
      ["train", "subsets", ...options, "--out", "made/net.onnx"],
      {
        cwd: folder,
      },
    );
    expect(stderr).toContain("broken.png: left out");
    expect(code).toBe(0);
    expect(stdout).toMatch(/The network is \d+\.\d % right on 12 test pictures\./);
    expect(stdout).toContain("Model: made/net.onnx");
    expect(existsSync(at("made/net.onnx"))).toBe(true);
    const result = resultIn("made/net");
    expect(result).toMatchObject({ kind: "train", status: "finished", comparisons: [] });
    expect(result.arms.map((arm) => arm.name)).toEqual(["without"]);
    expect(result.data).toMatchObject({ layout: "folders", broken: [{ file: "train/dark/broken.png" }] });
    expect(result.arms[0].runs[0].test!.pictures).toBe(12);
    const again = await runCli(["train", "subsets", ...options, "--out", "made/net.onnx", "--resume"], {
      cwd: folder,
    });
    expect(again.code).toBe(0);
    expect(numbers(resultIn("made/net"))).toEqual(numbers(result));
  });

  it("speaks of options and class folders as the command line does", async () => {
    await drawClass(at("two/a"), 60, 1);
    await drawClass(at("two/b"), 190, 1);
    const small = await runCli(["train", "two", "--validation-split", "0.2"], { cwd: folder });
    expect([small.code, small.stderr]).toEqual([
      1,
      "aumento: error: --validation-split: 0.2 of 2 pictures leaves none for the validation subset\n",
    ]);
    await drawClass(at("one/a"), 60, 1);
    const one = await runCli(["train", "one"], { cwd: folder });
    expect([one.code, one.stderr]).toEqual([
      1,
      "aumento: error: one: found one class folder (a); give at least two class folders\n",
    ]);
  });

  it.for([
    [["train", "nowhere"], "folder not found: nowhere"],
    [["train", "pictures", "--network", "corse"], 'unknown network "corse"; did you mean course?'],
    [["train", "pictures", "--epochs", "0"], '--epochs must be a whole number of at least 1, got "0"'],
    [["train", "pictures", "--out", "model.h5"], 'out must be a path that ends in .onnx, got "model.h5"'],
    [["compare", "pictures/dark"], "no pictures found"],
  ] as const)("says what is wrong with %j", async ([args, message]) => {
    const { code, stderr } = await runCli(args, { cwd: folder });
    expect(stderr).toContain(message);
    expect(code).toBeGreaterThan(0);
  });
});

describe("train with more epochs than before", () => {
  const run = async (out: string, epochs: number, more: Partial<TrainOptions> = {}) => {
    const learning = { network: "small", imageSize: size, batchSize: 8, seed: 5, patience: 1, workers: 0 };
    const folders = { folder: at("alike"), out: at(`${out}.onnx`) };
    const { result } = await train({ ...learning, ...folders, epochs, ...more });
    const [training] = result.arms[0].runs;
    return { stoppedEarly: training.stoppedEarly, epochs: numbers(result).arms[0].runs[0].epochs };
  };

  beforeAll(async () => {
    // Classes that nothing tells apart: the validation loss soon rises.
    for (const name of ["a", "b"]) await drawClass(at("alike", name), 120, 20);
  });

  it("ends where early stopping would have ended it, also where that is the last epoch there was", async () => {
    const whole = await run("early", 30);
    expect(whole.stoppedEarly).toBe(true);
    expect(whole.epochs.length).toBeLessThan(30);
    const last = whole.epochs.length;
    expect(await run("exact", last)).toEqual({ ...whole, stoppedEarly: false });
    expect(await run("exact", 30, { resume: true })).toEqual(whole);
    expect(await run("exact", 31, { resume: true })).toEqual(whole);
    expect(readdirSync(at("exact/seed-5/without")).filter((name) => name.startsWith("checkpoint"))).toEqual(
      [],
    );
  });

  it("says so where the checkpoint is gone", async () => {
    await run("gone", 1);
    const path = at("gone/seed-5/without/state.json");
    const state = JSON.parse(readFileSync(path, "utf8"));
    expect(state.checkpoint).toBe("checkpoint-1");
    rmSync(at("gone/seed-5/without/checkpoint-1"), { recursive: true });
    expect((await run("gone", 1, { resume: true })).epochs).toHaveLength(1);
    await expect(run("gone", 2, { resume: true })).rejects.toThrow(/checkpoint-1.model\.onnx/);
    writeFileSync(path, JSON.stringify({ ...state, checkpoint: null }));
    await expect(run("gone", 2, { resume: true })).rejects.toThrow(
      "there is no checkpoint after epoch 1 to go on from; --overwrite starts afresh",
    );
  });
});

describe("compare, as a function", () => {
  it("takes a pipeline and gives the result object; the pipeline is kept to repeat the run", async () => {
    const { A, compare: compareFolder } = await import("../src/index.ts");
    const lines: string[] = [];
    const {
      result,
      report,
      folder: out,
    } = await compareFolder({
      folder: at("pictures"),
      pipeline: A.compose([A.horizontalFlip({ p: 0.5 })]),
      network: "small",
      imageSize: size,
      epochs: 2,
      batchSize: 8,
      seeds: 2,
      workers: 0,
      out: at("function"),
      log: (line) => lines.push(line),
    });
    expect(report).toBe(at("function/report.html"));
    expect(existsSync(report)).toBe(true);
    expect(resultIn("function")).toEqual(result);
    expect(result.comparisons[0].perStart.map((start) => start.seed)).toEqual([123, 124]);
    expect(result.comparisons[0].intervals.starts).not.toBeNull();
    expect(result.arms[0].runs.map((run) => run.epochs[0].loss)).not.toEqual([
      result.arms[0].runs[0].epochs[0].loss,
      result.arms[0].runs[0].epochs[0].loss,
    ]);
    expect(lines).toContain("training 4 of 4: augmentation pipeline.json, start 124");
    const kept = result.command[result.command.indexOf("--pipeline") + 1];
    expect(JSON.parse(readFileSync(kept, "utf8"))).toEqual(result.settings.pipeline!.definition);
    expect(out).toBe(at("function"));
  });

  it("refuses a pipeline whose pictures the network would scale twice", async () => {
    const { A, compare: compareFolder } = await import("../src/index.ts");
    const run = compareFolder({
      folder: at("pictures"),
      pipeline: A.compose([A.normalize()]),
      imageSize: size,
      workers: 0,
      out: at("never"),
    });
    await expect(run).rejects.toThrow("leave Normalize out");
    expect(existsSync(at("never"))).toBe(false);
  });
});
