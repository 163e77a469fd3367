import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { kindOf, makeFolder, writeFileAtomic } from "../files.ts";
import { jsonText, readOwnJson, readRunFile } from "../run-files.ts";
import { changedPictures, type RunKind, takeRunFolder } from "../run-folder.ts";
import { pipelineFile } from "../run-pipeline.ts";
import { settingDifferences } from "./options.ts";
import type { GanPoint, GanResult, GanSettings, GanStatus } from "./result.ts";

/** What a training's folder says it holds. */
interface RunFile {
  format: "aumento-gan-run";
  version: 1;
  settings: GanSettings;
  fingerprint: string;
  startedAt: string;
}

/** How far the training is; written after each checkpoint, which it names, in one step. */
export interface GanState {
  step: number;
  /** Seconds that the steps took. */
  seconds: number;
  /** Folder of both networks, their optimizers and the moving average, relative to the training's; null: none yet. */
  checkpoint: string | null;
  status: GanStatus;
  history: GanPoint[];
  /** Sums over the steps since the history's last point. */
  pending: { steps: number; sums: Omit<GanPoint, "step"> };
  grids: GanResult["grids"];
  events: GanResult["events"];
  /** Pictures that could not be decoded. */
  broken: GanResult["data"]["broken"];
}

const runFile = "gan-run.json";
const stateFile = "state.json";
export const ganResultFile = "gan.json";
export const ganReportFile = "report.html";
export const generatorFile = "generator.onnx";
const gridFolder = "grids";

export const emptySums = (): GanState["pending"] => ({
  steps: 0,
  sums: { discriminatorLoss: 0, generatorLoss: 0, real: 0, generated: 0 },
});

const freshState = (): GanState => ({
  step: 0,
  seconds: 0,
  checkpoint: null,
  status: "stopped",
  history: [],
  pending: emptySums(),
  grids: [],
  events: [],
  broken: [],
});

/** The folder of a GAN's training. */
export class GanStore {
  readonly folder: string;
  readonly startedAt: string;

  private constructor(folder: string, run: RunFile) {
    this.folder = folder;
    this.startedAt = run.startedAt;
  }

  /** Takes a folder for a training, as `takeRunFolder` does. */
  static async open(
    folder: string,
    wanted: Pick<RunFile, "settings" | "fingerprint">,
    choice: { resume: boolean; overwrite: boolean },
  ): Promise<GanStore> {
    const kind: RunKind<RunFile> = {
      name: "training",
      none: "GAN's training",
      differences: ({ settings, fingerprint }) => [
        ...settingDifferences(settings, wanted.settings),
        ...changedPictures(fingerprint, wanted.fingerprint),
      ],
      describe: () => ({ found: "a training", resuming: "goes on with it" }),
      remove: () => removeRun(folder),
    };
    const before = await takeRunFolder(folder, await readRun(folder), kind, choice);
    if (before) {
      await removeUnfinished(folder);
      return new GanStore(folder, before);
    }
    await makeFolder(join(folder, gridFolder));
    const run: RunFile = {
      format: "aumento-gan-run",
      version: 1,
      ...wanted,
      startedAt: new Date().toISOString(),
    };
    await writeFileAtomic(join(folder, runFile), jsonText(run));
    return new GanStore(folder, run);
  }

  async readState(): Promise<GanState> {
    const path = join(this.folder, stateFile);
    return (await readOwnJson<GanState>(path, "training state")) ?? freshState();
  }

  /** Makes `state` the one to go on from, and removes what only earlier ones needed. */
  async writeState(state: GanState): Promise<void> {
    await writeFileAtomic(join(this.folder, stateFile), jsonText(state));
    for (const name of await readdir(this.folder)) {
      if (isCheckpoint(name) && name !== state.checkpoint)
        await rm(join(this.folder, name), { recursive: true, force: true });
    }
  }

  checkpointName(step: number): string {
    return `checkpoint-${step}`;
  }

  /** Path of the grid of a step, relative to the training's folder. */
  gridPath(step: number): string {
    return `${gridFolder}/step-${String(step).padStart(6, "0")}.png`;
  }
}

const isCheckpoint = (name: string) => /^checkpoint-\d+$/.test(name);

const readRun = (folder: string): Promise<RunFile | null> =>
  readRunFile<RunFile>(join(folder, runFile), { format: "aumento-gan-run", version: 1 });

/** Removes the parts of files that a process was writing when it was killed. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const place of [folder, join(folder, gridFolder)]) {
    if ((await kindOf(place)) !== "folder") continue;
    for (const name of await readdir(place)) {
      if (/^\..+\.part$/.test(name)) await rm(join(place, name), { force: true });
    }
  }
  await makeFolder(join(folder, gridFolder));
}

/** Removes what a training wrote, and nothing else. */
async function removeRun(folder: string): Promise<void> {
  await removeUnfinished(folder);
  const ours = [ganResultFile, ganReportFile, generatorFile, stateFile, gridFolder, pipelineFile];
  for (const name of await readdir(folder)) {
    if (ours.includes(name) || isCheckpoint(name))
      await rm(join(folder, name), { recursive: true, force: true });
  }
  await rm(join(folder, runFile), { force: true });
}
