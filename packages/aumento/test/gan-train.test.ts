import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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
/** The weights of this one are no numbers from the beginning. */
const hopelessSeed = 667;
/** This one ends in trouble, with its state of step 4 as the last good one. */
const backSeed = 668;

function goesBack(gan: nn.Gan): void {
  const fit = gan.fit.bind(gan);
  const good = at("good-state");
  gan.fit = async (source, options) => {
    const callbacks = options.callbacks ?? [];
    const keep: nn.GanCallback = { onStep: (step) => (step === 4 ? gan.save(good) : undefined) };
    const history = await fit(source, { ...options, callbacks: [keep, ...callbacks] });
    await gan.restore(good);
    return { ...history, stopped: "collapsed" };
  };
}

vi.mock("../src/gan/networks.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../src/gan/networks.ts")>();
  return {
    createGan(settings: GanSettings, classNames: readonly string[]) {
      const made = original.createGan(settings, classNames);
      if (settings.seed === hopelessSeed) {
        const { state, network } = made.generator;
        for (const { path } of network.weights) state.value(path).fill(Number.NaN);
      }
      if (settings.seed === backSeed) goesBack(made);
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

  it("says that there is no generator where it diverged before there was a good state", async () => {
    const { result, generator } = await train("hopeless", { seed: hopelessSeed, steps: 4 });
    expect([result.status, result.steps, generator]).toEqual(["diverged", 0, null]);
    expect(result.answer[0]).toBe(
      "The training of 32×32 red pictures diverged before it had a good state: there is no generator.",
    );
    expect(existsSync(at("hopeless/generator.onnx"))).toBe(false);
  });

  it("removes the grids of steps that trouble took back, and says how far the curves go", async () => {
    const { result } = await train("back", { seed: backSeed, steps: 10, every: 2 });
    expect(result).toMatchObject({ status: "collapsed", steps: 4 });
    expect(result.grids.map(({ step }) => step)).toEqual([0, 2, 4]);
    expect(readdirSync(at("back/grids"))).toEqual(["step-000000.png", "step-000002.png", "step-000004.png"]);
    expect(result.history.at(-1)?.step).toBe(10);
    expect(result.answer).toContain(
      "The curves go on to step 10 and show what went wrong; networks and grids are those of step 4 and before.",
    );
    expect(readdirSync(at("back"))).toContain("checkpoint-4");
    // What goes on takes these steps again.
    const { result: again } = await train("back", { seed: backSeed, steps: 6, every: 2, resume: true });
    expect(again.history.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
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
    expect(result.data).toMatchObject({ layout: "flat", pictures: 35, heldBack: 0 });
    expect(result.data.broken).toEqual([{ file: "007.png", reason: expect.any(String) }]);
    const again = await train("mixed-gan", { ...options, resume: true });
    expect(again.result.data).toEqual(result.data);
    expect(result.answer[1]).toContain("Learned from 35 pictures ");
    expect(result.answer[1]).toContain(" 1 picture could not be decoded and was left out.");
    expect(warnings.join("\n")).toContain("fewer than 200 pictures to learn from");
  });
});
