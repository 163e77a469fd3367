import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type CompareOptions, compare } from "../src/experiment/compare.ts";
import { trainGan } from "../src/gan/train.ts";
import { temporaryFolder } from "./cli-process.ts";
import { drawDiscs } from "./support/gan-pictures.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const tiny = { size: 32, filters: 4, latent: 8, batchSize: 8, steps: 4, workers: 0 } as const;
const run = (out: string, options: Partial<CompareOptions> = {}) =>
  compare({
    folder: at("pictures"),
    out: at(out),
    network: "small",
    pipeline: "flip",
    imageSize: 24,
    epochs: 1,
    seed: 5,
    workers: 0,
    with: "gan",
    ...options,
  });

beforeAll(async () => {
  await drawDiscs(at("pictures/red"), 60);
  await drawDiscs(at("pictures/green"), 50, { colour: [60, 220, 60] });
  const trained = { ...tiny, folder: at("pictures"), conditional: true };
  await trainGan({ ...trained, out: at("model"), seed: 5 });
  await trainGan({ ...trained, out: at("greedy"), seed: 5, validationSplit: 0 });
});

describe("compare with generated pictures", () => {
  it("trains four networks and says whether the generated pictures helped", async () => {
    const { result, report } = await run("whole", { ganModel: at("model"), ganCount: 6 });
    expect(result.status).toBe("finished");
    expect(result.arms.map(({ name, synthetic }) => [name, synthetic])).toEqual([
      ["without", null],
      ["with", null],
      ["gan-without", [6, 6]],
      ["gan-with", [6, 6]],
    ]);
    const pairs = result.comparisons.map(
      ({ baseline, arm, factor }) => `${factor}: ${arm} against ${baseline}`,
    );
    expect(new Set(pairs)).toEqual(
      new Set([
        "augment: with against without",
        "augment: gan-with against gan-without",
        "synthetic: gan-without against without",
        "synthetic: gan-with against with",
      ]),
    );
    expect(result.answer.join("\n")).toMatch(
      /^Adding generated pictures (helped|hurt|made no clear difference) /m,
    );
    expect(result.answer).toContainEqual(
      expect.stringMatching(/^With generated pictures an epoch has 100 pictures, without 88/),
    );
    expect(result.settings.gan).toEqual({ model: at("model"), steps: null, size: null, count: 6 });
    expect(result.command.join(" ")).toContain(`--with gan --gan-model ${at("model")} --gan-count 6`);
    const page = readFileSync(report, "utf8");
    expect(page).toContain("Near copies of training pictures were left out");
    // The validation pictures are the same ones for all, real and unvaried.
    for (const arm of result.arms) {
      expect(arm.runs[0].validation?.pictures).toBe(22);
      for (const { file } of arm.runs[0].validation?.mistakes ?? []) expect(file).not.toContain("synthetic");
    }
    expect(readdirSync(at("whole/synthetic")).sort()).toEqual(["green", "manifest.jsonl", "red"]);
    expect(readdirSync(at("whole/synthetic/red"))).toHaveLength(6);
  });

  it("goes on without generating again, and removes what it made when it begins afresh", async () => {
    const before = statSync(at("whole/synthetic/manifest.jsonl")).mtimeMs;
    const { result } = await run("whole", { ganModel: at("model"), ganCount: 6, resume: true });
    expect(result.arms[2].synthetic).toEqual([6, 6]);
    expect(statSync(at("whole/synthetic/manifest.jsonl")).mtimeMs).toBe(before);
    await expect(run("whole", { ganModel: at("model"), ganCount: 5, resume: true })).rejects.toThrow(
      "gan is --with gan",
    );
    await run("whole", { with: undefined, overwrite: true });
    expect(existsSync(at("whole/synthetic"))).toBe(false);
  });

  it("trains a generator on the training pictures itself", async () => {
    const lines: string[] = [];
    const { result } = await run("own", {
      ganSteps: 1,
      ganSize: 32,
      arms: ["without", "gan-without"],
      log: (line) => lines.push(line),
    });
    expect(lines.join("\n")).toContain("training a GAN on the training pictures first: 1 step at 32×32");
    const gan = JSON.parse(readFileSync(at("own/gan/gan.json"), "utf8"));
    expect(gan.data).toMatchObject({ heldBack: 22, fingerprint: result.data.fingerprint });
    expect(result.arms[1].synthetic).toEqual(result.data.perClass.training);
  });

  it.each<[string, Partial<CompareOptions>, string]>([
    [
      "a generator that saw the validation pictures",
      { ganModel: at("greedy") },
      "the validation pictures among them",
    ],
    ["a generator of another split", { ganModel: at("model"), seed: 6 }, "was trained on another split"],
    ["a generator and steps to train one", { ganModel: at("model"), ganSteps: 5 }, "give one of the two"],
    ["a size that is no power of two", { ganSize: 50 }, "ganSize must be 32, 64 or 128, got 50"],
    [
      "generated pictures that were not asked for",
      { with: undefined, ganSteps: 5 },
      'ganSteps goes with with: "gan"',
    ],
    [
      "an arm that was not asked for",
      { with: undefined, arms: ["without", "gan-with"] },
      'arm "gan-with" needs with: "gan"',
    ],
  ])("refuses %s", async (_, options, message) => {
    await expect(run("refused", options)).rejects.toThrow(message);
    expect(existsSync(at("refused"))).toBe(false);
  });
});
