import { AumentoError, messageOf } from "./errors.ts";
import { kindOf, readText } from "./files.ts";

/** How this program writes its own JSON. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`;

/**
 * A JSON file that this program wrote, or null where there is none; `what` says what it was meant to be, for errors.
 */
export async function readOwnJson<T>(path: string, what: string): Promise<T | null> {
  if ((await kindOf(path)) !== "file") return null;
  const text = await readText(path, what);
  try {
    // Only this program writes these files; a damaged one is JSON no longer.
    return JSON.parse(text) as T;
  } catch (error) {
    throw new AumentoError("invalid_input", `${path} is damaged: ${messageOf(error)}`);
  }
}

/** The file that says which run a folder holds, or null; one of another format or version is an error. */
export async function readRunFile<T extends { format: string; version: number }>(
  path: string,
  { format, version }: Pick<T, "format" | "version">,
): Promise<T | null> {
  const run = await readOwnJson<T>(path, "run");
  if (run && (run.format !== format || run.version !== version)) {
    throw new AumentoError(
      "invalid_input",
      `${path} is not of this version of aumento (format ${run.format}, version ${run.version})`,
    );
  }
  return run;
}
