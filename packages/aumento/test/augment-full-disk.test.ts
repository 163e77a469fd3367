import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { A, augmentFolder } from "aumento";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "./cli-process.ts";
import { gradient, hashesIn } from "./workplace.ts";

const folder = temporaryFolder();
const disk = join(folder, "disk");

describe("a disk that is too small", () => {
  /** Why there is none: a file system of two megabytes is only for the superuser of a machine that allows it. */
  let missing: string | undefined;
  beforeAll(() => {
    mkdirSync(disk);
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]);
    if (status !== 0) missing = "no right to mount one";
    return () => {
      if (!missing) spawnSync("umount", [disk]);
    };
  });
  beforeEach(({ skip }) => {
    if (missing) skip(missing);
  });
  const pictures = join(folder, "pictures");
  const run = (out: string, times: number, onEstimate?: () => void) =>
    augmentFolder({
      folder: pictures,
      out,
      times,
      pipeline: A.compose([A.rotate({ p: 1 })]),
      workers: 2,
      onEstimate,
    });

  beforeAll(async () => {
    mkdirSync(join(pictures, "a"), { recursive: true });
    for (let i = 0; i < 20; i++)
      await gradient(90 + i, 90)
        .jpeg({ quality: 95 })
        .toFile(join(pictures, `a/p${i}.jpg`));
  });

  it("is noticed before anything is written", async () => {
    await expect(run(join(disk, "large"), 50)).rejects.toThrow(
      /1000 files of about \d+(\.\d)? MB in all do not fit: 2\.\d MB are free there/,
    );
    expect(existsSync(join(disk, "large"))).toBe(false);
  });

  it("that fills up meanwhile ends the run; what is there is whole, and it goes on later", async () => {
    // Room for what all threads have in work at first, and not for all: 60 files of two blocks.
    const fill = () => {
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(join(disk, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - 300_000)));
    };
    const out = join(disk, "out");
    await expect(run(out, 3, fill)).rejects.toThrow(
      /cannot write .*: no space left on the disk; \d+ of 60 files are done and whole: the same command goes on/,
    );
    expect(existsSync(join(out, "manifest.jsonl"))).toBe(false);
    expect(readdirSync(join(out, ".augment")).filter((name) => name.endsWith(".part"))).toEqual([]);
    rmSync(join(disk, "filler"));
    const { kept } = await run(out, 3);
    expect(kept).toBeGreaterThan(0);
    await run(join(folder, "roomy"), 3);
    const filesIn = (path: string) => hashesIn(path).filter((line) => !line.startsWith("manifest"));
    expect(filesIn(out)).toEqual(filesIn(join(folder, "roomy")));
    expect(readdirSync(out).sort()).toEqual(["a", "manifest.jsonl"]);
  });
});
