import { join } from "node:path";
import { defineCommand } from "citty";
import { AumentoError } from "../errors.ts";
import { compare } from "../experiment/compare.ts";
import { runStateOf } from "../experiment/store.ts";
import { kindOf } from "../files.ts";
import { withInterrupt } from "../interrupt.ts";
import { createProgress, formatDuration, warn } from "../progress.ts";
import { readSampleFacts, writeSample } from "../samples/write.ts";
import { printOutcome } from "./experiment-arguments.ts";

const out = "aumento-out";
const sample = { name: "survival", size: 64, count: 1600, seed: 1 } as const;
const settings = {
  pipeline: "flip",
  network: "course",
  imageSize: sample.size,
  epochs: 10,
  patience: 5,
} as const;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Draws the sample unless the same one lies there already, whole. */
async function drawSample(folder: string, signal: AbortSignal): Promise<void> {
  if ((await kindOf(folder)) === "folder") {
    const facts = await readSampleFacts(folder);
    const same =
      facts?.sample === sample.name &&
      facts.seed === sample.seed &&
      facts.size === sample.size &&
      facts.count === sample.count;
    if (facts && !same) throw new AumentoError("exists", `${folder} holds another data set: remove it`);
    if (facts) {
      say(`1. The pictures: ${folder} holds them from an earlier time.`);
      return;
    }
  }
  say(
    `1. Drawing the pictures: ${sample.count} scans of ${sample.size}×${sample.size} pixels into ${folder}.`,
  );
  let progress: ReturnType<typeof createProgress> | undefined;
  try {
    await writeSample({
      ...sample,
      folder,
      signal,
      onProgress(done, total) {
        progress ??= createProgress({ label: "drawing", total, unit: "pictures" });
        progress.update(done);
      },
    });
  } finally {
    progress?.finish();
  }
}

const story = `The course's opening story on drawn pictures. Scans show a lesion; its border and texture tell long from
short survival. By accident of collection, in 99 % of the training and validation pictures the lesion's side
(left or right) gives the class away too; in the test pictures it does not. Does the network look at the side
or at the lesion? It is trained twice: without augmentation, and with a random horizontal flip.
`;

export const demoCommand = defineCommand({
  meta: { name: "demo", description: "Draw the sample survival and compare no augmentation with a flip" },
  async run() {
    const start = performance.now();
    say(story);
    const folder = join(out, "survival");
    const target = join(out, "survival-compare");
    const outcome = await withInterrupt(async (signal) => {
      await drawSample(folder, signal);
      // A run that was cut off goes on; one that ended is made again, for that is what was asked for.
      const before = await runStateOf(target);
      say(
        `2. Training the same network twice, at most ${settings.epochs} epochs each${before === "unfinished" ? ", going on where it was cut off" : ""}.`,
      );
      return compare({
        ...settings,
        folder,
        out: target,
        resume: before === "unfinished",
        overwrite: before === "finished",
        signal,
        log: (line) => say(`   ${line}`),
        warn,
        progress: process.stdout,
      });
    });
    const time = formatDuration((performance.now() - start) / 1000);
    say(
      outcome.result.status === "finished" ? `3. Done in ${time}. The answer:` : `3. Stopped after ${time}.`,
    );
    printOutcome(outcome, { goOn: "the same command goes on" });
  },
});
