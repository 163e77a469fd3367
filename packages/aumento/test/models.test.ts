import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cachedModels, cacheFolder, findBackbone } from "../src/models/cache.ts";
import { knownModels } from "../src/models/catalogue.ts";
import { type PullOptions, pull } from "../src/models/pull.ts";
import { type CliResult, runCli, temporaryFolder } from "./cli-process.ts";

const folder = temporaryFolder();
const bytes = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) >> 5));
const sha256 = createHash("sha256").update(bytes).digest("hex");

/** What the server does with the next requests; the last one goes on for all that follow. */
type Manner = (request: IncomingMessage, response: ServerResponse) => void;
let manners: Manner[] = [];
/** The `range` header of each request, "" where it had none. */
let ranges: string[] = [];
let server: Server;
let base: string;
let cache: string;

/** Sends these bytes and closes the connection once the client has written as much as it now can. */
function breakAfter(
  request: IncomingMessage,
  response: ServerResponse,
  part: Uint8Array,
  whole: number,
): void {
  response.flushHeaders();
  if (part.length > 0) response.write(part);
  const file = join(cache, "models", `${request.url}.part`);
  const watch = setInterval(() => {
    if (!existsSync(file) || statSync(file).size < whole) return;
    clearInterval(watch);
    response.socket?.end();
  }, 5);
}

const tag = '"v1"';
/** Bytes from where the client asks, if it asks for the same file; `upTo` breaks the connection there. */
const withRanges =
  (upTo = bytes.length, etag = tag): Manner =>
  (request, response) => {
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    const start = asked && request.headers["if-range"] === etag ? Number(asked[1]) : 0;
    const headers = { etag, "content-length": bytes.length - start };
    if (start > 0) {
      response.writeHead(206, {
        ...headers,
        "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
      });
    } else response.writeHead(200, headers);
    if (upTo >= bytes.length) response.end(bytes.subarray(start));
    else breakAfter(request, response, bytes.subarray(start, upTo), upTo);
  };
/** A server that knows no ranges and names no version. */
const plain =
  (upTo = bytes.length): Manner =>
  (request, response) => {
    response.writeHead(200, { "content-length": bytes.length });
    if (upTo >= bytes.length) response.end(bytes);
    else breakAfter(request, response, bytes.subarray(0, upTo), upTo);
  };
const status =
  (code: number): Manner =>
  (_, response) => {
    response.writeHead(code).end("no");
  };

beforeAll(async () => {
  server = createServer((request, response) => {
    ranges.push(request.headers.range ?? "");
    const manner = manners.length > 1 ? manners.shift()! : manners[0];
    manner(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

let number = 0;
beforeEach(() => {
  cache = join(folder, `cache-${number++}`);
  process.env.AUMENTO_CACHE = cache;
  ranges = [];
});
afterEach(() => {
  delete process.env.AUMENTO_CACHE;
});

const address = () => `${base}/net.onnx`;
const get = (options: Partial<PullOptions> = {}) => pull({ model: address(), sha256, ...options });
const inCache = () => (existsSync(join(cache, "models")) ? readdirSync(join(cache, "models")).sort() : []);
const path = () => join(cache, "models", "net.onnx");

describe("models pull", () => {
  it("says what it fetches from where to where, and keeps it with the right hash", async () => {
    manners = [withRanges()];
    const starts: unknown[] = [];
    const outcome = await get({ onStart: (start) => starts.push(start) });
    expect(starts).toEqual([{ name: "net", from: address(), to: path(), bytes: bytes.length, done: 0 }]);
    expect(outcome).toEqual({ name: "net", path: path(), sha256, checked: true, present: false });
    expect(readFileSync(path()).equals(bytes)).toBe(true);
    expect(inCache()).toEqual(["net.onnx"]);
    const again = await get();
    expect([again.present, ranges.length]).toEqual([true, 1]);
  });

  it("goes on where a broken connection ended, in the same call", async () => {
    manners = [withRanges(100_000), withRanges(250_000), withRanges()];
    await get();
    expect(ranges).toEqual(["", "bytes=100000-", "bytes=250000-"]);
    expect(readFileSync(path()).equals(bytes)).toBe(true);
  });

  it("goes on where an earlier call ended", async () => {
    manners = [withRanges(100_000), status(503)];
    await expect(get()).rejects.toThrow(`cannot fetch ${address()}: the server answered 503`);
    expect(inCache()).toEqual(["net.onnx.part", "net.onnx.part.json"]);
    manners = [withRanges()];
    const starts: { done: number }[] = [];
    await get({ onStart: (start) => starts.push(start) });
    expect([starts[0].done, ranges.at(-1)]).toEqual([100_000, "bytes=100000-"]);
    expect(readFileSync(path()).equals(bytes)).toBe(true);
    expect(inCache()).toEqual(["net.onnx"]);
  });

  it("begins afresh where the file has changed meanwhile", async () => {
    manners = [withRanges(100_000, '"v0"'), status(503)];
    await expect(get()).rejects.toThrow("503");
    manners = [withRanges()];
    await get();
    expect(readFileSync(path()).equals(bytes)).toBe(true);
  });

  it("begins afresh with a server that knows no ranges, and gives up where nothing more comes", async () => {
    manners = [plain(100_000), plain()];
    await get();
    expect([ranges, readFileSync(path()).equals(bytes)]).toEqual([["", ""], true]);
    manners = [plain(50_000)];
    const other = { model: `${base}/other.onnx`, sha256 };
    await expect(pull(other)).rejects.toThrow("the connection broke and the server cannot go on from there");
    expect(inCache()).toEqual(["net.onnx"]);
    manners = [withRanges(60_000)];
    const third = pull({ model: `${base}/third.onnx`, sha256 });
    await expect(third).rejects.toThrow("the connection broke; what came is kept, the same command goes on");
    expect(inCache()).toEqual(["net.onnx", "third.onnx.part", "third.onnx.part.json"]);
  });

  it("refuses a wrong hash and keeps nothing, not even where it had gone on", async () => {
    manners = [withRanges(100_000), withRanges()];
    const wrong = "0".repeat(64);
    await expect(get({ sha256: wrong })).rejects.toThrow(
      `${address()} is not what was expected: its sha256 is ${sha256}, expected ${wrong}. Nothing was kept`,
    );
    expect(inCache()).toEqual([]);
  });

  it.for([
    [404, "the server answered 404 Not Found: there is no such file"],
    [500, "the server answered 500 Internal Server Error"],
  ] as const)("names what the server answered: %i", async ([code, message]) => {
    manners = [status(code)];
    await expect(get()).rejects.toThrow(message);
    expect(inCache()).toEqual([]);
  });

  it("stops when asked to, and keeps what came", async () => {
    const stop = new AbortController();
    manners = [
      (_, response) => {
        response.writeHead(200, { etag: tag, "content-length": bytes.length });
        response.write(bytes.subarray(0, 100_000));
      },
    ];
    const run = get({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(run).rejects.toThrow("interrupted; the same command goes on from there");
    expect(inCache()).toEqual(["net.onnx.part", "net.onnx.part.json"]);
  });

  it("says that a server is out of reach", async () => {
    const nobody = { model: "http://127.0.0.1:9/net.onnx", sha256 };
    await expect(pull(nobody)).rejects.toThrow(/cannot fetch http:\/\/127\.0\.0\.1:9\/net\.onnx: .+/);
  });

  it("leaves another file of that name alone unless --overwrite is said", async () => {
    manners = [plain()];
    mkdirSync(join(cache, "models"), { recursive: true });
    writeFileSync(path(), "mine");
    await expect(get()).rejects.toThrow("net.onnx is there already");
    await get({ overwrite: true });
    expect(readFileSync(path()).equals(bytes)).toBe(true);
  });

  it.for([
    [{ model: "efficientnet-lite" }, 'unknown model "efficientnet-lite"; did you mean efficientnet-lite0?'],
    [{ model: "https://example.org/net.pb" }, "expected the address of an .onnx file"],
    [{ model: "https://example.org/net.onnx", sha256: "abc" }, "--sha256 must be 64 hexadecimal digits"],
    [{ model: "efficientnet-lite0" }, "no address is known for certain"],
    [
      { model: "efficientnet-lite0", sha256: "0".repeat(64) },
      "--sha256: efficientnet-lite0 is known with 5717e7",
    ],
    [{ model: "efficientnet-lite0", from: "nowhere.onnx" }, "file not found: nowhere.onnx"],
  ] as const)("says what is wrong with %j", async ([options, message]) => {
    await expect(pull(options)).rejects.toThrow(message);
    expect(inCache()).toEqual([]);
  });

  it("takes a known model from a file or another address only if it is that model", async () => {
    manners = [plain()];
    const run = pull({ model: "efficientnet-lite0", from: address() });
    await expect(run).rejects.toThrow(`its sha256 is ${sha256}, expected 5717e7`);
    expect(inCache()).toEqual([]);
  });
});

describe("models, as a process", () => {
  const cli = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder });

  it("announces, fetches, lists and is found as a backbone", async () => {
    manners = [withRanges()];
    writeFileSync(join(folder, "input.json"), JSON.stringify({ input: { size: [8, 8] } }));
    const pulled = await cli(
      "models",
      "pull",
      address(),
      "--sha256",
      sha256,
      "--preprocessing",
      "input.json",
    );
    expect([pulled.code, pulled.stderr]).toEqual([0, ""]);
    expect(pulled.stdout).toContain(`Fetching net, 0.3 MB\n  from ${address()}\n  to   ${path()}\n`);
    expect(pulled.stdout).toContain(`sha256 ${sha256}, as expected`);
    const listed = await cli("models", "--json");
    const { models, others, folder: shown } = JSON.parse(listed.stdout);
    expect([others, shown]).toEqual([["net"], join(cache, "models")]);
    expect(
      models.map(({ name, cached }: { name: string; cached: boolean }) => [name, cached]),
    ).toContainEqual(["efficientnet-lite0", false]);
    expect((await cli("models")).stdout).toMatch(/efficientnet-lite0 +18\.8 MB +no/);
    expect(await findBackbone("net")).toBe(path());
    expect(JSON.parse(readFileSync(path().replace(".onnx", ".json"), "utf8")).input.size).toEqual([8, 8]);
    expect(await cachedModels()).toEqual(["net"]);
  });
});

describe("the cache and the catalogue", () => {
  it("lies where the platform keeps such files, or where AUMENTO_CACHE says", () => {
    expect(cacheFolder({ AUMENTO_CACHE: "/there" }, "linux")).toBe("/there");
    expect(cacheFolder({ XDG_CACHE_HOME: "/x" }, "linux")).toBe(join("/x", "aumento"));
    expect(cacheFolder({}, "darwin")).toMatch(/Library.Caches.aumento$/);
    expect(cacheFolder({ LOCALAPPDATA: "/local" }, "win32")).toBe(join("/local", "aumento"));
  });

  it("tells how to get a backbone that is not there", async () => {
    await expect(findBackbone("efficientnet-lite0")).rejects.toThrow(
      /backbone efficientnet-lite0 is not in the cache .*models pull/,
    );
    await expect(findBackbone("efficientnet-lite")).rejects.toThrow("did you mean efficientnet-lite0?");
    await expect(findBackbone("some/where.onnx")).rejects.toThrow("backbone not found: some/where.onnx");
  });

  it("knows of every model its hash, size, licence, source and how its pictures are prepared", () => {
    for (const { name, sha256: hash, bytes: size, licence, source, url, howToGet, input } of knownModels) {
      expect([name, hash]).toEqual([name, expect.stringMatching(/^[0-9a-f]{64}$/)]);
      expect(size).toBeGreaterThan(1e6);
      for (const text of [licence, source]) expect(text.length).toBeGreaterThan(5);
      expect(url ?? howToGet).toMatch(url === null ? /pull / : /^https:\/\/.*\.onnx$/);
      expect(url === null).toBe(howToGet !== undefined);
      expect(input.mean).toHaveLength(3);
      expect(input.std).toHaveLength(3);
    }
  });
});
