import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { lstat, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { AumentoError, messageOf, OptionError, systemCodeOf } from "./errors.ts";

/** Half-written files; removed if the process is made to exit while one is being written. */
const unfinished = new Set<string>();
let cleansAtExit = false;

/** A write that failed, as an error that names the file and says why in words. */
export function explainWriteError(path: string, error: unknown): AumentoError {
  const reasons: Record<string, string> = {
    ENOSPC: "no space left on the disk",
    EDQUOT: "disk quota exceeded",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the file system is read-only",
    ENOTDIR: "a part of the path is a file, not a folder",
    EEXIST: "a file of that name is in the way",
    EISDIR: "a folder of that name is in the way",
    ENAMETOOLONG: "the name is too long",
  };
  const reason = reasons[systemCodeOf(error) ?? ""] ?? messageOf(error);
  return new AumentoError("write_failed", `cannot write ${path}: ${reason}`, { cause: error });
}

/** Refuses a path that leads over a link to what is not there: nothing can be made behind it. */
export async function refuseDanglingLink(path: string): Promise<void> {
  for (let place = resolve(path); (await kindOf(place)) === undefined; place = dirname(place)) {
    if (dirname(place) === place) return;
    if ((await lstat(place).catch(() => undefined))?.isSymbolicLink())
      throw new AumentoError("write_failed", `cannot write ${path}: ${place} is a link to what is not there`);
  }
}

/** Makes a folder and those above it. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    await refuseDanglingLink(path);
    throw explainWriteError(path, error);
  }
}

/**
 * Writes a file so that it is either there whole or not at all: into a hidden file beside it, flushed, then renamed.
 * On failure (a full disk, say) the partial file is removed and the error says which file and why.
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  if (!cleansAtExit) {
    cleansAtExit = true;
    process.on("exit", () => {
      for (const file of unfinished) rmSync(file, { force: true });
    });
  }
  const partial = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.part`);
  unfinished.add(partial);
  try {
    await writeFile(partial, data, { flush: true });
    await rename(partial, path);
  } catch (error) {
    // What went wrong first is what must be told.
    await rm(partial, { force: true }).catch(() => undefined);
    throw explainWriteError(path, error);
  } finally {
    unfinished.delete(partial);
  }
}

/**
 * The path, if it is one: an empty one, as a variable that is not set gives, would mean the current folder. `option` is
 * what it was given as.
 */
export function checkPath(option: string, path: unknown): string {
  if (typeof path === "string" && path !== "") return path;
  throw new OptionError((called) => `${called(option)}: expected a path, got ${JSON.stringify(path)}`);
}

/** What a path is, or undefined where there is nothing. */
export async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new AumentoError("failed", `cannot look at ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** The real path of what may not exist yet: of its nearest folder that does, and the rest. */
async function realPathOf(path: string): Promise<string> {
  const full = resolve(path);
  if ((await kindOf(full)) !== undefined) return realpath(full);
  const parent = dirname(full);
  return parent === full ? full : join(await realPathOf(parent), basename(full));
}

/** Whether a path is a folder or lies in it, links followed; neither need exist. */
async function liesInside(path: string, folder: string): Promise<boolean> {
  const way = relative(await realPathOf(folder), await realPathOf(path));
  return !isAbsolute(way) && way.split(sep)[0] !== "..";
}

/** Refuses an output that is a folder of pictures or lies in one: the next time it would be read as part of it. */
export async function assertOutside(out: string, folder: string): Promise<void> {
  if (!(await liesInside(out, folder))) return;
  throw new AumentoError(
    "invalid_input",
    `${out} lies inside ${folder}: what is written would be taken for pictures the next time; give a folder outside`,
  );
}

/** Makes an output folder; one that holds anything already is refused unless `force` (see `option`) says so. */
export async function prepareOutputFolder(path: string, force: boolean, option: string): Promise<void> {
  const kind = await kindOf(checkPath("folder", path));
  if (kind === "file") throw new AumentoError("exists", `${path} is a file, expected a folder to write into`);
  if (kind === "folder" && !force && (await readdir(path)).length > 0) {
    throw new AumentoError(
      "exists",
      `folder ${path} is not empty; give another folder, or ${option} to write into it`,
    );
  }
  await makeFolder(path);
}

/** Reads a text file; `what` says what it was meant to be, for the error. */
export async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") throw new AumentoError("not_found", `${what} not found: ${path}`);
    throw new AumentoError("failed", `cannot read ${what} ${path}: ${messageOf(error)}`, { cause: error });
  }
}
