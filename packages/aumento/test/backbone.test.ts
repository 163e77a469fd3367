import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compose, d4 } from "@aumento/core";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { resolveSettings } from "../src/experiment/options.ts";
import type { Result } from "../src/experiment/result.ts";
import { type CompareOptions, compare, type TrainOptions, train } from "../src/index.ts";
import { runCli, temporaryFolder } from "./cli-process.ts";
import { writeBackbone } from "./support/backbone.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const size = 24;
const classes = { dark: 60, light: 190 } as const;

/** Noise about a class' grey; every third picture has one channel, every fifth a transparent half. */
async function drawClass(path: string, grey: number, count: number): Promise<void> {
  mkdirSync(path, { recursive: true });
  for (let picture = 0; picture < count; picture++) {
    const channels = picture % 3 === 2 ? 1 : picture % 5 === 4 ? 4 : 3;
    const pixels = Uint8Array.from({ length: size * size * channels }, (_, index) =>
      channels === 4 && index % 4 === 3
        ? index % 8 === 3
          ? 255
          : 90
        : grey + ((index * 7919 + picture * 31) % 101) - 50,
    );
    const file = join(path, `${String(picture).padStart(2, "0")}.png`);
    await sharp(pixels, { raw: { width: size, height: size, channels } })
      .png()
      .toFile(file);
  }
}

const options = [
  ...["--network", "small", "--image-size", "16", "--epochs", "2", "--batch-size", "8"],
  ...["--seed", "5", "--workers", "1", "--pipeline", "flip"],
];
const cli = (...args: string[]) => runCli(args, { cwd: folder });
const resultIn = (out: string): Result => JSON.parse(readFileSync(at(out, "result.json"), "utf8"));

beforeAll(async () => {
  for (const [name, grey] of Object.entries(classes)) await drawClass(at("pictures", name), grey, 15);
  await writeBackbone(at("net.onnx"), { size });
});

describe("compare with a backbone, as a process", () => {
  let result: Result;

  beforeAll(async () => {
    const { code, stdout, stderr } = await cli(
      ...["compare", "pictures", "--backbone", "net.onnx", "--transfer-epochs", "3", "--out", "four"],
      ...options,
    );
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("training 4 of 4: transfer, horizontal flip"),
    ]);
    expect(stderr).toContain("pictures at 16×16 and 24×24");
    expect(stderr).toMatch(/backbone net: [\d,]+ weights, of which 18 are trained/);
    expect(stdout).toMatch(/^\n(Best|Highest): /);
    result = resultIn("four");
  });

  it("trains four networks, each on pictures of its size, and compares them where they differ in one thing", () => {
    expect(result.arms.map((arm) => [arm.name, arm.network.kind, arm.network.name, arm.pipeline])).toEqual([
      ["without", "plain", "small", null],
      ["with", "plain", "small", "flip"],
      ["transfer-without", "backbone", "net", null],
      ["transfer-with", "backbone", "net", "flip"],
    ]);
    expect(result.arms.map((arm) => arm.runs[0].epochs.length)).toEqual([2, 2, 3, 3]);
    expect(result.settings.transfer).toMatchObject({ backbone: "net.onnx", cut: "Mul", size: [24, 24] });
    expect(result.comparisons.map(({ baseline, arm }) => `${arm} against ${baseline}`)).toEqual([
      "with against without",
      "transfer-with against transfer-without",
      "transfer-without against without",
      "transfer-with against with",
    ]);
    expect(readFileSync(at("four/report.html"), "utf8")).toContain("transfer: accuracy by epoch");
    expect(readdirSync(at("four"))).not.toContain("features");
  });

  it("leaves models of backbone and head in one file, which predict and evaluate take", async () => {
    const model = join("four", result.arms[3].runs[0].model!);
    const evaluated = await cli("evaluate", model, "pictures", "--json");
    expect([evaluated.code, evaluated.stderr]).toEqual([0, ""]);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ pictures: 30, classNames: ["dark", "light"] });
    const predicted = await cli("predict", model, "pictures/dark/02.png", "pictures/light/04.png", "--json");
    expect(predicted.code).toBe(0);
    expect(JSON.parse(predicted.stdout)).toHaveLength(2);
  });

  it("adds the backbone's networks to a run of the plain ones, and trains those alone where that is said", async () => {
    const plain = await cli("compare", "pictures", "--out", "grown", ...options);
    expect(plain.code).toBe(0);
    const args = ["--backbone", "net.onnx", "--transfer-epochs", "3", "--out", "grown", "--resume"];
    const { code, stderr } = await cli("compare", "pictures", ...args, ...options);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("training 2 of 4: CNN, horizontal flip: finished before, 2 epochs"),
    ]);
    const accuracies = ({ arms }: Result) =>
      arms.map((arm) => arm.runs[0].epochs.map((epoch) => epoch.valLoss));
    expect(accuracies(resultIn("grown"))).toEqual(accuracies(result));
    const two = [...args.slice(0, 4), "--out", "two", "--arms", "transfer-with,transfer-without"];
    const common = options.filter((option) => !["--image-size", "16"].includes(option));
    expect((await cli("compare", "pictures", ...two, ...common)).code).toBe(0);
    expect(resultIn("two").arms.map((arm) => arm.name)).toEqual(["transfer-without", "transfer-with"]);
    expect(accuracies(resultIn("two"))).toEqual(accuracies(result).slice(2));
  });
});

describe("train on a backbone", () => {
  const settings = (out: string): TrainOptions => ({
    folder: at("pictures"),
    backbone: at("net.onnx"),
    pipeline: "flip",
    transferEpochs: 3,
    unfreeze: "Conv_1",
    unfreezeEpochs: 3,
    batchSize: 8,
    seed: 5,
    workers: 0,
    out: at(out),
  });
  const numbers = ({ arms }: Result) =>
    arms[0].runs[0].epochs.map(({ epoch, loss, accuracy, valLoss }) => [epoch, loss, accuracy, valLoss]);

  it("takes epochs for those of the head, tells how to repeat it, and refuses what goes without a backbone", async () => {
    const { transferEpochs, unfreeze, unfreezeEpochs, ...head } = settings("head.onnx");
    const { result } = await train({ ...head, epochs: 2 });
    expect(result.arms[0].runs[0].epochs).toHaveLength(2);
    expect(result.command.join(" ")).toMatch(/--transfer-epochs 2/);
    expect(result.command.join(" ")).not.toMatch(/--epochs|--network|--image-size/);
    await expect(train({ ...settings("never.onnx"), epochs: 2 })).rejects.toThrow(
      /^epochs and transferEpochs/,
    );
    await expect(train({ ...head, network: "small" })).rejects.toThrow(/^network is trained from scratch/);
    expect(existsSync(at("never"))).toBe(false);
  });

  it("trains the head, then the backbone from a place on, and goes on from wherever it was stopped", async () => {
    const whole = await train(settings("whole.onnx"));
    const [run] = whole.result.arms[0].runs;
    expect([run.unfrozenFrom, run.epochs.length, whole.result.arms[0].epochs]).toEqual([4, 6, 6]);
    expect(whole.result.arms[0].name).toBe("transfer-with");
    for (const last of [1, 3, 4]) {
      const out = `cut-${last}.onnx`;
      const stop = new AbortController();
      const progress = {
        write(line: string) {
          if (line.startsWith(`Epoch ${last}/`)) stop.abort();
        },
      };
      const cut = await train({ ...settings(out), signal: stop.signal, progress });
      expect(cut.result.status).toBe("stopped");
      const resumed = await train({ ...settings(out), resume: true });
      expect(numbers(resumed.result)).toEqual(numbers(whole.result));
    }
  });

  it.each([
    [undefined, { epochs: 20, learningRate: 0.001 }],
    ["flip", { epochs: 20, learningRate: 0.001 }],
    [compose([d4({ p: 1 })]), { epochs: 4, learningRate: 0.005 }],
    ["course", { epochs: 4, learningRate: 0.005 }],
  ])("trains the head for many epochs where its pictures come again", async (pipeline, expected) => {
    const { folder, backbone } = settings("x.onnx");
    const resolved = async (more: Partial<TrainOptions>) =>
      (await resolveSettings({ folder, backbone, pipeline, ...more }, "x")).settings.transfer;
    expect(await resolved({})).toMatchObject(expected);
    expect(await resolved({ transferEpochs: 10 })).toMatchObject({ epochs: 10, learningRate: 0.002 });
    expect(await resolved({ transferEpochs: 1 })).toMatchObject({ epochs: 1, learningRate: 0.005 });
  });

  it("keeps the backbone as it was where nothing is unfrozen", async () => {
    const { nn } = await import("../src/index.ts");
    const { unfreeze: _, unfreezeEpochs: __, ...frozen } = settings("frozen.onnx");
    const { model } = await train({ ...frozen, transferEpochs: 1 });
    const [kept, given] = await Promise.all([model!, frozen.backbone!].map((path) => nn.loadModel(path)));
    const weights = given.copyWeights();
    const after = kept.copyWeights();
    const same = [...weights].filter(([path, values]) => {
      const now = after.get(path);
      return now !== undefined && values.every((value, place) => value === now[place]);
    });
    // Kernels and biases of both convolutions; the classifier was cut off.
    expect(same).toHaveLength(4);
  });

  it("refuses a checkpoint of another network", async () => {
    const stop = new AbortController();
    const progress = { write: (line: string) => line.startsWith("Epoch 1/") && stop.abort() };
    await train({ ...settings("swapped.onnx"), signal: stop.signal, progress });
    const state = JSON.parse(readFileSync(at("swapped/seed-5/transfer-with/state.json"), "utf8"));
    const checkpoint = at("swapped/seed-5/transfer-with", state.checkpoint, "model.onnx");
    const { nn } = await import("../src/index.ts");
    const other = nn.sequential([nn.flatten(), nn.dense(2)], { inputShape: [size, size, 3] });
    await other.save(checkpoint);
    await expect(train({ ...settings("swapped.onnx"), resume: true })).rejects.toThrow(
      /the checkpoint is of another network than net: .*; --overwrite starts afresh/,
    );
    const longer = train({ ...settings("swapped.onnx"), resume: true, transferEpochs: 4 });
    await expect(longer).rejects.toThrow(
      /transfer is .*, 3 epochs, .* there, .*, 4 epochs, .* now; epochs on a backbone cannot be added/,
    );
    const changed = train({ ...settings("swapped.onnx"), resume: true, unfreeze: "Conv" });
    await expect(changed).rejects.toThrow(/transfer is .* from Conv_1 on there, .* from Conv on now/);
  });

  it("stands on what a spatial place gives, too, by its mean over the picture", async () => {
    const { unfreeze: _, unfreezeEpochs: __, ...frozen } = settings("spatial.onnx");
    const { result } = await train({ ...frozen, cut: "Relu_1", transferEpochs: 1 });
    expect(result.arms[0].network.layers).toContain("global_average_pooling2d 8");
  });

  it("stands on a model that aumento saved", async () => {
    const { unfreeze: _, unfreezeEpochs: __, ...frozen } = settings("second.onnx");
    const { result } = await train({ ...frozen, backbone: at("whole.onnx"), transferEpochs: 1 });
    expect(result.arms[0].runs[0].validation!.pictures).toBe(6);
  });
});

describe("what cannot be done is said", () => {
  beforeAll(async () => {
    await writeBackbone(at("grey.onnx"), { size, channels: 1 });
    await writeBackbone(at("vectors.onnx"), { size, vectors: true });
    await writeBackbone(at("silent.onnx"), { size });
    writeFileSync(at("silent.json"), "{}");
    await writeBackbone(at("half.onnx"), { size });
    writeFileSync(at("half.onnx"), readFileSync(at("half.onnx")).subarray(0, 900));
    await writeBackbone(at("other-size.onnx"), { size });
    writeFileSync(at("other-size.json"), JSON.stringify({ input: { size: [32, 32] } }));
    for (const [name, count] of [
      ["a", 5],
      ["b", 1],
    ] as const)
      await drawClass(at("lonely", name), 90, count);
  });

  const run = (options: Partial<CompareOptions>) =>
    compare({
      folder: at("pictures"),
      network: "small",
      imageSize: 16,
      workers: 0,
      out: at("never"),
      ...options,
    });

  it.for([
    [{ backbone: "nte.onnx" }, "backbone not found: nte.onnx"],
    [{ cut: "Rleu" }, /^cut: backbone .*net\.onnx has no place "Rleu"; did you mean Relu\?$/],
    [{ unfreeze: "Conv_2" }, /^unfreeze: .* has no place "Conv_2"; did you mean Conv/],
    [{ unfreeze: "nothing alike" }, /has no place "nothing alike"; places: .*Relu_1/],
    [{ unfreeze: "" }, /^unfreeze: backbone .*net\.onnx has no place ""; places: .*Relu_1/],
    [{ cut: "" }, /^cut: backbone .*net\.onnx has no place ""; places: .*Relu_1/],
    [{ unfreeze: "Gemm" }, /^unfreeze: Gemm lies behind the cut \(Mul\) of backbone/],
    [
      { backbone: "grey.onnx" },
      /grey\.onnx: it takes pictures of 24×24 with 1 channel; expected RGB pictures/,
    ],
    [{ backbone: "vectors.onnx" }, /vectors\.onnx: it takes vectors of 24 numbers; expected RGB pictures/],
    [{ backbone: "silent.onnx" }, /silent\.onnx: it does not say how its pictures are prepared/],
    [{ backbone: "half.onnx" }, /^backbone .*half\.onnx/],
    [{ backbone: "other-size.onnx" }, "does not fit the preprocessing's size: it needs 24, not 32"],
    [{ backbone: undefined, cut: "Relu" }, "cut goes with backbone"],
    [{ backbone: undefined, unfreeze: "Conv" }, "unfreeze goes with backbone"],
    [{ unfreezeEpochs: 2 }, "unfreezeEpochs goes with unfreeze"],
    [{ backbone: undefined, arms: ["transfer-with", "without"] }, 'arm "transfer-with" needs a backbone'],
    [{ arms: ["with"] }, "arms: expected two or more"],
    [
      { imageSize: 16, arms: ["transfer-without", "transfer-with"] },
      /^imageSize is 16, but backbone .*net\.onnx takes pictures of 24×24: leave it out$/,
    ],
  ] as const)("%j", async ([options, message]) => {
    const backbone = "backbone" in options ? options.backbone && at(options.backbone) : at("net.onnx");
    const expected = options.backbone === "nte.onnx" ? `backbone not found: ${at("nte.onnx")}` : message;
    await expect(run({ ...options, backbone })).rejects.toThrow(expected);
    expect(existsSync(at("never"))).toBe(false);
  });

  it("an arm that there is not, on the command line", async () => {
    const { code, stderr } = await cli("compare", "pictures", "--out", "never", "--arms", "wiht,without");
    expect([code, stderr]).toEqual([2, 'aumento: error: unknown arm "wiht"; did you mean with?\n']);
  });

  it("a class of one picture", async () => {
    await expect(run({ folder: at("lonely") })).rejects.toThrow(
      `${at("lonely/b")}: one picture; a class needs at least two, one to learn from and one to validate with`,
    );
    expect(existsSync(at("never"))).toBe(false);
  });
});
