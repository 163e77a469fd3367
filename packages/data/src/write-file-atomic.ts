import { randomUUID } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AumentoError, messageOf } from "./errors.ts";

export interface WriteOptions {
  /** Replace a file that is already there. Default false: that is an error. */
  overwrite?: boolean;
}

/** The `code` of a system error, such as "ENOENT". */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** Puts `temporary` at `path` only if nothing is there: a hard link fails on an existing name, a rename does not. */
async function claim(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw error;
    // No hard links on this file system: an empty file claims the name, then the rename replaces it.
    await (await open(path, "wx")).close();
    await rename(temporary, path);
  }
}

/**
 * Writes a file so that a reader sees the old content or the new one, never a part: beside it, synced, renamed.
 *
 * @throws AumentoError "cannot-write" when the file exists and `overwrite` is not set, or when writing fails.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array | string,
  options: WriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (options.overwrite) await rename(temporary, path);
    else await claim(temporary, path);
  } catch (error) {
    const reason =
      systemCode(error) === "EEXIST"
        ? "it exists already; pass overwrite: true to replace it"
        : messageOf(error);
    throw new AumentoError("cannot-write", `${path}: cannot be written: ${reason}`, { cause: error });
  } finally {
    await rm(temporary, { force: true });
  }
}
