import { existsSync, readFileSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { type SampleGanOptions, sampleGan } from "../src/gan/sample.ts";
import { drawDiscs } from "./support/gan-pictures.ts";
import { ganWorkplace } from "./support/gan-workplace.ts";
import { hashOf } from "./workplace.ts";

const { at, train, names } = ganWorkplace();

beforeAll(async () => {
  await drawDiscs(at("pictures/red"), 30);
  await drawDiscs(at("pictures/green"), 30, { colour: [60, 220, 60] });
  await train("models/red", { className: "red" });
  await train("models/green", { className: "green" });
  await train("both", { conditional: true });
  await train("nameless");
});

describe("gan sample", () => {
  const sample = (options: Partial<SampleGanOptions>) =>
    sampleGan({ model: at("models/red"), form: "pictures", out: at("samples"), ...options });

  it("draws the same pictures for the same seed, one file each", async () => {
    await sample({ count: 12, seed: 3, out: at("first") });
    await sample({ count: 12, seed: 3, out: at("second"), model: at("models/red/generator.onnx") });
    await sample({ count: 1, seed: 4, out: at("third") });
    expect(names("first")).toHaveLength(12);
    expect(names("first")[0]).toBe("sample-3-000000.png");
    for (const name of names("first")) expect(hashOf(at("first", name))).toBe(hashOf(at("second", name)));
    expect(hashOf(at("third/sample-4-000000.png"))).not.toBe(hashOf(at("first/sample-3-000000.png")));
    expect(await sharp(at("first/sample-3-000000.png")).metadata()).toMatchObject({
      width: 32,
      height: 32,
      channels: 3,
    });
  });

  it("draws a grid, and a strip whose ends are the pictures of its seeds", async () => {
    await sample({ form: "grid", count: 9, out: at("grid.png") });
    expect(await sharp(at("grid.png")).metadata()).toMatchObject({ width: 3 * 34 - 2, height: 3 * 34 - 2 });
    await sample({ form: "strip", between: [3, 4], count: 5, out: at("strip.png") });
    expect(await sharp(at("strip.png")).metadata()).toMatchObject({ width: 5 * 34 - 2, height: 32 });
    const end = async (left: number, path: string) => {
      const strip = await sharp(at("strip.png"))
        .extract({ left, top: 0, width: 32, height: 32 })
        .raw()
        .toBuffer();
      const alone = await sharp(at(path)).raw().toBuffer();
      // The graph of a batch of another size may round its sums otherwise.
      expect(Math.max(...strip.map((value, i) => Math.abs(value - alone[i])))).toBeLessThanOrEqual(1);
    };
    await end(0, "first/sample-3-000000.png");
    await end(4 * 34, "third/sample-4-000000.png");
  });

  it("draws a strip of each class where none is asked for, of the same latent vectors", async () => {
    const strip = (out: string, className?: string) =>
      sample({ model: at("both"), form: "strip", between: [3, 4], count: 3, className, out: at(out) });
    expect(await strip("rows.png")).toMatchObject({ count: 6 });
    await strip("green.png", "green");
    await strip("red.png", "red");
    const { height } = await sharp(at("rows.png")).metadata();
    expect(height).toBe(2 * 34 - 2);
    const pixels = (path: string, top: number) =>
      sharp(at(path))
        .extract({ left: 0, top, width: 3 * 34 - 2, height: 32 })
        .raw()
        .toBuffer();
    expect(await pixels("rows.png", 0)).toEqual(await pixels("green.png", 0));
    expect(await pixels("rows.png", 34)).toEqual(await pixels("red.png", 0));
  });

  it("draws picture k of a seed alike whatever the count is, a batch at a time", async () => {
    const done: number[] = [];
    await sample({ count: 40, out: at("many"), onProgress: (each) => done.push(each) });
    await sample({ count: 5, out: at("few") });
    expect(done).toEqual(Array.from({ length: 40 }, (_, place) => place + 1));
    expect(names("few")).toEqual(names("many").slice(0, 5));
    for (const name of names("few")) expect(hashOf(at("few", name))).toBe(hashOf(at("many", name)));
    // The last of the second batch, alone on a sheet of another form.
    await sample({ form: "grid", count: 36, out: at("six.png") });
    const corner = await sharp(at("six.png"))
      .extract({ left: 5 * 34, top: 5 * 34, width: 32, height: 32 })
      .raw()
      .toBuffer();
    expect(corner).toEqual(
      await sharp(at("many", names("many")[35]))
        .raw()
        .toBuffer(),
    );
  });

  it("asks a generator of several classes for one, or lets them take turns", async () => {
    await sample({ model: at("both"), className: "red", count: 2, out: at("reds") });
    await sample({ model: at("both"), count: 4, out: at("turns") });
    await sample({ className: "red", count: 1, out: at("own-class") });
    // A generator of one class is asked for it in vain, not refused.
    await sample({ count: 1, out: at("unasked") });
    expect(hashOf(at("own-class/sample-0-000000.png"))).toBe(hashOf(at("unasked/sample-0-000000.png")));
    expect(names("reds")).toEqual(["red-0-000000.png", "red-0-000001.png"]);
    expect(names("turns")).toEqual([
      "green-0-000000.png",
      "green-0-000002.png",
      "red-0-000001.png",
      "red-0-000003.png",
    ]);
  });

  it.each([
    ["a class beyond those trained", { model: at("both"), className: "blue" }, "was trained on green, red"],
    [
      "a class of a generator without",
      { model: at("nameless"), className: "red" },
      "was trained without classes",
    ],
    ["another class than the one it learned", { className: "green" }, "was trained on red only"],
    ["a folder of generators without a class", { model: at("models") }, "say which with className"],
    [
      "a seed beside those of a strip's ends",
      { form: "strip" as const, seed: 1, between: [1, 2] as const, out: at("refused.png") },
      "between names the seeds of both ends: leave seed out",
    ],
    ["a class that has no generator", { model: at("models"), className: "rde" }, "did you mean red?"],
    ["no generator", { model: at("pictures") }, "holds no generator.onnx"],
    ["nothing at all", { model: at("nowhere") }, "there is no file or folder"],
    ["no ONNX file", { model: at("pictures/red/000.png") }, "000.png"],
    ["a grid that is no PNG", { form: "grid" as const, out: at("grid.jpg") }, "must end in .png"],
  ])("refuses %s", async (_, options, message) => {
    await expect(sample({ out: at("refused"), ...options })).rejects.toThrow(message);
    expect(existsSync(at("refused"))).toBe(false);
  });

  it("leaves nothing when it is interrupted", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(sample({ out: at("stopped"), signal })).rejects.toThrow("interrupted");
    expect(existsSync(at("stopped"))).toBe(false);
    const controller = new AbortController();
    let drawn = 0;
    const run = sample({
      out: at("stopped"),
      count: 100_000,
      signal: controller.signal,
      onProgress(done) {
        drawn = done;
        if (done === 20) controller.abort();
      },
    });
    await expect(run).rejects.toThrow("interrupted");
    expect([drawn, names("stopped")]).toEqual([20, []]);
  });

  it("leaves what is there", async () => {
    await expect(sample({ out: at("first") })).rejects.toThrow("is not empty");
    await expect(sample({ form: "grid", out: at("grid.png") })).rejects.toThrow("exists already");
    await sample({ form: "grid", out: at("grid.png"), count: 4, overwrite: true });
    writeFileSync(at("third/mine.png"), "mine");
    await sample({ count: 12, seed: 4, out: at("third"), overwrite: true });
    expect(names("third")).toHaveLength(13);
    expect(readFileSync(at("third/mine.png"), "utf8")).toBe("mine");
    expect(await sharp(at("grid.png")).metadata()).toMatchObject({ width: 66 });
  });
});
