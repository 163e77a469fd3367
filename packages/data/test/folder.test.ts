import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { flowFromDirectory } from "@aumento/data";
import { describe, expect, it } from "vitest";
import { scanFolder } from "../src/folder.ts";
import { asSharp, collect, drawFolder, put, temporaryFolder } from "./support.ts";

const labelled = { needsClasses: true };

/** An empty file with a picture's name: enough for listing. */
function touch(folder: string, ...names: string[]): void {
  for (const name of names) put(join(folder, name), "");
}

describe("a folder of pictures", () => {
  it("is listed in code-unit order, hidden names and other files left out, deeper folders taken", async () => {
    const folder = temporaryFolder();
    touch(
      folder,
      "b/2.jpg",
      "b/10.JPG",
      "b/deep/1.png",
      "b/notes.txt",
      "b/.hidden.jpg",
      "A/x.webp",
      "é/1.gif",
      ".git/y.jpg",
    );
    const found = await scanFolder(folder, labelled);
    expect(found.classNames).toEqual(["A", "b", "é"]);
    expect(found.files.map((file) => file.slice(folder.length + 1))).toEqual([
      "A/x.webp",
      "b/10.JPG",
      "b/2.jpg",
      "b/deep/1.png",
      "é/1.gif",
    ]);
    expect(found.labels).toEqual([0, 1, 1, 1, 2]);
  });

  it("takes chosen classes in the order given", async () => {
    const folder = temporaryFolder();
    touch(folder, "a/1.jpg", "b/1.jpg", "c/1.jpg");
    expect(await scanFolder(folder, { ...labelled, classes: ["c", "a"] })).toMatchObject({
      classNames: ["c", "a"],
      labels: [0, 1],
    });
    await expect(scanFolder(folder, { ...labelled, classes: ["c", "d"] })).rejects.toThrow(
      /classes: "d" is no sub-folder.*\["a","b","c"\]/,
    );
    await expect(scanFolder(folder, { ...labelled, classes: ["c", "c"] })).rejects.toThrow(
      /classes: expected distinct/,
    );
  });

  it("follows symbolic links, but not round in circles", async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    touch(elsewhere, "far.jpg");
    touch(folder, "a/1.jpg", "b/1.jpg");
    symlinkSync(elsewhere, join(folder, "a", "linked"));
    symlinkSync(folder, join(folder, "b", "up"));
    symlinkSync(join(folder, "b"), join(folder, "b", "self"));
    const { files } = await scanFolder(folder, labelled);
    expect(files.map((file) => file.slice(folder.length + 1))).toEqual([
      "a/1.jpg",
      "a/linked/far.jpg",
      "b/1.jpg",
    ]);
  });

  it("keeps the index of an empty class and warns", async () => {
    const folder = temporaryFolder();
    touch(folder, "a/1.jpg", "c/1.jpg", "loose.jpg");
    mkdirSync(join(folder, "b"));
    const found = await scanFolder(folder, labelled);
    expect(found).toMatchObject({ classNames: ["a", "b", "c"], labels: [0, 2] });
    expect(found.warnings).toEqual([
      `${join(folder, "b")}: holds no picture; its class 1 stays empty`,
      `${folder}: 1 pictures outside any class folder are ignored`,
    ]);
  });

  it("without classes may hold its pictures directly when no labels are wanted", async () => {
    const folder = temporaryFolder();
    touch(folder, "2.jpg", "1.jpg");
    expect(await scanFolder(folder, { needsClasses: false })).toMatchObject({
      classNames: [],
      files: ["1.jpg", "2.jpg"].map((n) => join(folder, n)),
    });
    await expect(scanFolder(folder, labelled)).rejects.toThrow(
      /2 pictures lie directly in the folder: expected one sub-folder/,
    );
  });

  it("that cannot be used is an error that says why", async () => {
    const folder = temporaryFolder();
    await expect(scanFolder(join(folder, "none"), labelled)).rejects.toMatchObject({
      code: "invalid-folder",
      message: expect.stringContaining("there is none"),
    });
    touch(folder, "file.jpg");
    await expect(scanFolder(join(folder, "file.jpg"), labelled)).rejects.toThrow(
      /expected a folder of pictures, found a file/,
    );
    const empty = temporaryFolder();
    touch(empty, "a/readme.txt", "b/readme.txt");
    await expect(scanFolder(empty, labelled)).rejects.toThrow(/no pictures found/);
    const single = temporaryFolder();
    touch(single, "a/1.jpg");
    await expect(scanFolder(single, labelled)).rejects.toThrow(/at least two classes, found one \("a"\)/);
    expect((await scanFolder(single, { needsClasses: false })).files).toHaveLength(1);
  });

  it.each([
    ["case", "Rose", "rose"],
    ["normalisation", "caf\u00e9", "cafe\u0301"],
  ])("with names that differ only in %s is an error", async (_, one, other) => {
    const folder = temporaryFolder();
    touch(folder, `${one}/1.jpg`, `${other}/1.jpg`);
    await expect(scanFolder(folder, labelled)).rejects.toThrow(/class names clash/);
  });
});

describe("files broken in real ways", () => {
  it("are named, counted and left out, and nothing hangs", async () => {
    const folder = await drawFolder({ classes: { a: 4, b: 4 } });
    const whole = await asSharp(60, 50).jpeg().toBuffer();
    const bad = [
      put(join(folder, "a", "cut.jpg"), whole.subarray(0, whole.length >> 1)),
      put(join(folder, "a", "text.jpg"), "hello"),
      put(join(folder, "b", "empty.png"), ""),
      join(folder, "b", "nowhere.jpg"),
    ];
    symlinkSync(join(folder, "gone.jpg"), bad[3]);
    touch(folder, "b/folder.jpg/inside.txt"); // a directory with a picture's name, and no picture in it
    execFileSync("mkfifo", [join(folder, "b", "pipe.jpg")]);
    const warnings: string[] = [];
    const flow = await flowFromDirectory(folder, {
      targetSize: [8, 8],
      batchSize: 3,
      workers: 2,
      onWarning: (w) => warnings.push(w),
    });
    expect(flow.n).toBe(12);
    const first = await collect(flow.epoch(0));
    const again = await collect(flow.epoch(0));
    expect(again.map((batch) => batch.files)).toEqual(first.map((batch) => batch.files));
    expect(first.flatMap((batch) => batch.files)).toHaveLength(8);
    expect(flow.broken.map(({ file }) => file)).toEqual(bad);
    for (const file of bad)
      expect(warnings.filter((warning) => warning.startsWith(`${file}: left out`))).toHaveLength(1);
    expect(warnings).toContain(`${bad[3]}: left out: not found`);
    expect(warnings.at(-1)).toBe("4 of 12 pictures cannot be decoded and are left out");
    expect(warnings[0]).toMatch(/pipe\.jpg: ignored: expected a file/);
    await flow.close();
  });

  it.skipIf(process.getuid?.() === 0)(
    "include those that may not be read (skipped for root, who may)",
    async () => {
      const folder = await drawFolder({ classes: { a: 2, b: 2 } });
      chmodSync(join(folder, "a", "000.jpg"), 0);
      const flow = await flowFromDirectory(folder, { targetSize: [8, 8], workers: 0, onWarning: () => {} });
      await collect(flow);
      expect(flow.broken).toMatchObject([{ reason: expect.stringContaining("EACCES") }]);
    },
  );

  it("are all there is: an error, not an empty epoch", async () => {
    const folder = temporaryFolder();
    touch(folder, "a/1.jpg", "b/1.jpg");
    const flow = await flowFromDirectory(folder, { workers: 0, onWarning: () => {} });
    await expect(collect(flow)).rejects.toThrow(/none of the 2 pictures could be decoded/);
  });
});
