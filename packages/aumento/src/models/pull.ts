import { chmod, copyFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { AumentoError, messageOf, UsageError } from "../errors.ts";
import { kindOf, makeFolder, writeFileAtomic } from "../files.ts";
import { didYouMean } from "../nearest.ts";
import { sha256OfFile } from "../sha256.ts";
import { cachedPath, modelFolder } from "./cache.ts";
import { type KnownModel, knownModel, knownModels } from "./catalogue.ts";
import { download, removePart } from "./download.ts";
import { inspectModel } from "./inspect.ts";
import { jsonBeside, putInPlace } from "./pair.ts";
import { type PreprocessingFile, readPreprocessing } from "./preprocessing.ts";

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
  /** The JSON of the model that was there before, which was removed with it. */
  removed: string | null;
  /** Why it cannot be used as a backbone yet, as far as it was looked at. */
  lacks: string | null;
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

/** The name of the model at an address. */
function nameAt(address: string): string {
  let file: string;
  try {
    file = basename(decodeURIComponent(new URL(address).pathname));
  } catch {
    file = ""; // no address, or one with a % that stands for nothing
  }
  const name = file.replace(/\.onnx$/i, "");
  if (name === file || !/^\w[\w.-]*$/.test(name)) {
    throw new UsageError(
      `${address}: expected the address of an .onnx file, named in letters, digits, ".", "_" and "-" (https://host/name.onnx)`,
    );
  }
  return name;
}

/** What is to be fetched from where, and what must come out. */
function resolveTarget({ model, from, sha256 }: PullOptions): Target {
  const wanted = checkHash(sha256);
  if (isAddress(model)) {
    if (from !== undefined) throw new UsageError("--from goes with a model's name, not with an address");
    const name = nameAt(model);
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
  if (from !== undefined && isAddress(from) && !URL.canParse(from))
    throw new UsageError(`--from ${from}: expected an address (https://host/name.onnx) or a file`);
  return { name: model, from: from ?? known.url, known, sha256: known.sha256 };
}

/** What the JSON beside a model is to hold: as given, else what is known of it. */
function jsonFor(known: KnownModel | undefined, given: PreprocessingFile | undefined): string | null {
  if (given) return given.text;
  if (!known) return null;
  const { name, source, licence, sha256, input } = known;
  return `${JSON.stringify({ name, source, licence, sha256, input }, undefined, 2)}\n`;
}

/** Brings the file into `part`. */
async function fetchInto(
  part: string,
  path: string,
  { name, from, known }: Target & { from: string },
  { signal, onStart, onProgress }: PullOptions,
): Promise<void> {
  if (isAddress(from)) {
    return download({
      url: from,
      part,
      signal,
      onStart: ({ total, done }) =>
        onStart?.({ name, from, to: path, bytes: total ?? known?.bytes ?? null, done }),
      onProgress,
    });
  }
  if ((await kindOf(from)) !== "file") throw new AumentoError("not_found", `file not found: ${from}`);
  onStart?.({ name, from, to: path, bytes: (await stat(from)).size, done: 0 });
  await copyFile(from, part);
  await chmod(part, 0o644);
}

/**
 * Fetches a model into the cache: whole, readable and with the right hash, or not at all. An interrupted download is
 * gone on with next time; a wrong hash, or what is no model, is refused with nothing kept.
 */
export async function pull(options: PullOptions): Promise<PullOutcome> {
  const { overwrite = false } = options;
  const target = resolveTarget(options);
  const { name, from, known, sha256: wanted } = target;
  // Before the first byte: a mistake in it would be told after the download otherwise.
  const preprocessing =
    options.preprocessing === undefined ? undefined : await readPreprocessing(options.preprocessing);
  const path = cachedPath(name);
  const json = jsonFor(known, preprocessing);
  const there = (await kindOf(path)) === "file" ? await sha256OfFile(path) : undefined;
  if (there !== undefined && there === wanted) {
    const lacks = preprocessing ? await inspectModel(path, { from: path, preprocessing }) : null;
    if (json !== null) await writeFileAtomic(jsonBeside(path), json);
    return { name, path, sha256: there, checked: true, present: true, removed: null, lacks };
  }
  if (there !== undefined && !overwrite && !known)
    throw new AumentoError(
      "exists",
      `${path} is there already (sha256 ${there}); --overwrite fetches it again`,
    );
  if (there === undefined && !overwrite && json === null && (await kindOf(jsonBeside(path))) === "file")
    throw new AumentoError(
      "exists",
      `${jsonBeside(path)} is there already, without its model: give it with --preprocessing if it is this model's; --overwrite removes it`,
    );
  if (from === null) {
    throw new AumentoError("not_found", `${name}: no address is known for certain; ${known?.howToGet}`);
  }
  await makeFolder(modelFolder());
  const part = `${path}.part`;
  await fetchInto(part, path, { ...target, from }, options);
  const found = await sha256OfFile(part);
  if (wanted !== undefined && found !== wanted) {
    await removePart(part);
    throw new AumentoError(
      "invalid_input",
      `${from} is not what was expected: its sha256 is ${found}, expected ${wanted}. Nothing was kept`,
    );
  }
  // The same bytes again: the JSON beside them is theirs.
  const same = found === there && json === null;
  let lacks: string | null = null;
  // A known model is known by its hash.
  if (!known || preprocessing) {
    try {
      lacks = await inspectModel(part, { from, preprocessing });
    } catch (error) {
      await removePart(part);
      throw new AumentoError("invalid_input", `${messageOf(error)}. Nothing was kept`, { cause: error });
    }
  }
  const { removed } = await putInPlace(part, path, same ? undefined : json);
  await removePart(part);
  return {
    name,
    path,
    sha256: found,
    checked: wanted !== undefined,
    present: false,
    removed: removed ? jsonBeside(path) : null,
    lacks: same ? null : lacks,
  };
}
