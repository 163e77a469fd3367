import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AumentoError, UsageError } from "../errors.ts";
import { kindOf } from "../files.ts";
import { didYouMean } from "../nearest.ts";
import { knownModel, knownModels } from "./catalogue.ts";

/** Where fetched files are kept: $AUMENTO_CACHE, else the platform's folder for such. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.AUMENTO_CACHE) return env.AUMENTO_CACHE;
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "aumento");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "aumento");
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "aumento");
}

const modelExtension = ".onnx";

export const modelFolder = (): string => join(cacheFolder(), "models");
export const cachedPath = (name: string): string => join(modelFolder(), `${name}${modelExtension}`);

/** Names of the models in the cache, sorted. */
export async function cachedModels(): Promise<string[]> {
  if ((await kindOf(modelFolder())) !== "folder") return [];
  return (await readdir(modelFolder()))
    .filter((name) => name.endsWith(modelExtension) && !name.startsWith("."))
    .map((name) => name.slice(0, -modelExtension.length))
    .sort();
}

/** Whether it can only be meant as a path. */
const looksLikePath = (spec: string) => /[\\/]/.test(spec) || spec.endsWith(modelExtension);

/** The file of a backbone that was given as a path or as the name of a model in the cache. */
export async function findBackbone(spec: string): Promise<string> {
  const kind = await kindOf(spec);
  if (kind === "file") return spec;
  if (looksLikePath(spec)) {
    throw new AumentoError(
      "not_found",
      kind ? `backbone ${spec} is a folder, expected an .onnx file` : `backbone not found: ${spec}`,
    );
  }
  const path = cachedPath(spec);
  if ((await kindOf(path)) === "file") return path;
  const known = knownModel(spec);
  if (known) {
    throw new AumentoError(
      "not_found",
      `backbone ${spec} is not in the cache (${modelFolder()}): ${known.url ? `"aumento models pull ${spec}" fetches it` : known.howToGet}`,
    );
  }
  const names = [...new Set([...knownModels.map(({ name }) => name), ...(await cachedModels())])];
  throw new UsageError(
    `backbone "${spec}" is neither a file nor a known model${didYouMean(spec, names) || `; there are: ${names.join(", ")}`}`,
  );
}
