import { open, rm, stat } from "node:fs/promises";
import { AumentoError, InterruptedError, messageOf, systemCodeOf } from "../errors.ts";
import { kindOf, readText, writeFileAtomic } from "../files.ts";

export interface DownloadOptions {
  url: string;
  /** The half file; what it holds from an earlier time is gone on with. */
  part: string;
  /** Told before the first byte: the whole size where the server says it, and how much is there already. */
  onStart?: (start: { total: number | null; done: number }) => void;
  /** Told now and then: bytes there so far. */
  onProgress?: (done: number) => void;
  signal?: AbortSignal;
}

/** What the half file is a part of; beside it. */
interface PartFacts {
  url: string;
  /** The server's strong validator: what it gives later is the same file only if this is the same. */
  validator: string | null;
  /** Bytes of the whole, where the server said it. */
  total: number | null;
}

const sizeOf = async (path: string) => ((await kindOf(path)) === "file" ? (await stat(path)).size : 0);
const factsPath = (part: string) => `${part}.json`;
/** Tries in a row that brought not one byte, after which it is given up. */
const fruitlessTries = 2;

/** Removes a half file and what is known of it. */
export async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(factsPath(part), { force: true });
}

async function readFacts(part: string, url: string): Promise<PartFacts | null> {
  if ((await kindOf(part)) !== "file" || (await kindOf(factsPath(part))) !== "file") return null;
  try {
    const facts: PartFacts = JSON.parse(await readText(factsPath(part), "download"));
    return facts.url === url ? facts : null;
  } catch {
    return null; // damaged: from the beginning
  }
}

/** A weak entity tag does not promise the same bytes. */
function validatorOf(headers: Headers): string | null {
  const tag = headers.get("etag");
  return tag && !tag.startsWith("W/") ? tag : headers.get("last-modified");
}

function refusal(url: string, response: Response): AumentoError {
  const hint = response.status === 404 ? ": there is no such file" : "";
  return new AumentoError(
    "failed",
    `cannot fetch ${url}: the server answered ${response.status} ${response.statusText}`.trimEnd() + hint,
  );
}

async function request(
  url: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Response> {
  try {
    // A coding (gzip) on the way would make the ranges those of other bytes.
    return await fetch(url, { headers: { "accept-encoding": "identity", ...headers }, signal });
  } catch (error) {
    if (signal?.aborted) throw new InterruptedError("interrupted");
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new AumentoError("failed", `cannot fetch ${url}: ${messageOf(cause)}`, { cause: error });
  }
}

/** Where a 206 answer begins: "bytes 100-199/200". */
function rangeStart(response: Response): { start: number; total: number | null } | null {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  return match ? { start: Number(match[1]), total: match[2] === "*" ? null : Number(match[2]) } : null;
}

/** One request: appends to the half file what the server gives. True when the file is whole. */
async function once(options: DownloadOptions, announce: boolean): Promise<boolean> {
  const { url, part, onStart, onProgress, signal } = options;
  const facts = await readFacts(part, url);
  const have = facts?.validator ? await sizeOf(part) : 0;
  if (facts?.validator && have === facts.total) return true; // only the renaming was missing
  const resume: Record<string, string> =
    have > 0 && facts?.validator ? { range: `bytes=${have}-`, "if-range": facts.validator } : {};
  const response = await request(url, resume, signal);
  const range = response.status === 206 ? rangeStart(response) : null;
  if (response.status === 416 || (response.status === 206 && range?.start !== have)) {
    // Nothing lies behind what is there, or the server counts otherwise: from the beginning.
    await response.body?.cancel();
    await removePart(part);
    return false;
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw refusal(url, response);
  }
  const length = response.headers.get("content-length");
  const total = range ? range.total : length === null ? null : Number(length);
  let done = range ? have : 0;
  if (announce) onStart?.({ total, done });
  const kept: PartFacts = { url, validator: validatorOf(response.headers), total };
  await writeFileAtomic(factsPath(part), `${JSON.stringify(kept)}\n`);
  const file = await open(part, range ? "a" : "w");
  try {
    // One after the other: what came before the connection broke is in the file.
    for await (const chunk of response.body) {
      await file.writeFile(chunk);
      done += chunk.length;
      onProgress?.(done);
    }
    await file.sync();
  } catch (error) {
    if (signal?.aborted) throw new InterruptedError("interrupted; the same command goes on from there");
    const system = systemCodeOf(error);
    if (system && ["ENOSPC", "EDQUOT", "EACCES", "EROFS", "EIO"].includes(system)) {
      throw new AumentoError("write_failed", `cannot write ${part}: ${messageOf(error)}`, { cause: error });
    }
    return false; // the connection broke: what came is kept
  } finally {
    await file.close();
  }
  return total === null || done === total;
}

/**
 * Fetches a file into `part`, going on where an earlier time ended if the server can (byte ranges of a file that it
 * says is the same), from the beginning otherwise. A connection that breaks is tried again as long as bytes come.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { part, url } = options;
  let fruitless = 0;
  for (let attempt = 0; ; attempt++) {
    const before = await sizeOf(part);
    if (await once(options, attempt === 0)) return;
    const after = await sizeOf(part);
    fruitless = after > before ? 0 : fruitless + 1;
    if (fruitless >= fruitlessTries) {
      const kept = after > 0 && (await readFacts(part, url))?.validator != null;
      if (!kept) await removePart(part);
      throw new AumentoError(
        "failed",
        `cannot fetch ${url}: the connection broke${kept ? "; what came is kept, the same command goes on" : " and the server cannot go on from there"}`,
      );
    }
  }
}
