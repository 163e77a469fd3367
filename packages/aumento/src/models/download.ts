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
/** Times that a file is begun afresh: a server that never goes on would be asked without end. */
const mostRestarts = 2;

/** How a request ended. */
interface Ending {
  whole: boolean;
  /** Why the file was begun afresh though part of it was there; null where it was not. */
  restart: string | null;
}

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

/** The coding of an answer (gzip), which a server may use though it was asked not to; fetch undoes it. */
function codingOf({ headers }: Response): string | null {
  const coding = headers.get("content-encoding");
  return coding === null || coding.toLowerCase() === "identity" ? null : coding;
}

/** Why an answer does not go on behind the bytes that are there; null where it does or is the whole file. */
function whyUnfit(response: Response, have: number, facts: PartFacts | null): string | null {
  if (response.status === 416) return "it answered 416 to a request for the rest";
  if (response.status !== 206) return null;
  const coding = codingOf(response);
  if (coding !== null) return `it answered with a part of a ${coding} stream`;
  const range = rangeStart(response);
  const total = facts?.total ?? null;
  const sameTotal = have === 0 || total === null || range?.total === null || range?.total === total;
  if (range?.start === have && sameTotal) return null;
  const given = response.headers.get("content-range") ?? "no content-range";
  return `asked for the bytes from ${have} on${total === null ? "" : ` of ${total}`}, it answered ${given}`;
}

/** What an answer is a part of; `earlier` is the size that an earlier answer told. A coding's length and validator are those of other bytes than what fetch gives. */
function factsOf(response: Response, url: string, earlier: number | null): PartFacts {
  if (codingOf(response) !== null) return { url, validator: null, total: null };
  const length = response.headers.get("content-length");
  const whole = length === null ? null : Number(length);
  const total = response.status === 206 ? (rangeStart(response)?.total ?? earlier) : whole;
  return { url, validator: validatorOf(response.headers), total };
}

/** One request: appends to the half file what the server gives. */
async function once(options: DownloadOptions, announce: boolean): Promise<Ending> {
  const { url, part, onStart, onProgress, signal } = options;
  const facts = await readFacts(part, url);
  const there = await sizeOf(part);
  const have = facts?.validator ? there : 0;
  if (facts?.validator && have === facts.total) return { whole: true, restart: null }; // only the renaming was missing
  const resume: Record<string, string> =
    have > 0 && facts?.validator ? { range: `bytes=${have}-`, "if-range": facts.validator } : {};
  const response = await request(url, resume, signal);
  const unfit = whyUnfit(response, have, facts);
  // What was not asked for a part is no answer at all.
  if (unfit !== null && have > 0) {
    await response.body?.cancel();
    await removePart(part);
    return { whole: false, restart: unfit };
  }
  if (unfit !== null || !response.ok || !response.body) {
    await response.body?.cancel();
    throw refusal(url, response);
  }
  const goesOn = response.status === 206 && have > 0;
  const restart = there > 0 && !goesOn ? "it sent the file from its beginning" : null;
  const kept = factsOf(response, url, facts?.total ?? null);
  let done = goesOn ? have : 0;
  if (announce) onStart?.({ total: kept.total, done });
  await writeFileAtomic(factsPath(part), `${JSON.stringify(kept)}\n`);
  const file = await open(part, goesOn ? "a" : "w");
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
    return { whole: false, restart }; // the connection broke: what came is kept
  } finally {
    await file.close();
  }
  return { whole: kept.total === null || done === kept.total, restart };
}

/**
 * Fetches a file into `part`, going on where an earlier time ended if the server can (byte ranges of a file that it
 * says is the same), from the beginning otherwise. A connection that breaks is tried again as long as bytes come and
 * the server goes on from them.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { part, url } = options;
  let fruitless = 0;
  let restarts = 0;
  for (let attempt = 0; ; attempt++) {
    const before = await sizeOf(part);
    const { whole, restart } = await once(options, attempt === 0);
    if (whole) return;
    if (restart !== null && ++restarts > mostRestarts) {
      await removePart(part);
      throw new AumentoError(
        "failed",
        `cannot fetch ${url}: the connection broke and the server does not go on from there (${restart}); begun afresh ${mostRestarts} times, nothing was kept`,
      );
    }
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
