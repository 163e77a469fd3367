import { rename, rm } from "node:fs/promises";
import { explainWriteError, kindOf, writeFileAtomic } from "../files.ts";

/** The JSON beside a model, which says how its pictures are prepared. */
export const jsonBeside = (path: string): string => path.replace(/\.onnx$/, ".json");

/**
 * Gives a fetched file its name, and the JSON to it: `text`, none where that is null, the one that is there where it is
 * undefined. Tells whether one was removed without another in its place. Whenever this ends, no model lies beside the
 * JSON of another: the old JSON goes first and the new one comes last.
 */
export async function putInPlace(
  part: string,
  path: string,
  text: string | null | undefined,
): Promise<{ removed: boolean }> {
  const json = jsonBeside(path);
  const staged = `${json}.part`;
  const there = (await kindOf(json)) === "file";
  // Written before anything is touched: a full disk leaves the old pair.
  if (typeof text === "string") await writeFileAtomic(staged, text);
  try {
    if (text !== undefined) await rm(json, { force: true });
    await rename(part, path);
    if (typeof text === "string") await rename(staged, json);
  } catch (error) {
    await rm(staged, { force: true });
    throw explainWriteError(path, error);
  }
  return { removed: there && text === null };
}
