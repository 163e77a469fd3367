import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compose, verticalFlip } from "@aumento/core";
import * as nn from "@aumento/nn";
import sharp from "sharp";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { TrainGanOptions } from "../src/gan/options.ts";
import type { GanResult, GanSettings } from "../src/gan/result.ts";
import { trainGan } from "../src/gan/train.ts";
import { temporaryFolder } from "./cli-process.ts";
import { drawDiscs } from "./support/gan-pictures.ts";

/** The learning rate of this seed throws the weights out of all range after the first steps. */
const wildSeed = 666;
vi.mock("../src/gan/networks.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../src/gan/networks.ts")>();
  return {
    createGan(settings: GanSettings, classNames: readonly string[]) {
      const made = original.createGan(settings, classNames);
      if (settings.seed !== wildSeed) return made;
      const { generator, discriminator } = made;
      const learningRate = nn.exponentialDecay({ initialLearningRate: 1e-4, decaySteps: 1, decayRate: 1e4 });
      return nn.gan({ generator, discriminator, discriminatorOptimizer: nn.adam({ learningRate }), seed: 1 });
    },
  };
});

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);

/** The smallest networks that are still whole. */
const tiny = { size: 32, filters: 4, latent: 8, batchSize: 8, every: 4, workers: 0 } as const;

const train = (out: string, options: Partial<TrainGanOptions> = {}) =>
  trainGan({ ...tiny, folder: at("pictures"), className: "red", steps: 8, out: at(out), ...options });
const resultIn = (out: string): GanResult => JSON.parse(readFileSync(at(out, "gan.json"), "utf8"));
const generatorIn = (out: string) => readFileSync(at(out, "generator.onnx"));

/** Stops a training after a step, as Ctrl-C does. */
function stopAfter(last: number): Partial<TrainGanOptions> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onStep({ step }) {
      if (step === last) controller.abort();
    },
  };
}

beforeAll(async () => {
  await drawDiscs(at("pictures/red"), 50);
  await drawDiscs(at("pictures/green"), 45, { colour: [60, 220, 60] });
});

describe("gan train", () => {
  it("writes generator, grids, checkpoint, result and report", async () => {
    const lines: string[] = [];
    const { result, report, generator } = await train("whole", {
      log: (line) => lines.push(line),
      warn: () => {},
    });
    expect(lines[0]).toMatch(/^\d+ pictures at 32×32 of red; 19 of the folder are held back$/);
    expect(readdirSync(at("whole")).sort()).toEqual([
      "checkpoint-8",
      "gan-run.json",
      "gan.json",
      "generator.onnx",
      "grids",
      "report.html",
      "state.json",
    ]);
    expect(result).toEqual(resultIn("whole"));
    expect(result).toMatchObject({
      format: "aumento-gan",
      status: "finished",
      steps: 8,
      generator: "generator.onnx",
    });
    expect(result.history.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const { real, generated } of result.history) {
      expect(real).toBeGreaterThan(0);
      expect(generated).toBeLessThan(1);
    }
    expect(result.grids.map(({ step }) => step)).toEqual([0, 4, 8]);
    for (const { path } of result.grids) {
      const { width, height } = await sharp(at("whole", path)).metadata();
      expect([width, height]).toEqual([8 * 34 - 2, 8 * 34 - 2]);
    }
    expect(readFileSync(report, "utf8")).toContain(`<h1>${result.answer[0]}</h1>`);
    const loaded = await nn.loadGenerator(generator!);
    expect(loaded.facts).toMatchObject({
      step: 8,
      classes: 0,
      shape: [32, 32, 3],
      training: { className: "red" },
    });
    await loaded.close();
  });

  it("stopped and gone on with ends in the same weights and history as undisturbed", async () => {
    const { result: stopped } = await train("parts", stopAfter(3));
    expect(stopped).toMatchObject({ status: "stopped", steps: 3 });
    expect(stopped.grids.map(({ step }) => step)).toEqual([0, 3]);
    expect(stopped.answer[0]).toContain("stopped after");
    await expect(train("parts")).rejects.toThrow("--resume goes on with it");
    writeFileSync(at("parts/.generator.onnx.12345678.part"), "what a killed process left");
    const { result } = await train("parts", { resume: true });
    expect(readdirSync(at("parts")).filter((name) => name.startsWith("."))).toEqual([]);
    expect(result.status).toBe("finished");
    expect(generatorIn("parts")).toEqual(generatorIn("whole"));
    expect(result.history).toEqual(resultIn("whole").history);
    expect(result.grids).toEqual(resultIn("whole").grids);
    for (const { path } of result.grids) {
      expect(readFileSync(at("parts", path))).toEqual(readFileSync(at("whole", path)));
    }
  });

  it.each([
    ["labelSmoothing", "--label-smoothing", 0.2],
    ["discriminatorSteps", "--discriminator-steps", 2],
    ["generatorLearningRate", "--generator-learning-rate", 0.001],
    ["discriminatorLearningRate", "--discriminator-learning-rate", 0.001],
  ] as const)("%s changes what is learned", async (option, flag, value) => {
    const { result } = await train(option, { [option]: value });
    expect(result.settings).toMatchObject({ [option]: value });
    expect(result.command.join(" ")).toContain(` ${flag} ${value} `);
    expect(generatorIn(option)).not.toEqual(generatorIn("whole"));
    await expect(train(option, { resume: true })).rejects.toThrow(
      new RegExp(`${option} is ${value} there, \\S+ now`),
    );
  });

  it("goes on further when more steps are asked for, and reports a finished one again", async () => {
    const again = await train("parts", { resume: true });
    expect(again.result.steps).toBe(8);
    const further = await train("parts", { resume: true, steps: 10 });
    expect(further.result).toMatchObject({ status: "finished", steps: 10, limit: { steps: 10 } });
    expect(readdirSync(at("parts")).filter((name) => name.startsWith("checkpoint"))).toEqual([
      "checkpoint-10",
    ]);
  });

  it("ends when the minutes are over", async () => {
    const { result } = await train("minutes", { steps: undefined, minutes: 0.001 });
    expect(result).toMatchObject({ status: "finished", limit: { steps: null, minutes: 0.001 } });
    expect(result.steps).toBeGreaterThan(0);
    expect(result.grids.at(-1)?.step).toBe(result.steps);
  });

  it("says that a loss is no number any more, and keeps the last good state", async () => {
    const warnings: string[] = [];
    const { result, generator } = await train("wild", {
      seed: wildSeed,
      steps: 40,
      warn: (line) => warnings.push(line),
    });
    expect(result.status).toBe("diverged");
    expect(result.answer[0]).toMatch(
      /^The training of 32×32 red pictures diverged; the last good state, after \d+ steps?, is kept\.$/,
    );
    expect(result.steps).toBeLessThan(40);
    expect(result.events).toEqual([expect.objectContaining({ kind: "diverged" })]);
    expect(warnings.at(-1)).toContain("diverged");
    const loaded = await nn.loadGenerator(generator!);
    const { data } = await loaded.generate({ data: new Float32Array(8).fill(0.5), shape: [1, 8] });
    expect(data.every(Number.isFinite)).toBe(true);
    expect(loaded.facts.step).toBe(result.steps);
    await loaded.close();
  });

  it("takes a pipeline as an object, and keeps it for repeating", async () => {
    const pipeline = compose([verticalFlip({ p: 1 })]);
    const { result } = await train("turned", { pipeline, steps: 2 });
    expect(result.settings.pipeline).toEqual({
      name: at("turned/pipeline.json"),
      definition: pipeline.toDict(),
    });
    const { result: again } = await train("turned-again", { pipeline: at("turned/pipeline.json"), steps: 2 });
    expect(again.history).toEqual(result.history);
  });

  it("learns all classes by their names", async () => {
    const { result } = await train("conditional", { className: undefined, conditional: true, steps: 4 });
    expect(result.data).toMatchObject({ classNames: ["green", "red"], heldBack: 19 });
    expect(result.data.perClass.reduce((sum, pictures) => sum + pictures, 0)).toBe(76);
    const { height } = await sharp(at("conditional", result.grids[0].path)).metadata();
    expect(height).toBe(2 * 34 - 2);
  });

  it("learns pictures without classes, grey ones and ones with alpha among them, and leaves a broken one out", async () => {
    await drawDiscs(at("mixed"), 36);
    for (let picture = 0; picture < 12; picture++) {
      const path = at("mixed", `${String(picture).padStart(3, "0")}.png`);
      const read = sharp(readFileSync(path));
      const bytes = await (picture % 2 ? read.greyscale().toColourspace("b-w") : read.ensureAlpha(0.5))
        .png()
        .toBuffer();
      writeFileSync(path, bytes);
    }
    writeFileSync(at("mixed/007.png"), readFileSync(at("mixed/007.png")).subarray(0, 90));
    const warnings: string[] = [];
    const options: Partial<TrainGanOptions> = {
      folder: at("mixed"),
      className: undefined,
      batchSize: 64,
      steps: 3,
      warn: (line) => warnings.push(line),
    };
    const { result } = await train("mixed-gan", options);
    expect(result).toMatchObject({ status: "finished", steps: 3, settings: { batchSize: 36 } });
    expect(result.data).toMatchObject({ layout: "flat", pictures: 36, heldBack: 0 });
    expect(result.data.broken).toEqual([{ file: "007.png", reason: expect.any(String) }]);
    const again = await train("mixed-gan", { ...options, resume: true });
    expect(again.result.data).toEqual(result.data);
    expect(warnings.join("\n")).toContain("fewer than 200 pictures to learn from");
  });
});

describe("bad input of gan train", () => {
  it.each([
    ["a size that is no power of two", { size: 48 }, "size must be 32, 64 or 128, got 48"],
    ["a class that is not there", { className: "rde" }, 'has no class "rde"; did you mean red?'],
    [
      "an unknown loss",
      { loss: "wasserstein" as "hinge" },
      "loss must be one of nonSaturating, minimax, hinge",
    ],
    ["labels smoothed away", { labelSmoothing: 0.5 }, "labelSmoothing must be a number from 0 to below 0.5"],
    [
      "smoothed labels where there are none",
      { loss: "hinge", labelSmoothing: 0.1 },
      "the hinge loss has no labels to smooth",
    ],
    ["half a step", { discriminatorSteps: 0.5 }, "discriminatorSteps must be a whole number from 1 to 1000"],
    ["no learning", { generatorLearningRate: 0 }, "generatorLearningRate must be a number above 0, got 0"],
    [
      "a learning rate that is no number",
      { discriminatorLearningRate: Number.NaN },
      "discriminatorLearningRate must be a number above 0, got NaN",
    ],
    ["no steps", { steps: 0 }, "steps must be a whole number of at least 1, got 0"],
    ["no time", { minutes: 0 }, "minutes must be a number above 0, got 0"],
    ["one class and all classes", { conditional: true }, "give one of the two"],
  ])("%s", async (_, options, message) => {
    await expect(train("bad", options)).rejects.toThrow(message);
    expect(existsSync(at("bad"))).toBe(false);
  });

  it("a pipeline whose pictures do not fit", async () => {
    const written = (name: string, transform: object) => {
      const whole = { __class_fullname__: "Compose", p: 1, transforms: [transform] };
      writeFileSync(at(name), JSON.stringify({ __version__: "2.0.8", transform: whole }));
      return at(name);
    };
    const normalize = written("normalize.json", { __class_fullname__: "Normalize", p: 1 });
    await expect(train("bad", { pipeline: normalize })).rejects.toThrow("gives 3 channels of Float32");
    const resize = written("resize.json", { __class_fullname__: "Resize", height: 20, width: 30, p: 1 });
    await expect(train("bad", { pipeline: resize })).rejects.toThrow(
      "makes pictures of 30×20, the networks take 32×32",
    );
    expect(existsSync(at("bad"))).toBe(false);
  });

  it("too few pictures, and one picture in a class, say how few are hopeless", async () => {
    await drawDiscs(at("few/a"), 40);
    await drawDiscs(at("few/b"), 1);
    await drawDiscs(at("few/c"), 12);
    const options = { folder: at("few"), validationSplit: 0 };
    await expect(train("bad", { ...options, className: "b" })).rejects.toThrow(
      /class b: one picture to learn from; fewer than 16 are hopeless/,
    );
    await expect(train("bad", { ...options, className: "c" })).rejects.toThrow("12 pictures to learn from");
    await expect(train("bad", { ...options, className: undefined, conditional: true })).rejects.toThrow(
      /class b: one picture/,
    );
    await expect(
      train("bad", { folder: at("few/a"), className: undefined, conditional: true }),
    ).rejects.toThrow("few/a has none");
    expect(existsSync(at("bad"))).toBe(false);
  });

  it("a folder that holds something else, or another training, is left as it is", async () => {
    mkdirSync(at("other"));
    writeFileSync(at("other/mine.txt"), "mine");
    await expect(train("other")).rejects.toThrow("is not empty and holds no GAN's training");
    await expect(train("whole", { resume: true, loss: "hinge" })).rejects.toThrow(
      "loss is nonSaturating there, hinge now",
    );
    await drawDiscs(at("pictures-more"), 0);
    cpSync(at("pictures"), at("pictures-more"), { recursive: true });
    rmSync(at("pictures-more/green/003.png"));
    await expect(train("whole", { resume: true, folder: at("pictures-more") })).rejects.toThrow(
      "the pictures have changed",
    );
    expect(readdirSync(at("other"))).toEqual(["mine.txt"]);
  });

  it("a checkpoint of another architecture, and a damaged one", async () => {
    await train("wider", { filters: 6, steps: 4 });
    cpSync(at("wider"), at("mixed-up"), { recursive: true });
    const run = JSON.parse(readFileSync(at("mixed-up/gan-run.json"), "utf8"));
    run.settings.filters = 4;
    writeFileSync(at("mixed-up/gan-run.json"), JSON.stringify(run));
    await expect(train("mixed-up", { resume: true })).rejects.toThrow("it belongs to another architecture");
    const checkpoint = at("wider/checkpoint-4/gan.checkpoint");
    writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 5000));
    await expect(train("wider", { filters: 6, resume: true })).rejects.toThrow("cut off or damaged");
    writeFileSync(at("wider/state.json"), "{");
    await expect(train("wider", { filters: 6, resume: true })).rejects.toThrow("state.json is damaged");
  });
});
