/** The one place of this package that touches files: Node's modules are asked for at run time, so that the package loads in a browser. */
import { AumentoError } from "./errors.ts";

function node() {
  const load = globalThis.process?.getBuiltinModule;
  if (!load)
    throw new AumentoError(
      "file",
      "Files can be read and written in Node only; pass bytes, or take model.toBytes()",
    );
  return { fs: load("node:fs/promises"), path: load("node:path") };
}

const reasons: Record<string, string> = {
  ENOSPC: "no space left on the disk",
  EACCES: "permission denied",
  EROFS: "the file system is read-only",
  ENOENT: "no such file or folder",
  ENOTDIR: "a file is where a folder should be",
  EEXIST: "a file is where a folder should be",
  EISDIR: "it is a folder",
  EDQUOT: "the disk quota is used up",
};

function fileError(action: string, path: string, cause: unknown): AumentoError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reason = reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new AumentoError("file", `${path}: cannot ${action} it: ${reason}${code ? ` (${code})` : ""}`, {
    cause,
  });
}

/** Node's Buffer differs from other Uint8Arrays in `slice`, which shares memory. */
const plain = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A whole file. */
export async function readFile(path: string): Promise<Uint8Array> {
  const { fs } = node();
  try {
    return plain(await fs.readFile(path));
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

/** A whole file, or nothing if there is none. */
export async function readFileIfThere(path: string): Promise<Uint8Array | undefined> {
  const { fs } = node();
  try {
    return plain(await fs.readFile(path));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw fileError("read", path, cause);
  }
}

/**
 * Writes files so that at every moment each is whole, old or new: all are written beside their places and
 * flushed to the disk first, then renamed one after the other. Folders are made as needed.
 */
export async function writeFiles(
  files: readonly { path: string; bytes: Uint8Array | string }[],
): Promise<void> {
  const { fs, path: paths } = node();
  const written: { path: string; partial: string }[] = [];
  let current = "";
  try {
    for (const { path, bytes } of files) {
      current = path;
      const partial = paths.join(paths.dirname(path), `.${paths.basename(path)}.partial`);
      await fs.mkdir(paths.dirname(path), { recursive: true });
      written.push({ path, partial });
      const handle = await fs.open(partial, "w");
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    for (const { path, partial } of written) {
      current = path;
      await fs.rename(partial, path);
    }
  } catch (cause) {
    for (const { partial } of written) await fs.rm(partial, { force: true });
    throw fileError("write", current, cause);
  }
}

/** Adds text to the end of a file, in one write. */
export async function appendFile(path: string, text: string): Promise<void> {
  const { fs } = node();
  try {
    await fs.appendFile(path, text);
  } catch (cause) {
    throw fileError("write", path, cause);
  }
}

/** Removes a file, if there is one. */
export async function removeFile(path: string): Promise<void> {
  const { fs } = node();
  try {
    await fs.rm(path, { force: true });
  } catch (cause) {
    throw fileError("remove", path, cause);
  }
}

/** The path of a file that is named from another one beside it. */
export function siblingPath(path: string, name: string): string {
  const paths = node().path;
  return paths.join(paths.dirname(path), name);
}

/** A path of a file in a folder. */
export const joinPath = (folder: string, name: string): string => node().path.join(folder, name);

/** Names of the files in a folder that end so, sorted; none where there is no folder. */
export async function listFiles(folder: string, end: string): Promise<string[]> {
  const { fs } = node();
  try {
    return (await fs.readdir(folder)).filter((name) => name.endsWith(end) && !name.startsWith(".")).sort();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return [];
    throw fileError("read", folder, cause);
  }
}

/** So many bytes of a file. */
export async function readPart(path: string, start: number, length: number): Promise<Uint8Array> {
  const { fs } = node();
  try {
    const handle = await fs.open(path);
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, start);
      if (bytesRead < length) throw new Error("it was cut off while it was in use");
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}
