import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./cli-process.ts";
import { drawDiscs } from "./support/gan-pictures.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const cli = (...args: string[]) => runCli(args, { cwd: folder });
const tiny = [
  "--size",
  "32",
  "--filters",
  "4",
  "--latent",
  "8",
  "--batch-size",
  "8",
  "--every",
  "2",
  "--workers",
  "0",
];
const train = ["gan", "train", "pictures", "--conditional", ...tiny, "--out", "model"];

beforeAll(async () => {
  await drawDiscs(at("pictures/red"), 60);
  await drawDiscs(at("pictures/green"), 45, { colour: [60, 220, 60] });
});

describe("aumento gan, as a process", () => {
  it("stops cleanly on Ctrl-C and goes on with --resume", async () => {
    const stopped = await runCli([...train, "--steps", "100000"], {
      cwd: folder,
      interruptWhen: () => existsSync(at("model/state.json")),
    });
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringContaining("--resume goes on")]);
    expect(stopped.stdout).toMatch(
      /^\nA generator of 32×32 pictures of 2 classes, stopped after \d+ steps?\.\n/,
    );
    const { step } = JSON.parse(readFileSync(at("model/state.json"), "utf8"));
    expect(step).toBeGreaterThanOrEqual(2);
    const { code, stdout } = await cli(...train, "--resume", "--steps", String(step + 2));
    expect(code).toBe(0);
    expect(stdout).toContain(`A generator of 32×32 pictures of 2 classes after ${step + 2} steps.`);
    expect(stdout).toContain("Generator: model/generator.onnx\n");
    expect(stdout).toContain("Report: model/report.html\n");
  });

  it("hands each option on", async () => {
    const given = [
      ...["--loss", "minimax", "--label-smoothing", "0.1", "--discriminator-steps", "2"],
      ...["--generator-learning-rate", "0.0001", "--discriminator-learning-rate", "4e-4"],
    ];
    const { code } = await cli(...train.slice(0, -1), "tuned", ...given, "--steps", "1");
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(at("tuned/gan.json"), "utf8")).settings).toMatchObject({
      loss: "minimax",
      labelSmoothing: 0.1,
      discriminatorSteps: 2,
      generatorLearningRate: 0.0001,
      discriminatorLearningRate: 0.0004,
    });
  });

  it("samples pictures, a grid and a strip", async () => {
    const pictures = await cli("gan", "sample", "model", "--count", "3", "--class", "red", "--out", "reds");
    expect([pictures.code, pictures.stdout]).toEqual([0, "reds: 3 generated pictures\n"]);
    expect((await cli("gan", "sample", "model", "--grid", "--count", "4")).stdout).toBe(
      "grid.png: 4 generated pictures\n",
    );
    expect((await cli("gan", "sample", "model", "--strip", "1,2", "--class", "green")).code).toBe(0);
    expect(await sharp(at("strip.png")).metadata()).toMatchObject({ width: 8 * 34 - 2, height: 32 });
  });

  it("samples into a folder of the model's real name, and stops cleanly on Ctrl-C", async () => {
    const here = await runCli(["gan", "sample", ".", "--count", "1"], { cwd: at("model") });
    expect([here.code, here.stdout]).toEqual([0, "model-samples: 1 generated picture\n"]);
    rmSync(at("model/model-samples"), { recursive: true });
    const stopped = await runCli(["gan", "sample", "model", "--count", "100000", "--out", "endless"], {
      cwd: folder,
      interruptWhen: () => existsSync(at("endless/red-0-000021.png")),
    });
    expect([stopped.code, stopped.stdout]).toEqual([130, ""]);
    expect(readdirSync(at("endless"))).toEqual([]);
  });

  it("fills classes and says how many were refused", async () => {
    const { code, stdout } = await cli("gan", "augment", "pictures", "--model", "model", "--out", "filled");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^class +originals +generated +near copies refused\ngreen +\d+ +\d+ +0\nred +\d+ +0 +0\n/,
    );
    expect(stdout).toContain("21 pictures held back, copied as they are");
    expect(existsSync(at("filled/manifest.jsonl"))).toBe(true);
  });

  it.each([
    [["gan", "train", "pictures", "--size", "48"], "--size must be 32, 64 or 128, got 48", 2],
    [
      ["gan", "train", "pictures", "--diff-augment", "colour"],
      "--diff-augment takes color, translation, cutout",
      2,
    ],
    [
      ["gan", "train", "pictures", "--label-smoothing", "half"],
      "--label-smoothing must be a number from 0",
      2,
    ],
    [["gan", "train", "pictures", "--discriminator-steps", "0"], "--discriminator-steps must be a whole", 2],
    [
      ["gan", "train", "pictures", "--generator-learning-rate", "0"],
      "--generator-learning-rate must be a number above 0",
      2,
    ],
    [
      ["gan", "train", "pictures", "--batch-size", "1"],
      "--batch-size must be a whole number from 2 to 4096, got 1",
      2,
    ],
    [["gan", "train", "pictures", "--minutes", "0"], "--minutes must be a number above 0, got 0", 2],
    [["gan", "train", "pictures", "--filters", "5000"], "--filters must be a whole number from 1 to 1024", 2],
    [
      ["gan", "train", "pictures", "--class", "red", "--conditional"],
      "--conditional learns all classes and --class one: give one of the two",
      2,
    ],
    [
      ["gan", "train", "pictures", "--resume", "--overwrite"],
      "--resume goes on with the run that is there",
      2,
    ],
    [["compare", "pictures", "--resume", "--overwrite"], "--overwrite removes it: give one of the two", 2],
    [["train", "pictures", "--resume", "--overwrite"], "--overwrite removes it: give one of the two", 2],
    [["train", "pictures", "--cut", "features"], "--cut goes with --backbone: give that, too", 2],
    [
      ["compare", "pictures", "--with", "gan", "--gan-model", "model", "--gan-steps", "5"],
      "--gan-model is a trained generator and --gan-steps trains one: give one of the two",
      2,
    ],
    [
      ["compare", "pictures", "--with", "gan", "--gan-size", "48"],
      "--gan-size must be 32, 64 or 128, got 48",
      2,
    ],
    [["compare", "pictures", "--out", "pictures/x"], "pictures/x lies inside pictures", 1],
    [["train", "pictures", "--out", "pictures/x/model.onnx"], "pictures/x/model lies inside pictures", 1],
    [["gan", "sample", "model", "--strip", "1"], "--strip takes two seeds", 2],
    [
      ["gan", "sample", "model", "--strip", "1,2", "--seed", "3"],
      "--strip names the seeds of both ends: leave --seed out",
      2,
    ],
    [["gan", "sample", "model", "--class", "blue"], "was trained on green, red", 2],
    [["gan", "augment", "pictures", "--out", "x"], "--model is missing", 2],
    [["compare", "pictures", "--gan-steps", "5"], "--gan-steps goes with --with gan", 2],
  ])("%j is refused", async (args, message, status) => {
    const { code, stderr, stdout } = await cli(...args);
    expect([code, stderr, stdout]).toEqual([status, expect.stringContaining(message), ""]);
  });
});
