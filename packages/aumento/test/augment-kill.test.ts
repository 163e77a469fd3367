import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { A } from "aumento";
import { beforeAll, expect, it } from "vitest";
import { repository, runCli, temporaryFolder } from "./cli-process.ts";
import { gradient, hashesIn } from "./workplace.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const cli = join(repository, "packages/aumento/dist/cli.js");

const pictures = 120;
const times = 3;
const kills = 50;

const command = (out: string, workers: number) => [
  ...["augment", "pictures", out, "-p", "exercise", "--times", String(times), "--include-original"],
  ...["--annotations", "notes.jsonl", "--workers", String(workers)],
];

beforeAll(async () => {
  const notes: string[] = [];
  for (const name of ["a", "b"]) mkdirSync(at("pictures", name), { recursive: true });
  for (let i = 0; i < pictures; i++) {
    const file = `${i % 2 ? "a" : "b"}/p${i}.${i % 3 ? "jpg" : "png"}`;
    await gradient(16 + (i % 9), 16).toFile(at("pictures", file));
    notes.push(JSON.stringify({ file, bboxes: [[1, 1, 9, 9]], labels: [i] }));
  }
  writeFileSync(at("notes.jsonl"), `${notes.join("\n")}\n`);
});

const journalOf = (out: string) => at(out, ".augment/journal.jsonl");
const journalSize = (out: string) => {
  try {
    return statSync(journalOf(out)).size;
  } catch {
    return 0; // not there yet, or no more
  }
};

/** Runs the command and sends SIGKILL as soon as `isTime` says; tells what the process ended by. */
function runAndKill(out: string, workers: number, isTime: () => boolean): Promise<"killed" | "done"> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...command(out, workers)], { cwd: folder, stdio: "ignore" });
    const watch = setInterval(() => {
      if (isTime()) child.kill("SIGKILL");
    }, 1);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearInterval(watch);
      if (signal === "SIGKILL") resolve("killed");
      else if (code === 0) resolve("done");
      else reject(new Error(`ended with code ${code}`));
    });
  });
}

it(`ends with the same bytes and no stray file after SIGKILL at ${kills} random moments`, async () => {
  const undisturbed = await runCli(command("whole", 1), { cwd: folder });
  expect(undisturbed.code).toBe(0);
  const wanted = hashesIn(at("whole"));
  expect(wanted).toHaveLength(pictures * (times + 1) + 2);
  const fullSize = statSync(at("whole/manifest.jsonl")).size;

  let killed = 0;
  let underWay = 0;
  /** Kills a run again and again until it is nearly done, then lets it end. */
  const chain = async (name: string, seed: number) => {
    const random = new A.Rng({ seed }, "kills");
    for (let round = 0; killed < kills; round++) {
      const out = `${name}${round}`;
      for (let done = false; !done && killed < kills; ) {
        const start = performance.now();
        const size = journalSize(out);
        // Mostly while pictures are written; now and then before that, or at the very end.
        const kind = random.uniform([0, 1]);
        const delay = random.uniform([0, 400]);
        const grown = kind < 0.85 ? size + random.uniform([0, fullSize / 8]) : fullSize * 0.99;
        const outcome = await runAndKill(out, random.integer(1, 2), () =>
          kind < 0.1 ? performance.now() - start > delay : journalSize(out) > grown,
        );
        done = outcome === "done";
        if (done) continue;
        killed++;
        if (existsSync(journalOf(out)) && !existsSync(at(out, "manifest.jsonl"))) underWay++;
      }
      const workers = random.integer(1, 2);
      const { code, stderr } = await runCli(command(out, workers), { cwd: folder });
      expect([code, stderr.includes("error")]).toEqual([0, false]);
      expect(hashesIn(at(out))).toEqual(wanted);
      expect(readFileSync(at(out, "notes.jsonl"), "utf8")).toContain("-aug3.png");
      rmSync(at(out), { recursive: true });
    }
  };
  await Promise.all([chain("left", 1), chain("right", 2)]);
  expect(killed).toBeGreaterThanOrEqual(kills);
  expect(underWay).toBeGreaterThan(kills * 0.7);
}, 600_000);
