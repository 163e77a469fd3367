import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cachedModels, cacheFolder, findBackbone } from "../src/models/cache.ts";
import { knownModels } from "../src/models/catalogue.ts";
import { type PullOptions, pull } from "../src/models/pull.ts";
import { type CliResult, runCli, temporaryFolder } from "./cli-process.ts";
import { input, writeBackbone } from "./support/backbone.ts";

const folder = temporaryFolder();
const size = 8;

/** A model of so many bytes: the rest is its description. */
function padded(model: Uint8Array, length: number): Buffer {
  const [tag, ...size] = [0x32, 0, 0, 0];
  const text = Buffer.alloc(length - model.length - 1 - size.length, "x");
  for (const place of size.keys()) size[place] = ((text.length >> (7 * place)) & 127) | (place < 2 ? 128 : 0);
  return Buffer.concat([model, Uint8Array.of(tag, ...size), text]);
}

await writeBackbone(join(folder, "small.onnx"), { size });
const bytes = padded(readFileSync(join(folder, "small.onnx")), 300_000);
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
/** Bytes as they are, with no word of their length. */
const unmeasured =
  (content: Uint8Array | string): Manner =>
  (_, response) => {
    response.writeHead(200);
    response.flushHeaders();
    response.end(content);
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
const besidePath = () => join(cache, "models", "net.json");

describe("models pull", () => {
  it("says what it fetches from where to where, and keeps it with the right hash", async () => {
    manners = [withRanges()];
    const starts: unknown[] = [];
    const outcome = await get({ onStart: (start) => starts.push(start) });
    expect(starts).toEqual([{ name: "net", from: address(), to: path(), bytes: bytes.length, done: 0 }]);
    const lacks = "it does not say how its pictures are prepared";
    const facts = { sha256, checked: true, present: false, removed: null, lacks };
    expect(outcome).toEqual({ name: "net", path: path(), ...facts });
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
    [{ model: "https://example.org/.hidden.onnx" }, "expected the address of an .onnx file"],
    [{ model: "http://" }, "http://: expected the address of an .onnx file"],
    [{ model: "http://x/%zz.onnx" }, "http://x/%zz.onnx: expected the address of an .onnx file"],
    [
      { model: "efficientnet-lite0", from: "http://" },
      "--from http://: expected an address (https://host/name.onnx) or a file",
    ],
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

describe("a server that does not keep to what it says", () => {
  /** Breaks the first answer of each beginning, and answers what asks for the rest so. */
  const breaking =
    (rest: Manner): Manner =>
    (request, response) =>
      request.headers.range ? rest(request, response) : withRanges(100_000)(request, response);

  it.for([
    ["bytes 0-99/100", /asked for the bytes from 100000 on of 300000, it answered bytes 0-99\/100/],
    ["bytes 100000-299999/300005", /it answered bytes 100000-299999\/300005/],
    [undefined, /asked for the bytes from 100000 on of 300000, it answered no content-range/],
  ] as const)("is not asked without end for a wrong range: %s", async ([range, message]) => {
    manners = [
      breaking((_, response) => {
        response.writeHead(206, { etag: tag, ...(range && { "content-range": range }) });
        response.end(bytes.subarray(0, 100));
      }),
    ];
    await expect(get()).rejects.toThrow(message);
    expect(ranges).toHaveLength(6);
    expect(inCache()).toEqual([]);
  });

  it("answers with a part that nobody asked for", async () => {
    manners = [(_, response) => response.writeHead(206).end(bytes)];
    await expect(get()).rejects.toThrow("the server answered 206 Partial Content");
    expect([ranges, inCache()]).toEqual([[""], []]);
  });

  it("is not asked without end where its length is wrong", async () => {
    manners = [breaking(status(416))];
    await expect(get()).rejects.toThrow(
      /does not go on from there \(it answered 416 .*; begun afresh 2 times, nothing was kept/,
    );
    expect(ranges).toHaveLength(6);
    expect(inCache()).toEqual([]);
  });

  it("packs what it was asked to send as it is", async () => {
    const packed = gzipSync(bytes);
    const headers = { etag: tag, "content-encoding": "gzip", "content-length": packed.length };
    manners = [(_, response) => response.writeHead(200, headers).end(packed)];
    const starts: unknown[] = [];
    await get({ onStart: ({ bytes }) => starts.push(bytes) });
    expect([starts, ranges.length, readFileSync(path()).equals(bytes)]).toEqual([[null], 1, true]);
  });

  it.for([
    ["a page", Buffer.from("<html>log in</html>")],
    ["nothing", Buffer.of()],
    ["a part", bytes.subarray(0, 200_000)],
  ] as const)("gives %s for a model", async ([, content]) => {
    manners = [unmeasured(content)];
    await expect(get({ sha256: undefined })).rejects.toThrow(
      `${address()} cannot be used: expected an ONNX model, got ${content.length} bytes`,
    );
    expect(inCache()).toEqual([]);
    // A good one that is there stays.
    mkdirSync(join(cache, "models"), { recursive: true });
    writeFileSync(path(), bytes);
    writeFileSync(besidePath(), "{}");
    await expect(get({ sha256: undefined, overwrite: true })).rejects.toThrow(/Nothing was kept$/);
    expect([readFileSync(path()).equals(bytes), inCache()]).toEqual([true, ["net.json", "net.onnx"]]);
  });
});

describe("the JSON beside a model", () => {
  const given = join(folder, "given.json");
  const other = () => padded(readFileSync(join(folder, "small.onnx")), 200_000);
  const earlier = JSON.stringify({ input: { ...input(size), mean: [1, 2, 3] } });
  const fits = JSON.stringify({ input: input(size) });
  /** Another model with its JSON, which the cache holds. */
  const hold = (model: Uint8Array = other()) => {
    mkdirSync(join(cache, "models"), { recursive: true });
    writeFileSync(path(), model);
    writeFileSync(besidePath(), earlier);
  };

  it("goes with its model, and another's is never left", async () => {
    hold();
    manners = [plain()];
    const { removed } = await get({ overwrite: true });
    expect([removed, inCache()]).toEqual([besidePath(), ["net.onnx"]]);
    hold();
    writeFileSync(given, fits);
    const replaced = await get({ overwrite: true, preprocessing: given });
    expect([replaced.removed, replaced.lacks, readFileSync(besidePath(), "utf8")]).toEqual([
      null,
      null,
      fits,
    ]);
    expect(inCache()).toEqual(["net.json", "net.onnx"]);
  });

  it("stays where the same model is fetched again", async () => {
    hold(bytes);
    manners = [plain()];
    const { removed, lacks } = await get({ sha256: undefined, overwrite: true });
    expect([removed, lacks, readFileSync(besidePath(), "utf8")]).toEqual([null, null, earlier]);
  });

  it("is not taken for one's own where it lay there before the model", async () => {
    hold();
    rmSync(path());
    manners = [plain()];
    await expect(get()).rejects.toThrow("net.json is there already, without its model");
    expect([ranges, inCache()]).toEqual([[], ["net.json"]]);
    expect((await get({ overwrite: true })).removed).toBe(besidePath());
  });

  it.for([
    ["{", /given\.json is no JSON/],
    ["[]", /given\.json does not say how pictures are prepared: expected \{"input":/],
    ["{}", /does not say how pictures are prepared/],
    ['{"input":null}', /does not say how pictures are prepared/],
    [
      '{"input":{"size":[224]}}',
      /given\.json: input: size: expected \[height, width\] in pixels, got \[224\]/,
    ],
    ['{"input":{"sizes":[8,8]}}', /given\.json: input: unknown option "sizes"/],
    ['{"input":{"mean":[1,2,3]}}', /given\.json: input: range: expected/],
    ['{"input":{"mean":[1,2,3],"std":[1,2],"range":[0,1]}}', /given\.json: input: std has 2 numbers/],
  ] as const)("%s is refused before anything is fetched", async ([text, message]) => {
    hold();
    writeFileSync(given, text);
    await expect(get({ overwrite: true, preprocessing: given })).rejects.toThrow(message);
    expect([ranges, readFileSync(besidePath(), "utf8")]).toEqual([[], earlier]);
  });

  it("must fit the model", async () => {
    hold();
    manners = [plain()];
    writeFileSync(given, JSON.stringify({ input: input(32) }));
    const wrong = { preprocessing: given, overwrite: true };
    await expect(get(wrong)).rejects.toThrow(
      /net\.onnx cannot be used with .*given\.json: .* it needs 8, not 32\. Nothing was kept$/,
    );
    expect([readFileSync(path()).equals(other()), inCache()]).toEqual([true, ["net.json", "net.onnx"]]);
    hold(bytes);
    await expect(get(wrong)).rejects.toThrow("it needs 8, not 32");
    expect(readFileSync(besidePath(), "utf8")).toBe(earlier);
  });
});

describe("models, as a process", () => {
  const cli = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder });

  it("announces, fetches, lists and is found as a backbone", async () => {
    manners = [withRanges()];
    writeFileSync(join(folder, "input.json"), JSON.stringify({ input: input(size) }));
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
    expect(pulled.stdout).toContain(
      `sha256 ${sha256}, as expected\nUse it: aumento compare DIR --backbone net\n`,
    );
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

  it("says what it removed, what a model lacks, and what is no address", async () => {
    mkdirSync(join(cache, "models"), { recursive: true });
    writeFileSync(path(), "mine");
    writeFileSync(besidePath(), "{}");
    manners = [plain()];
    const { code, stdout } = await cli("models", "pull", address(), "--overwrite");
    expect(code).toBe(0);
    expect(stdout).toContain(
      `Removed ${besidePath()}: it said how the earlier model's pictures are prepared\n`,
    );
    expect(stdout).toContain("It cannot be used as it is: it does not say how its pictures are prepared");
    expect(stdout).not.toContain("Use it:");
    const wrong = await cli("models", "pull", "http://");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("http://: expected the address")]);
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
