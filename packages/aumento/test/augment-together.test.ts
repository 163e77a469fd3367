import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { A, type AugmentFolderRun, augmentFolder } from "aumento";
import { beforeAll, describe, expect, it } from "vitest";
import { OutFolder } from "../src/augment/out-folder.ts";
import { ownProcess } from "../src/augment/processes.ts";
import { resolveHeader } from "../src/augment/settings.ts";
import { runCli, temporaryFolder } from "./cli-process.ts";
import { gradient, hashesIn } from "./workplace.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);

beforeAll(async () => {
  mkdirSync(at("pictures/a"), { recursive: true });
  for (let i = 0; i < 12; i++)
    await gradient(20 + i, 20)
      .jpeg()
      .toFile(at(`pictures/a/p${i}.jpg`));
});

const run = (out: string, options: Partial<AugmentFolderRun> = {}) =>
  augmentFolder({
    folder: at("pictures"),
    out: at(out),
    pipeline: A.compose([A.rotate({ p: 1 })]),
    times: 2,
    workers: 1,
    ...options,
  });

describe("two runs on one folder", () => {
  it("are kept apart: the second is told of the first and harms nothing", async () => {
    await run("alone");
    let elsewhere: ReturnType<typeof runCli> | undefined;
    const command = ["augment", "pictures", "shared", "-p", "flip", "--times", "1", "--seed", "7"];
    await run("shared", {
      // Begun before the first has taken the folder, refused all the same.
      onEstimate: () => {
        elsewhere = runCli(command, { cwd: folder });
      },
    });
    const { code, stderr } = (await elsewhere) ?? {};
    expect(code).toBe(1);
    expect(stderr).toMatch(/is at work in shared|holds a run with other settings/);
    expect(hashesIn(at("shared"))).toEqual(hashesIn(at("alone")));
    expect(readdirSync(at("shared")).sort()).toEqual(["a", "manifest.jsonl"]);
  });

  it("are told of each other by their process", async () => {
    const options = {
      folder: at("pictures"),
      out: at("held"),
      pipeline: A.compose([A.rotate({ p: 1 })]),
      times: 2,
    };
    const header = await resolveHeader(options);
    const first = new OutFolder(at("held"));
    (await first.begin(header, [], undefined)).close();
    await expect(run("held", { seed: 2 })).rejects.toThrow(
      `another run (process ${process.pid}) is at work in ${at("held")}; wait for its end or stop it`,
    );
    first.release();
    await run("held");
    expect(hashesIn(at("held"))).toEqual(hashesIn(at("alone")));
  });

  it("do not mix where the other wrote while this one was laid out", async () => {
    const pipeline = A.compose([A.rotate({ p: 1 })]);
    const options = { folder: at("pictures"), out: at("late"), pipeline, times: 2 };
    const header = await resolveHeader(options);
    const late = new OutFolder(at("late"));
    expect(await late.earlier(header)).toBeUndefined();
    await run("late");
    await expect(late.begin(header, [], undefined)).rejects.toThrow("another run has written to");
    late.release();
    expect(hashesIn(at("late"))).toEqual(hashesIn(at("alone")));
    expect(readdirSync(at("late")).sort()).toEqual(["a", "manifest.jsonl"]);
  });
});

describe("what a killed run left", () => {
  it("is taken over, also where its process number is another's now", async () => {
    const { start } = ownProcess;
    const numbers: [id: number, start: number][] = [
      [2 ** 22 + 1, 5], // no process
      [process.pid, start - 1], // this process has had it given again
    ];
    if (existsSync("/proc/1/stat")) numbers.push([1, 4_000_000_000]); // so has another that runs
    mkdirSync(at("left/.augment"), { recursive: true });
    for (const [id, start] of numbers) writeFileSync(at(`left/.augment/run-${id}-${start}.lock`), "");
    expect(await run("left")).toMatchObject({ written: 24 });
    expect(readdirSync(at("left")).sort()).toEqual(["a", "manifest.jsonl"]);
  });

  it("is not asked for in a dry run", async () => {
    const lock = `run-${ownProcess.id}-${ownProcess.start}.lock`;
    mkdirSync(at("busy/.augment"), { recursive: true });
    writeFileSync(at("busy/.augment", lock), "");
    await expect(run("busy")).rejects.toThrow("is at work in");
    await run("busy", { dryRun: true });
    expect(readdirSync(at("busy/.augment"))).toEqual([lock]);
  });

  it("is let go where a run is interrupted", async () => {
    const stop = new AbortController();
    await expect(run("stopped", { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toThrow(
      "interrupted after",
    );
    expect(readdirSync(at("stopped/.augment"))).toEqual(["journal.jsonl"]);
    await run("stopped");
    expect(hashesIn(at("stopped"))).toEqual(hashesIn(at("alone")));
  });
});
