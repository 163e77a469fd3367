import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AumentoError } from "../errors.ts";
import { kindOf } from "../files.ts";

/** The names of a folder's sub-folders, links followed and hidden ones left out, sorted. */
export async function classFoldersOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const isFolder = entry.isSymbolicLink()
      ? (await kindOf(join(folder, entry.name))) === "folder"
      : entry.isDirectory();
    if (isFolder) names.push(entry.name);
  }
  return names.sort();
}

/** Throws an AumentoError where a class has no folder; `known` begins the sentence that names the classes. */
export function assertClassFolders(
  classNames: readonly string[],
  found: readonly string[],
  folder: string,
  known: string,
): void {
  if (classNames.every((name) => found.includes(name))) return;
  const there = found.length > 0 ? `sub-folders ${found.join(", ")}` : "no sub-folders";
  throw new AumentoError(
    "invalid_input",
    `${folder}: ${known} ${classNames.join(", ")}; the folder has ${there}`,
  );
}
