import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { AumentoError, OptionError } from "./errors.ts";
import { assertOutside, checkPath, kindOf } from "./files.ts";

/** What every run that trains is told beside its settings. */
export interface RunOptions {
  /** Threads that decode and augment; decides no number. Default 2. */
  workers?: number;
  /** Go on with the run that the output folder holds. */
  resume?: boolean;
  /** Remove an earlier run from the output folder first. */
  overwrite?: boolean;
  /** Stops after the step under way; what there is by then is kept and reported. */
  signal?: AbortSignal;
  /** Receives a line now and then: what is being done. */
  log?: (line: string) => void;
  /** Receives warnings, such as pictures that cannot be decoded. Default `log`. */
  warn?: (line: string) => void;
}

/** Whether an earlier run in the output folder is gone on with, or removed. */
export interface RunChoice {
  resume: boolean;
  overwrite: boolean;
}

/** What a run may do with `out`, which must lie outside the pictures of `folder`; said before any work is done. */
export async function chooseRun(
  { folder, out }: { folder: string; out: string },
  { resume = false, overwrite = false }: RunOptions,
): Promise<RunChoice> {
  if (resume && overwrite) {
    throw new OptionError(
      (called) =>
        `${called("resume")} goes on with the run that is there and ${called("overwrite")} removes it: give one of the two`,
    );
  }
  await assertOutside(out, folder);
  return { resume, overwrite };
}

/** What the folder's kind of run says of itself. */
export interface RunKind<Run> {
  /** "run" or "training". */
  name: string;
  /** What an empty folder lacks, in "holds no ...". */
  none: string;
  /** In words, how the run that is there differs from the one that is wanted. */
  differences(before: Run): string[];
  /** What there is, and what going on with it does: "a training", "goes on with it". */
  describe(before: Run): { found: string; resuming: string };
  /** Removes what the run wrote, and nothing else. */
  remove(): Promise<void>;
}

/** Names each setting but the folder in which two runs differ, with both values; `shown` says one in words. */
export function changedSettings<Settings extends object>(
  before: Settings,
  now: Settings,
  shown: (key: keyof Settings, settings: Settings) => string,
): string[] {
  // The keys of a settings object, which Object.keys forgets.
  return (Object.keys(now) as (keyof Settings)[])
    .filter((key) => key !== "folder" && JSON.stringify(before[key]) !== JSON.stringify(now[key]))
    .map((key) => {
      const [then, today] = [shown(key, before), shown(key, now)];
      return then === today
        ? `${String(key)} (${today}) has another definition`
        : `${String(key)} is ${then} there, ${today} now`;
    });
}

/** Where a run on a folder goes when nothing else was said. */
export function defaultOut(folder: string, kind: string): string {
  return join("aumento-out", `${basename(resolve(folder))}-${kind}`);
}

/** Why a run on other pictures is another run. */
export const changedPictures = (before: string, now: string): string[] =>
  before === now ? [] : ["the pictures have changed (other files or other sizes)"];

/**
 * Looks at a folder that a run wants. An empty or missing one is free (null), and so is one that holds a run where that
 * gives way (`overwrite`); the same run is gone on with (`resume`: it is returned). All else is refused with what is in
 * the way. Nothing is changed.
 */
export async function checkRunFolder<Run>(
  folder: string,
  before: Run | null,
  { name, none, differences, describe }: Omit<RunKind<Run>, "remove">,
  { resume, overwrite }: RunChoice,
): Promise<Run | null> {
  checkPath("out", folder);
  const refuse = (reason: string) => new AumentoError("exists", `${folder} ${reason}`);
  if (before === null) {
    const kind = await kindOf(folder);
    if (kind === "file") throw refuse("is a file, expected a folder to write into");
    if (kind === "folder" && (await readdir(folder)).length > 0)
      throw refuse(`is not empty and holds no ${none}: give another --out`);
    return null;
  }
  if (overwrite) return null;
  const reasons = differences(before);
  if (reasons.length > 0)
    throw refuse(
      `holds another ${name}: ${reasons.join("; ")}. Give another --out, or --overwrite to remove it`,
    );
  if (resume) return before;
  const { found, resuming } = describe(before);
  throw refuse(`holds ${found} of the same settings: --resume ${resuming}, --overwrite starts afresh`);
}

/** Takes a folder for a run: as `checkRunFolder` finds it, with what gives way removed. */
export async function takeRunFolder<Run>(
  folder: string,
  before: Run | null,
  kind: RunKind<Run>,
  choice: RunChoice,
): Promise<Run | null> {
  const same = await checkRunFolder(folder, before, kind, choice);
  if (before !== null && same === null) await kind.remove();
  return same;
}
