import { chmod, copyFile, rename, stat } from "node:fs/promises";
import { basename } from "node:path";
import { AumentoError, UsageError } from "../errors.ts";
import { kindOf, makeFolder, readText, writeFileAtomic } from "../files.ts";
import { didYouMean } from "../nearest.ts";
import { sha256OfFile } from "../sha256.ts";
import { cachedPath, modelFolder } from "./cache.ts";
import { type KnownModel, knownModel, knownModels } from "./catalogue.ts";
import { download, removePart } from "./download.ts";

export interface PullOptions {
  /** A known model's name, or the address of an .onnx file. */
  model: string;
  /** For a known model: another address, or a file, that holds the same bytes. */
  from?: string;
  /** What the file's SHA-256 must be; a known model has its own. */
  sha256?: string;
  /** JSON that says how the model's pictures are prepared; it is put beside the model. */
  preprocessing?: string;
  /** Replace a model of that name in the cache. */
  overwrite?: boolean;
  signal?: AbortSignal;
  /** Told before anything is fetched: what, from where, how large, to where. */
  onStart?: (start: { name: string; from: string; to: string; bytes: number | null; done: number }) => void;
  onProgress?: (done: number) => void;
}

export interface PullOutcome {
  name: string;
  path: string;
  sha256: string;
  /** Whether there was a hash to check against. */
  checked: boolean;
  /** It lay in the cache already, whole. */
  present: boolean;
}

const isAddress = (text: string) => /^https?:\/\//i.test(text);

interface Target {
  name: string;
  /** Address or file; null where none is known. */
  from: string | null;
  known: KnownModel | undefined;
  sha256: string | undefined;
}

function checkHash(sha256: string | undefined): string | undefined {
  if (sha256 === undefined) return undefined;
  if (!/^[0-9a-f]{64}$/i.test(sha256))
    throw new UsageError(`--sha256 must be 64 hexadecimal digits, got "${sha256}"`);
  return sha256.toLowerCase();
}

/** What is to be fetched from where, and what must come out. */
function resolveTarget({ model, from, sha256 }: PullOptions): Target {
  const wanted = checkHash(sha256);
  if (isAddress(model)) {
    if (from !== undefined) throw new UsageError("--from goes with a model's name, not with an address");
    const name = basename(decodeURIComponent(new URL(model).pathname)).replace(/\.onnx$/i, "");
    if (!/^[\w.-]+$/.test(name) || !/\.onnx$/i.test(new URL(model).pathname)) {
      throw new UsageError(`${model}: expected the address of an .onnx file`);
    }
    if (knownModel(name)) {
      throw new UsageError(
        `${name} is a known model: "aumento models pull ${name} --from ${model}" checks that it is that one`,
      );
    }
    return { name, from: model, known: undefined, sha256: wanted };
  }
  const known = knownModel(model);
  if (!known) {
    const names = knownModels.map(({ name }) => name);
    throw new UsageError(
      `unknown model "${model}"${didYouMean(model, names) || `; known: ${names.join(", ")}`}; for any other give its address (https://...)`,
    );
  }
  if (wanted && wanted !== known.sha256)
    throw new UsageError(`--sha256: ${model} is known with ${known.sha256}, got ${wanted}`);
  return { name: model, from: from ?? known.url, known, sha256: known.sha256 };
}

/** The JSON beside a model: how its pictures are prepared. */
async function writeInput(path: string, known: KnownModel | undefined, given: string | undefined) {
  const beside = path.replace(/\.onnx$/, ".json");
  if (given !== undefined) {
    const text = await readText(given, "preprocessing");
    try {
      JSON.parse(text);
    } catch (error) {
      throw new AumentoError("invalid_input", `${given} is no JSON: ${(error as Error).message}`);
    }
    await writeFileAtomic(beside, text);
  } else if (known) {
    const { name, source, licence, sha256, input } = known;
    await writeFileAtomic(
      beside,
      `${JSON.stringify({ name, source, licence, sha256, input }, undefined, 2)}\n`,
    );
  }
}

/**
 * Fetches a model into the cache: whole and with the right hash, or not at all. An interrupted download is gone on
 * with next time; a wrong hash is refused with nothing kept.
 */
export async function pull(options: PullOptions): Promise<PullOutcome> {
  const { signal, overwrite = false, onStart, onProgress } = options;
  const { name, from, known, sha256: wanted } = resolveTarget(options);
  const path = cachedPath(name);
  if ((await kindOf(path)) === "file") {
    const there = await sha256OfFile(path);
    if (there === wanted) {
      await writeInput(path, known, options.preprocessing);
      return { name, path, sha256: there, checked: true, present: true };
    }
    if (!overwrite && !known) {
      throw new AumentoError(
        "exists",
        `${path} is there already (sha256 ${there}); --overwrite fetches it again`,
      );
    }
  }
  if (from === null) {
    throw new AumentoError("not_found", `${name}: no address is known for certain; ${known?.howToGet}`);
  }
  await makeFolder(modelFolder());
  const part = `${path}.part`;
  if (isAddress(from)) {
    await download({
      url: from,
      part,
      signal,
      onStart: ({ total, done }) =>
        onStart?.({ name, from, to: path, bytes: total ?? known?.bytes ?? null, done }),
      onProgress,
    });
  } else {
    if ((await kindOf(from)) !== "file") throw new AumentoError("not_found", `file not found: ${from}`);
    onStart?.({ name, from, to: path, bytes: (await stat(from)).size, done: 0 });
    await copyFile(from, part);
    await chmod(part, 0o644);
  }
  const found = await sha256OfFile(part);
  if (wanted !== undefined && found !== wanted) {
    await removePart(part);
    throw new AumentoError(
      "invalid_input",
      `${from} is not what was expected: its sha256 is ${found}, expected ${wanted}. Nothing was kept`,
    );
  }
  await writeInput(path, known, options.preprocessing);
  await rename(part, path);
  await removePart(part);
  return { name, path, sha256: found, checked: wanted !== undefined, present: false };
}
