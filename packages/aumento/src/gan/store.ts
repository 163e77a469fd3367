import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AumentoError } from "../errors.ts";
import { kindOf, makeFolder, writeFileAtomic } from "../files.ts";
import { jsonText, readOwnJson, readRunFile } from "../run-files.ts";
import { changedPictures, checkRunFolder, type RunChoice } from "../run-folder.ts";
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

/** Refuses a file that lacks something of a state, or has something else in its place. */
function assertState(state: GanState, path: string): void {
  const expected = freshState();
  const kind = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "a list" : typeof value);
  // The keys of a state, which Object.keys forgets.
  for (const key of Object.keys(expected) as (keyof GanState)[]) {
    const found: unknown = state?.[key];
    const fits =
      key === "checkpoint"
        ? found === null || typeof found === "string"
        : kind(found) === kind(expected[key]);
    if (fits) continue;
    throw new AumentoError(
      "invalid_input",
      `${path} is damaged: expected the state of a training (${Object.keys(expected).join(", ")}), ` +
        `its "${key}" is ${found === undefined ? "missing" : kind(found)}`,
    );
  }
}

/** The folder of a GAN's training. */
export class GanStore {
  readonly folder: string;
  readonly #run: RunFile;
  /** Whether the folder holds this training already. */
  readonly #goesOn: boolean;

  private constructor(folder: string, run: RunFile, goesOn: boolean) {
    this.folder = folder;
    this.#run = run;
    this.#goesOn = goesOn;
  }

  get startedAt(): string {
    return this.#run.startedAt;
  }

  /** Looks at a folder for a training, as `checkRunFolder` does; nothing is changed before `begin`. */
  static async open(
    folder: string,
    wanted: Pick<RunFile, "settings" | "fingerprint">,
    choice: RunChoice,
  ): Promise<GanStore> {
    const before = await checkRunFolder<RunFile>(
      folder,
      await readRun(folder),
      {
        name: "training",
        none: "GAN's training",
        differences: ({ settings, fingerprint }) => [
          ...settingDifferences(settings, wanted.settings),
          ...changedPictures(fingerprint, wanted.fingerprint),
        ],
        describe: () => ({ found: "a training", resuming: "goes on with it" }),
      },
      choice,
    );
    const startedAt = new Date().toISOString();
    const run: RunFile = before ?? { format: "aumento-gan-run", version: 1, ...wanted, startedAt };
    return new GanStore(folder, run, before !== null);
  }

  /** Makes the folder this training's: what gives way is removed. */
  async begin(): Promise<void> {
    const { folder } = this;
    if (this.#goesOn) return removeUnfinished(folder);
    if ((await readRun(folder)) !== null) await removeRun(folder);
    await makeFolder(join(folder, gridFolder));
    await writeFileAtomic(join(folder, runFile), jsonText(this.#run));
  }

  async readState(): Promise<GanState> {
    if (!this.#goesOn) return freshState();
    const path = join(this.folder, stateFile);
    const state = await readOwnJson<GanState>(path, "training state");
    if (state !== null) assertState(state, path);
    return state ?? freshState();
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
