// Offline augmentation: pictures a second of `aumento augment`, and beside it, in turn and in one run, of a script that
// does the same with Albumentations and OpenCV in two processes (tools/peers/albumentations_augment.py).
//
//   node tools/bench/augment.js FOLDER [--python PYTHON] [--limit N] [--times N] [--rounds N] [--pipeline exercise|course]
//        [--quality Q]
//
// JPEG in and out, colour at half the resolution: quality 95 by the script, 96 (--quality) by ours, which takes
// libjpeg-turbo's accurate transform from there on, as OpenCV does at any quality. The pictures (the first N of the
// folder's classes, --limit) are copied to memory (/dev/shm, where the system has it) and written there: a disk that
// writes back at its own times would be measured else. Each has one run beforehand that does not count.
// Wall time is the whole command's, start included; for the script also the seconds that it measures itself, from its
// first picture to its last. The processor's time (user and system, all threads and processes) tells the two apart
// where the machine is shared.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string" },
    limit: { type: "string", default: "1500" },
    times: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    pipeline: { type: "string", default: "exercise" },
    quality: { type: "string", default: "96" },
  },
});
const [folder] = positionals;
if (!folder) throw new Error("usage: node tools/bench/augment.js FOLDER [--python PYTHON] [--limit N] ...");

const here = import.meta.dirname;
const memory = "/dev/shm";
const workplace = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), "aumento-bench-"));
const source = join(workplace, "pictures");
const out = join(workplace, "out");
let pictures = 0;
const classes = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
for (const { name } of classes) {
  mkdirSync(join(source, name), { recursive: true });
  const share = Math.ceil(Number(values.limit) / classes.length);
  for (const file of readdirSync(join(folder, name)).sort().slice(0, share)) {
    if (!/\.jpe?g$/i.test(file)) continue;
    cpSync(join(folder, name, file), join(source, name, file));
    pictures++;
  }
}
const files = pictures * Number(values.times);

/** Runs a command in an empty folder; seconds of wall time, of the processor, and what it says it took itself. */
function timed(command) {
  rmSync(out, { recursive: true, force: true });
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" 2>"$ERRORS"';
  const errors = join(workplace, "errors");
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script, "bash", ...command], {
    encoding: "utf8",
    env: { ...process.env, ERRORS: errors },
  });
  if (status !== 0)
    throw new Error(`${command.join(" ")} ended with code ${status}: ${readFileSync(errors, "utf8")}`);
  const [wall, user, system] = stderr.trim().split(" ").map(Number);
  const own = stdout.match(/"seconds": ([0-9.]+)/);
  return { wall, processor: user + system, steady: own ? Number(own[1]) : wall };
}

const both = ["--times", values.times, "--pipeline", values.pipeline];
const contestants = [
  {
    name: "aumento augment",
    command: [process.execPath, resolve(here, "../../packages/aumento/dist/cli.js"), "augment", source, out],
    options: [...both, "--workers", "2", "--quality", values.quality],
  },
];
if (values.python) {
  contestants.push({
    name: "Albumentations + OpenCV",
    command: [values.python, resolve(here, "../peers/albumentations_augment.py"), source, out],
    options: [...both, "--processes", "2"],
  });
}

const results = contestants.map(() => []);
try {
  console.log(
    `${pictures} pictures x ${values.times}, pipeline "${values.pipeline}", two threads or processes`,
  );
  for (const { command, options } of contestants) timed([...command, ...options]);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [place, { name, command, options }] of contestants.entries()) {
      const result = timed([...command, ...options]);
      results[place].push(result);
      const { wall, processor, steady } = result;
      const without = steady < wall ? `; ${Math.round(files / steady)} without its start (${steady} s)` : "";
      const cost = ((processor / files) * 1000).toFixed(2);
      console.log(
        `${name}: ${Math.round(files / wall)} pictures/s (${wall} s)${without}, ${cost} ms of processor time a picture`,
      );
    }
  }
} finally {
  rmSync(workplace, { recursive: true, force: true });
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
if (results[1]) {
  const ratios = (of) => results[0].map((ours, round) => of(results[1][round]) / of(ours));
  console.log(
    `ours / theirs, median of ${values.rounds} pairs: ${median(ratios(({ wall }) => wall)).toFixed(2)} by wall time, ` +
      `${median(ratios(({ steady }) => steady)).toFixed(2)} with our start and without theirs, ` +
      `${median(ratios(({ processor }) => processor)).toFixed(2)} by processor time`,
  );
}
