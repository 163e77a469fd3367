import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { TrainGanOptions } from "../src/gan/options.ts";
import { trainGan } from "../src/gan/train.ts";
import { temporaryFolder } from "./cli-process.ts";
import { drawDiscs } from "./support/gan-pictures.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);

/** The smallest networks that are still whole. */
const tiny = { size: 32, filters: 4, latent: 8, batchSize: 8, every: 4, workers: 0 } as const;

const train = (out: string, options: Partial<TrainGanOptions> = {}) =>
  trainGan({ ...tiny, folder: at("pictures"), className: "red", steps: 4, out: at(out), ...options });
const generatorIn = (out: string) => readFileSync(at(out, "generator.onnx"));

beforeAll(async () => {
  await drawDiscs(at("pictures/red"), 50);
  await drawDiscs(at("pictures/green"), 45, { colour: [60, 220, 60] });
  await train("whole");
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

  it("too few pictures that can be decoded, counted with those that cannot and those held back", async () => {
    await drawDiscs(at("broken/a"), 40);
    await drawDiscs(at("broken/b"), 4);
    await drawDiscs(at("broken/c"), 40);
    for (let picture = 10; picture < 36; picture++)
      writeFileSync(at(`broken/b/${picture}.png`), "no picture");
    const options = { folder: at("broken"), className: undefined, validationSplit: 0, batchSize: 64 };
    await expect(train("bad", { ...options, conditional: true })).rejects.toThrow(
      /class b: 4 pictures to learn from \(30 found, 26 could not be decoded\); fewer than 16 are hopeless/,
    );
    await expect(train("bad", { ...options, className: "b", validationSplit: 0.2 })).rejects.toThrow(
      /class b: \w+ pictures? to learn from \(30 found, \d+ could not be decoded, \d held back for validation\)/,
    );
    for (let picture = 0; picture < 4; picture++)
      writeFileSync(at(`broken/b/00${picture}.png`), "no picture");
    await expect(train("bad", { ...options, className: "b" })).rejects.toThrow(
      "class b: no picture to learn from (30 found, 30 could not be decoded)",
    );
    expect(existsSync(at("bad"))).toBe(false);
    const { result } = await train("some-broken", { ...options, batchSize: 62, steps: 1 });
    expect(result.data).toMatchObject({ pictures: 80, perClass: [] });
  });

  it("a class whose pictures are held back, counted with these", async () => {
    await drawDiscs(at("held/a"), 40);
    await drawDiscs(at("held/b"), 10);
    await expect(train("bad", { folder: at("held"), className: "b" })).rejects.toThrow(
      "class b: 7 pictures to learn from (10 found, 3 held back for validation); fewer than 16 are hopeless",
    );
    expect(existsSync(at("bad"))).toBe(false);
  });

  it("more pictures than a batch and fewer than two are learned from", async () => {
    await drawDiscs(at("eighteen"), 18);
    const { result } = await train("of-eighteen", {
      folder: at("eighteen"),
      className: undefined,
      batchSize: 10,
      steps: 2,
    });
    expect(result).toMatchObject({ status: "finished", data: { pictures: 18 } });
  });

  it("an output inside the pictures, the one that is taken where none is given too", async () => {
    await expect(train("pictures/red/gan")).rejects.toThrow(
      `lies inside ${at("pictures")}: what is written would be taken for pictures`,
    );
    const here = process.cwd();
    try {
      process.chdir(at("pictures"));
      await expect(train("", { folder: ".", out: undefined })).rejects.toThrow(
        "aumento-out/pictures-gan lies inside .",
      );
    } finally {
      process.chdir(here);
    }
    expect(readdirSync(at("pictures")).sort()).toEqual(["green", "red"]);
  });

  it("to go on with a training and to remove it", async () => {
    const before = generatorIn("whole");
    await expect(train("whole", { resume: true, overwrite: true })).rejects.toThrow(
      "resume goes on with the run that is there and overwrite removes it: give one of the two",
    );
    expect(generatorIn("whole")).toEqual(before);
  });

  it("an overwriting training that cannot begin leaves the earlier one", async () => {
    const before = generatorIn("whole");
    const options = { folder: at("broken"), className: "b", validationSplit: 0, overwrite: true };
    await expect(train("whole", options)).rejects.toThrow("could not be decoded");
    expect(generatorIn("whole")).toEqual(before);
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
    writeFileSync(at("wider/state.json"), "{}");
    await expect(train("wider", { filters: 6, resume: true })).rejects.toThrow(
      /state\.json is damaged: expected the state of a training \(step, .*\), its "step" is missing$/,
    );
    writeFileSync(at("wider/state.json"), "{");
    await expect(train("wider", { filters: 6, resume: true })).rejects.toThrow("state.json is damaged");
  });
});
