import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Result } from "../src/experiment/result.ts";
import { writeReport } from "../src/report/write.ts";
import { openBrowser, skipWithoutBrowser } from "./support/browser.ts";
import { fourArms, madeUpResult } from "./support/made-up-result.ts";

let folder: string;
let result: Result;
let report: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aumento-report-"));
  result = await madeUpResult(folder, 3);
  report = await writeReport(result, folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const curvePoints = () =>
  result.arms.flatMap((arm) => arm.runs).reduce((sum, run) => sum + 2 * run.epochs.length, 0);

describe("the report as a file", () => {
  it("escapes what comes from file names", async () => {
    const text = await readFile(report, "utf8");
    expect(text).toContain("rose/broken &lt;b&gt;.jpg");
    expect(text).not.toContain("broken <b>");
  });

  it("says the same as result.json beside it", async () => {
    const read: unknown = JSON.parse(await readFile(join(folder, "result.json"), "utf8"));
    expect(read).toEqual(result);
    expect(await readFile(report, "utf8")).toContain(
      `<h1>${result.answer[0].replaceAll(" %", "\u00a0%")}</h1>`,
    );
  });

  it("names a picture that has gone instead of failing", async () => {
    const gone = structuredClone(result);
    gone.arms[0].runs[0].validation!.mistakes[0].file = "rose/gone.jpg";
    gone.arms[1].seen[0].path = "seen/gone.jpg";
    const { reportPage } = await import("../src/report/page.ts");
    expect((await reportPage(gone, folder)).match(/picture not found/g)).toHaveLength(2);
  });
});

describe.skipIf(skipWithoutBrowser)("the report in a browser (skipped where there is no Chromium)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  it("keeps four networks apart, on a narrow screen too", async () => {
    const four = join(folder, "four");
    const path = await writeReport(await madeUpResult(four, 2, fourArms), four);
    const page = await browser.newPage({ viewport: { width: 360, height: 900 } });
    await page.goto(pathToFileURL(path).href);
    const seen = await page.evaluate(`(() => ({
      panels: document.querySelectorAll("svg[data-measure]").length,
      colours: new Set([...document.querySelectorAll(".fill")].map((bar) => getComputedStyle(bar).backgroundColor)).size,
      strips: [...document.querySelectorAll(".pair .band")].filter((band) => band.getBoundingClientRect().width > 0).length,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }))()`);
    await page.close();
    expect(seen).toEqual({ panels: 4, colours: 4, strips: 4, overflow: 0 });
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [360, 1280]) {
      it(`draws its curves and pictures, ${colorScheme}, ${width} wide, without a request`, async () => {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        const requests: string[] = [];
        const complaints: string[] = [];
        page.on("request", (request) => {
          if (!request.url().startsWith("data:")) requests.push(request.url());
        });
        page.on("console", (message) => complaints.push(message.text()));
        const url = pathToFileURL(report).href;
        await page.goto(url);
        // Evaluated as text: this program's types know no DOM.
        const seen = (await page.evaluate(`(() => {
          const points = (measure) => [...document.querySelectorAll('svg[data-measure="' + measure + '"] .points circle')]
            .filter((circle) => circle.getBoundingClientRect().width > 0).length;
          const lines = (measure) => [...document.querySelectorAll('svg[data-measure="' + measure + '"] .line path')]
            .filter((path) => path.getTotalLength() > 20).map((path) => getComputedStyle(path).stroke);
          const pictures = [...document.images];
          return {
            accuracyPoints: points("accuracy"), lossPoints: points("loss"),
            accuracyLines: lines("accuracy"), lossLines: lines("loss"),
            rings: document.querySelectorAll('svg[data-measure="accuracy"] .best circle').length,
            pictures: pictures.length, decoded: pictures.filter((picture) => picture.naturalWidth > 0).length,
            withoutAlt: pictures.filter((picture) => !picture.alt).length,
            overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            background: getComputedStyle(document.body).backgroundColor,
            headings: [...document.querySelectorAll("h1,h2")].map((heading) => heading.tagName).join(" "),
          };
        })()`)) as Record<string, unknown>;
        await page.close();
        const starts = result.settings.seeds;
        expect(seen).toMatchObject({
          accuracyPoints: curvePoints(),
          lossPoints: curvePoints(),
          rings: 2 * starts,
          pictures: 2 * 5 + 2 * 8,
          decoded: 2 * 5 + 2 * 8,
          withoutAlt: 0,
          overflow: 0,
          background: colorScheme === "light" ? "rgb(246, 245, 242)" : "rgb(19, 20, 23)",
          headings: "H1 H2 H2 H2 H2 H2 H2 H2",
        });
        for (const lines of [seen.accuracyLines, seen.lossLines]) {
          expect(lines).toHaveLength(4 * starts);
          expect(new Set(lines as string[]).size).toBe(2);
        }
        expect(requests).toEqual([url]);
        expect(complaints).toEqual([]);
      });
    }
  }
});
