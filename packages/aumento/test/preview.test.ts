import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gradient, rgb, workplace } from "./workplace.ts";

const { at, cli } = workplace();

describe("preview", () => {
  it("lays original and variants of one picture out in a square", async () => {
    const { code, stdout } = await cli("preview", "pictures/a.png", "-p", "course", "--size", "60");
    expect(code).toBe(0);
    expect(stdout).toBe("preview.png: 1 picture, 8 variants each under course\n");
    const { data, width, height, channels } = await rgb(at("preview.png"));
    expect([width, height]).toEqual([8 + 3 * 68, 8 + 3 * 88]);
    // The first tile is the original, 40 × 30 enlarged to 60 × 45.
    const pixel = (x: number, y: number) => [
      ...data.subarray((y * width + x) * channels, (y * width + x) * channels + 3),
    ];
    const original = await rgb(at("pictures/a.png"));
    const source = [...original.data.subarray(0, 3)];
    for (const [channel, value] of pixel(8, 8 + 8).entries())
      expect(Math.abs(value - source[channel])).toBeLessThan(12);
    const refused = await cli("preview", "pictures/a.png", "-p", "course");
    expect(refused.stderr).toContain("preview.png exists already");
  });

  it("shows a row for each picture of a folder with its boxes, and leaves broken ones out", async () => {
    const plain = await cli(
      "preview",
      "pictures",
      "-p",
      "flip.json",
      "--variants",
      "1",
      "--out",
      "plain.png",
    );
    expect(plain.code).toBe(0);
    writeFileSync(
      at("boxes.jsonl"),
      JSON.stringify({ file: "a.png", bboxes: [[5, 5, 15, 20]], keypoints: [[30, 10]] }),
    );
    const args = [
      "preview",
      "pictures",
      "-p",
      "flip.json",
      "--variants",
      "1",
      "--annotations",
      "boxes.jsonl",
    ];
    const boxed = await cli(...args, "--out", "boxed.jpg");
    expect(boxed.code).toBe(0);
    await cli(...args, "--out", "boxed.png");
    const [without, withBoxes] = [await rgb(at("plain.png")), await rgb(at("boxed.png"))];
    expect([withBoxes.width, withBoxes.height]).toEqual([8 + 2 * 232, 8 + 4 * 252]);
    const scale = 224 / 40;
    const changed = (x: number, y: number) => {
      const from = (Math.round(y) * without.width + Math.round(x)) * 3;
      return !without.data.subarray(from, from + 3).equals(withBoxes.data.subarray(from, from + 3));
    };
    const top = 8 + (224 - 30 * scale) / 2;
    // The left edge of the box on the original, and its mirror image on the variant.
    expect(changed(8 + 5 * scale, top + 12 * scale)).toBe(true);
    expect(changed(8 + 232 + 35 * scale, top + 12 * scale)).toBe(true);
    expect(changed(8 + 25 * scale, top + 25 * scale)).toBe(false);
    mkdirSync(at("broken"));
    copyFileSync(at("pictures/a.png"), at("broken/good.png"));
    writeFileSync(at("broken/text.jpg"), "this is a text\n");
    const broken = await cli("preview", "broken", "-p", "flip.json", "--out", "some.webp");
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("left out: broken/text.jpg");
    expect(existsSync(at("some.webp"))).toBe(true);
  });

  it("leaves masks that lie among the pictures out, as apply does", async () => {
    mkdirSync(at("masked/masks"), { recursive: true });
    copyFileSync(at("pictures/a.png"), at("masked/a.png"));
    copyFileSync(at("pictures/a.png"), at("masked/masks/a.png"));
    writeFileSync(at("masked/notes.jsonl"), JSON.stringify({ file: "a.png", mask: "masks/a.png" }));
    const args = ["preview", "masked", "-p", "flip.json", "--annotations", "masked/notes.jsonl"];
    const { stdout } = await cli(...args, "--out", "masked.png");
    expect(stdout).toBe("masked.png: 1 picture, 5 variants each under flip.json\n");
  });

  it("shows what alpha hides as paper", async () => {
    await gradient(40, 30, 4).png().toFile(at("half.png"));
    const { code } = await cli(
      "preview",
      "half.png",
      "-p",
      "none",
      "--variants",
      "1",
      "--out",
      "half-sheet.png",
    );
    expect(code).toBe(0);
    const { data, width, channels } = await rgb(at("half-sheet.png"));
    const pixel = (x: number, y: number) => {
      const from = (Math.round(y) * width + Math.round(x)) * channels;
      return [...data.subarray(from, from + 3)];
    };
    // The left half of each is to be seen, the right half is not.
    for (const left of [8, 8 + 232]) {
      expect(pixel(left + 0.9 * 112, 8 + 112)).not.toEqual([255, 255, 255]);
      expect(pixel(left + 1.1 * 112, 8 + 112)).toEqual([255, 255, 255]);
    }
  });
});
