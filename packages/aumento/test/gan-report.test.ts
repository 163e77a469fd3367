import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeGan } from "../src/gan/answer.ts";
import { ganReportPage, thinned } from "../src/gan/page.ts";
import type { GanResult } from "../src/gan/result.ts";
import { temporaryFolder } from "./cli-process.ts";
import { openBrowser, skipWithoutBrowser } from "./support/browser.ts";

const folder = temporaryFolder();

/** A training of 300 steps with grids that are each of one grey. */
function madeUp(change: Partial<GanResult> = {}): GanResult {
  const steps = 300;
  const described: Omit<GanResult, "answer"> = {
    format: "aumento-gan",
    version: 1,
    status: "finished",
    startedAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:05:00.000Z",
    environment: { aumento: "0.1.0", node: "20.20.0", platform: "linux x64", processors: 2 },
    command: ["aumento", "gan", "train", "my flowers"],
    settings: {
      folder: "my <flowers>",
      size: 32,
      className: null,
      conditional: true,
      batchSize: 16,
      loss: "hinge",
      labelSmoothing: 0,
      discriminatorSteps: 2,
      generatorLearningRate: 0.0001,
      discriminatorLearningRate: 0.0004,
      normalization: "spectral",
      upsampling: "nearest",
      diffAugment: ["color"],
      pipeline: { name: "flip", definition: {} },
      latent: 100,
      filters: 64,
      validationSplit: 0.2,
      seed: 1,
      every: 100,
    },
    limit: { steps, minutes: null },
    data: {
      layout: "split",
      classNames: ["rose", "tulip"],
      pictures: 400,
      perClass: [210, 190],
      heldBack: 100,
      fingerprint: "0",
      trainingFingerprint: "1",
      broken: [],
    },
    networks: {
      generator: { parameters: 1000, layers: ["dense 16", "activation 16"] },
      discriminator: { parameters: 900, layers: ["conv2d 16×16×4", "dense 2"] },
    },
    steps,
    seconds: 300,
    history: Array.from({ length: 30 }, (_, i) => ({
      step: (i + 1) * 10,
      discriminatorLoss: 1.4 - i / 60,
      generatorLoss: 0.7 + i / 60,
      real: 0.5 + i / 100,
      generated: 0.5 - i / 100,
    })),
    grids: [0, 100, 200, 300].map((step) => ({ step, path: `grids/${step}.png` })),
    events: [],
    generator: "generator.onnx",
    ...change,
  };
  return { ...described, answer: describeGan(described) };
}

beforeAll(async () => {
  mkdirSync(join(folder, "grids"));
  for (const step of [0, 100, 200, 300]) {
    const grey = sharp({
      create: { width: 66, height: 32, channels: 3, background: { r: step / 2, g: 0, b: 0 } },
    });
    await grey.png().toFile(join(folder, `grids/${step}.png`));
  }
});

describe("the answer", () => {
  it.each<[string, Partial<GanResult>, RegExp]>([
    ["finished", {}, /^A generator of 32×32 pictures of 2 classes after 300 steps\.$/],
    ["stopped", { status: "stopped" }, /stopped after 300 steps\.$/],
    ["not begun", { status: "stopped", steps: 0, history: [] }, /^Stopped before the first step/],
    ["collapsed", { status: "collapsed" }, /collapsed; the state after 300 steps is kept/],
    ["diverged", { status: "diverged" }, /diverged; the last good state, after 300 steps, is kept/],
    ["saturated", { status: "saturated" }, /learns no more; the last good state/],
  ])("%s", (_, change, headline) => expect(madeUp(change).answer[0]).toMatch(headline));

  it("says what the discriminator's figures mean", () => {
    const at = (real: number, generated: number) =>
      madeUp({ history: [{ step: 1, discriminatorLoss: 1, generatorLoss: 1, real, generated }] }).answer.at(
        -1,
      );
    expect(at(0.6, 0.4)).toContain("neither network has won");
    expect(at(0.95, 0.05)).toContain("tells them apart nearly always");
    expect(at(0.5, 0.49)).toContain("hardly tells them apart");
  });

  it("says that nothing was held back", () => {
    const { data } = madeUp();
    expect(madeUp({ data: { ...data, heldBack: 0 } }).answer[1]).toContain("would not be honest");
  });
});

describe("the report of a GAN", () => {
  it("escapes what comes from names, and does without grids that have gone", async () => {
    const page = await ganReportPage(madeUp(), folder);
    expect(page).toContain("my &lt;flowers&gt;");
    expect(page).not.toContain("my <flowers>");
    expect(page.match(/<img /g)).toHaveLength(4);
    const without = await ganReportPage(madeUp({ grids: [{ step: 5, path: "gone.png" }] }), folder);
    expect(without).not.toMatch(/<img |<script/);
    const empty = await ganReportPage(madeUp({ history: [], grids: [], steps: 0 }), folder);
    expect(empty).toContain("No step had ended when training stopped.");
  });

  it("shows grids spread evenly, the first and the last among them", () => {
    const items = Array.from({ length: 101 }, (_, i) => i);
    expect(thinned(items, 5)).toEqual([0, 25, 50, 75, 100]);
    expect(thinned(items.slice(0, 3), 5)).toEqual([0, 1, 2]);
  });

  describe.skipIf(skipWithoutBrowser)("in a browser (skipped where there is no Chromium)", () => {
    let browser: Awaited<ReturnType<typeof openBrowser>>;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());

    it.each([360, 1280])(
      "draws its curves and moves through its grids, %i wide, without a request",
      async (width) => {
        const path = join(folder, "report.html");
        await writeFile(path, await ganReportPage(madeUp(), folder));
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        const requests: string[] = [];
        const complaints: string[] = [];
        page.on("request", (request) => {
          if (!request.url().startsWith("data:")) requests.push(request.url());
        });
        page.on("console", (message) => complaints.push(message.text()));
        const url = pathToFileURL(path).href;
        await page.goto(url);
        // Evaluated as text: this program's types know no DOM.
        const look = () =>
          page.evaluate(`({
          shown: [...document.images].filter((picture) => picture.offsetWidth > 0 && picture.naturalWidth > 0).map((picture) => picture.dataset.step).join(),
          says: document.querySelector("output").value,
          slider: document.querySelector("input").offsetWidth > 0,
          lines: [...document.querySelectorAll("svg .line path, svg path.line")].filter((path) => path.getTotalLength() > 20).length,
          overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        })`);
        expect(await look()).toEqual({ shown: "300", says: "step 300", slider: true, lines: 4, overflow: 0 });
        await page.focus("#step");
        await page.keyboard.press("ArrowLeft");
        expect(await look()).toMatchObject({ shown: "200", says: "step 200" });
        await page.keyboard.press("Home");
        expect(await look()).toMatchObject({ shown: "0", says: "step 0" });
        await page.close();
        expect(requests).toEqual([url]);
        expect(complaints).toEqual([]);
      },
    );
  });
});
