import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { repository, runCli, temporaryFolder } from "./cli-process.ts";

/** Cases made with Albumentations 2.0.8; they lie beside the repository and are no part of it. */
const goldens = resolve(repository, "../shared/goldens");
const cases = existsSync(goldens) ? readdirSync(goldens).sort() : [];

interface GoldenCase {
  meanAbsDiff: number;
  shareWithin2: number;
  annotations?: {
    before: { bboxes: number[][]; labels: string[]; keypoints: number[][] };
    after: { bboxes: number[][]; labels: string[]; keypoints: number[][] };
  };
}

async function pixels(path: string) {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  return { data, shape: [info.height, info.width, info.channels] };
}

function compare(made: Uint8Array, expected: Uint8Array) {
  let sum = 0;
  let within2 = 0;
  for (let i = 0; i < made.length; i++) {
    const difference = Math.abs(made[i] - expected[i]);
    sum += difference;
    if (difference <= 2) within2++;
  }
  return { meanAbsDiff: sum / made.length, shareWithin2: within2 / made.length };
}

function expectRows(made: number[][], expected: number[][], tolerance: number) {
  expect(made.length).toBe(expected.length);
  for (const [row, values] of expected.entries()) {
    for (const [column, value] of values.entries()) {
      expect(Math.abs(made[row][column] - value), `row ${row}, column ${column}`).toBeLessThanOrEqual(
        tolerance,
      );
    }
  }
}

describe.skipIf(cases.length === 0)(
  "apply gives what Albumentations gives (skipped where ../shared/goldens is absent)",
  () => {
    const folder = temporaryFolder();

    it.for(cases)("%s", async (name) => {
      const source = join(goldens, name);
      const golden: GoldenCase = JSON.parse(readFileSync(join(source, "case.json"), "utf8"));
      const work = join(folder, name);
      mkdirSync(join(work, "in/masks"), { recursive: true });
      writeFileSync(join(work, "in/input.png"), readFileSync(join(source, "input.png")));
      const hasMask = existsSync(join(source, "mask.png"));
      if (hasMask) writeFileSync(join(work, "in/masks/m.png"), readFileSync(join(source, "mask.png")));
      const annotation = {
        file: "input.png",
        ...golden.annotations?.before,
        ...(hasMask ? { mask: "in/masks/m.png" } : {}),
      };
      writeFileSync(join(work, "notes.jsonl"), `${JSON.stringify(annotation)}\n`);

      const { code, stderr } = await runCli(
        ["apply", "in", "out", "--pipeline", join(source, "pipeline.json"), "--annotations", "notes.jsonl"],
        { cwd: work },
      );
      expect(stderr).toBe("");
      expect(code).toBe(0);
      const made = await pixels(join(work, "out/input.png"));
      const expected = await pixels(join(source, "expected.png"));
      expect(made.shape).toEqual(expected.shape);
      const { meanAbsDiff, shareWithin2 } = compare(made.data, expected.data);
      expect(meanAbsDiff).toBeLessThanOrEqual(golden.meanAbsDiff);
      expect(shareWithin2).toBeGreaterThanOrEqual(golden.shareWithin2);

      const written = JSON.parse(readFileSync(join(work, "out/notes.jsonl"), "utf8"));
      expect(written.file).toBe("input.png");
      if (hasMask) {
        expect(written.mask).toBe("masks/input.png");
        const mask = await pixels(join(work, "out/masks/input.png"));
        const expectedMask = await pixels(join(source, "expected-mask.png"));
        expect(mask.shape).toEqual(expectedMask.shape);
        const differing = mask.data.reduce(
          (count, value, at) => count + (value === expectedMask.data[at] ? 0 : 1),
          0,
        );
        // Where a picture is resampled, nearest neighbour may fall on the other side of a tie.
        expect(differing / mask.data.length).toBeLessThanOrEqual(1 - golden.shareWithin2);
      }
      if (golden.annotations) {
        const { after } = golden.annotations;
        expect(written.labels).toEqual(after.labels);
        expectRows(written.bboxes, after.bboxes, 0.05);
        expectRows(written.keypoints, after.keypoints, 0.05);
      }
    });
  },
);
