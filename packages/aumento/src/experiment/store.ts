import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, writeFileAtomic } from "../files.ts";
import { reportFile, resultFile } from "../report/write.ts";
import { jsonText, readOwnJson, readRunFile } from "../run-files.ts";
import { changedPictures, type RunChoice, type RunKind, takeRunFolder } from "../run-folder.ts";
import { pipelineFile } from "../run-pipeline.ts";
import { ganFolder, syntheticFolder } from "./gan-arms.ts";
import { differences } from "./options.ts";
import type { ArmName, Epoch, Settings } from "./result.ts";

const runVersion = 2;

/** What an experiment's folder says it holds. */
interface RunFile {
  format: "aumento-run";
  version: typeof runVersion;
  kind: "compare" | "train";
  settings: Settings;
  arms: ArmName[];
  fingerprint: string;
  startedAt: string;
  finished: boolean;
}

/** How far one training is; written after every epoch, so that it can go on from there. */
export interface TrainingState {
  epochs: Epoch[];
  /** Folder of the last epoch's model and optimizer state, relative to the training's folder; null: none is kept. */
  checkpoint: string | null;
  /** Which phase is being trained, and how many epochs there were when it began. */
  phase: number;
  phaseStart: number;
  /** Early stopping ended the phase before its limit. */
  stoppedEarly: boolean;
}

const begun = (): TrainingState => ({
  epochs: [],
  checkpoint: null,
  phase: 0,
  phaseStart: 0,
  stoppedEarly: false,
});

const runFile = "run.json";
/** Where the features of a backbone are kept while an experiment runs. */
export const featureFolder = "features";

/** The folder of an experiment: which run it holds, and where each training's files lie. */
export class Store {
  readonly folder: string;
  readonly #run: RunFile;

  private constructor(folder: string, run: RunFile) {
    this.folder = folder;
    this.#run = run;
  }

  get startedAt(): string {
    return this.#run.startedAt;
  }

  /** Takes a folder for a run, as `takeRunFolder` does. */
  static async open(
    folder: string,
    wanted: Pick<RunFile, "kind" | "settings" | "arms" | "fingerprint">,
    choice: RunChoice,
  ): Promise<Store> {
    const kind: RunKind<RunFile> = {
      name: "run",
      none: "run of aumento",
      differences: (before) => [
        ...(before.kind === wanted.kind ? [] : [`it is of ${before.kind}, not ${wanted.kind}`]),
        ...differences(before.settings, wanted.settings),
        ...changedPictures(before.fingerprint, wanted.fingerprint),
      ],
      describe: ({ finished, settings }) =>
        finished && settings.epochs === wanted.settings.epochs
          ? { found: "a finished run", resuming: "reports it again" }
          : { found: `${finished ? "a" : "an un"}finished run`, resuming: "goes on with it" },
      remove: () => removeRun(folder),
    };
    const before = await takeRunFolder(folder, await readRun(folder), kind, choice);
    await makeFolder(folder);
    const run: RunFile = before
      ? joined(before, wanted)
      : {
          format: "aumento-run",
          version: runVersion,
          ...wanted,
          startedAt: new Date().toISOString(),
          finished: false,
        };
    await writeFileAtomic(join(folder, runFile), jsonText(run));
    return new Store(folder, run);
  }

  /** A training's folder, relative to the experiment's. */
  trainingPath(seed: number, arm: ArmName): string {
    return `seed-${seed}/${arm}`;
  }

  async readState(seed: number, arm: ArmName): Promise<TrainingState> {
    const path = join(this.folder, this.trainingPath(seed, arm), "state.json");
    return (await readOwnJson<TrainingState>(path, "training state")) ?? begun();
  }

  async writeState(seed: number, arm: ArmName, state: TrainingState): Promise<void> {
    await writeFileAtomic(join(this.folder, this.trainingPath(seed, arm), "state.json"), jsonText(state));
  }

  /** Removes the checkpoint of a training that no epoch can be added to. */
  async removeCheckpoint(seed: number, arm: ArmName, state: TrainingState): Promise<void> {
    const { checkpoint } = state;
    if (checkpoint === null) return;
    state.checkpoint = null;
    await this.writeState(seed, arm, state);
    await rm(join(this.folder, this.trainingPath(seed, arm), checkpoint), { recursive: true, force: true });
  }

  async finish(): Promise<void> {
    this.#run.finished = true;
    await writeFileAtomic(join(this.folder, runFile), jsonText(this.#run));
  }
}

/**
 * A run that is gone on with, with what is asked for now: arms may be added to those that are there, and with them the
 * backbone that the others did without; and epochs.
 */
function joined(before: RunFile, wanted: Pick<RunFile, "settings" | "arms">): RunFile {
  const arms = [...new Set([...before.arms, ...wanted.arms])];
  const settings = { ...wanted.settings, transfer: wanted.settings.transfer ?? before.settings.transfer };
  const same = arms.length === before.arms.length && settings.epochs === before.settings.epochs;
  return { ...before, arms, settings, finished: before.finished && same };
}

const readRun = (folder: string): Promise<RunFile | null> =>
  readRunFile<RunFile>(join(folder, runFile), { format: "aumento-run", version: runVersion });

/** Whether the folder holds a run, and whether that has ended. */
export async function runStateOf(folder: string): Promise<"none" | "unfinished" | "finished"> {
  const run = await readRun(folder);
  return run === null ? "none" : run.finished ? "finished" : "unfinished";
}

/** Removes what a run wrote, and nothing else. */
async function removeRun(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const ours =
      [resultFile, reportFile, "seen", featureFolder, pipelineFile, ganFolder, syntheticFolder].includes(
        name,
      ) || /^seed-\d+$/.test(name);
    if (ours) await rm(join(folder, name), { recursive: true, force: true });
  }
  await rm(join(folder, runFile), { force: true });
}
