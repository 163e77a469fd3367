import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cachedModels, cacheFolder, findBackbone } from "../src/models/cache.ts";
import { knownModels } from "../src/models/catalogue.ts";
import { pull } from "../src/models/pull.ts";
import { type CliResult, runCli } from "./cli-process.ts";
import { input } from "./support/backbone.ts";
import {
  address,
  besidePath,
  bytes,
  folder,
  get,
  inCache,
  path,
  plain,
  served,
  sha256,
  size,
  status,
  tag,
  withRanges,
} from "./support/model-server.ts";

describe("models pull", () => {
  it("says what it fetches from where to where, and keeps it with the right hash", async () => {
    served.manners = [withRanges()];
    const starts: unknown[] = [];
    const outcome = await get({ onStart: (start) => starts.push(start) });
    expect(starts).toEqual([{ name: "net", from: address(), to: path(), bytes: bytes.length, done: 0 }]);
    const lacks = "it does not say how its pictures are prepared";
    const facts = { sha256, checked: true, present: false, removed: null, lacks };
    expect(outcome).toEqual({ name: "net", path: path(), ...facts });
    expect(readFileSync(path()).equals(bytes)).toBe(true);
    expect(inCache()).toEqual(["net.onnx"]);
    const again = await get();
    expect([again.present, served.ranges.length]).toEqual([true, 1]);
  });

  it("goes on where a broken connection ended, in the same call", async () => {
    served.manners = [withRanges(100_000), withRanges(250_000), withRanges()];
    await get();
    expect(served.ranges).toEqual(["", "bytes=100000-", "bytes=250000-"]);
    expect(readFileSync(path()).equals(bytes)).toBe(true);
  });

  it("goes on where an earlier call ended", async () => {
    served.manners = [withRanges(100_000), status(503)];
    await expect(get()).rejects.toThrow(`cannot fetch ${address()}: the server answered 503`);
    expect(inCache()).toEqual(["net.onnx.part", "net.onnx.part.json"]);
    served.manners = [withRanges()];
    const starts: { done: number }[] = [];
    await get({ onStart: (start) => starts.push(start) });
    expect([starts[0].done, served.ranges.at(-1)]).toEqual([100_000, "bytes=100000-"]);
    expect(readFileSync(path()).equals(bytes)).toBe(true);
    expect(inCache()).toEqual(["net.onnx"]);
  });

  it("begins afresh where the file has changed meanwhile", async () => {
    served.manners = [withRanges(100_000, '"v0"'), status(503)];
    await expect(get()).rejects.toThrow("503");
    served.manners = [withRanges()];
    await get();
    expect(readFileSync(path()).equals(bytes)).toBe(true);
  });

  it("begins afresh with a server that knows no ranges, and gives up where nothing more comes", async () => {
    served.manners = [plain(100_000), plain()];
    await get();
    expect([served.ranges, readFileSync(path()).equals(bytes)]).toEqual([["", ""], true]);
    served.manners = [plain(50_000)];
    const other = { model: `${served.base}/other.onnx`, sha256 };
    // How many bytes arrive before a connection breaks is chance, and so is which limit ends it.
    await expect(pull(other)).rejects.toThrow(
      /the connection broke and the server (cannot|does not) go on from there/,
    );
    expect(inCache()).toEqual(["net.onnx"]);
    served.manners = [withRanges(60_000)];
    const third = pull({ model: `${served.base}/third.onnx`, sha256 });
    await expect(third).rejects.toThrow("the connection broke; what came is kept, the same command goes on");
    expect(inCache()).toEqual(["net.onnx", "third.onnx.part", "third.onnx.part.json"]);
  });

  it("refuses a wrong hash and keeps nothing, not even where it had gone on", async () => {
    served.manners = [withRanges(100_000), withRanges()];
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
    served.manners = [status(code)];
    await expect(get()).rejects.toThrow(message);
    expect(inCache()).toEqual([]);
  });

  it("stops when asked to, and keeps what came", async () => {
    const stop = new AbortController();
    served.manners = [
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
    served.manners = [plain()];
    mkdirSync(join(served.cache, "models"), { recursive: true });
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
    served.manners = [plain()];
    const run = pull({ model: "efficientnet-lite0", from: address() });
    await expect(run).rejects.toThrow(`its sha256 is ${sha256}, expected 5717e7`);
    expect(inCache()).toEqual([]);
  });
});

describe("models, as a process", () => {
  const cli = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder });

  it("announces, fetches, lists and is found as a backbone", async () => {
    served.manners = [withRanges()];
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
    expect([others, shown]).toEqual([["net"], join(served.cache, "models")]);
    expect(
      models.map(({ name, cached }: { name: string; cached: boolean }) => [name, cached]),
    ).toContainEqual(["efficientnet-lite0", false]);
    expect((await cli("models")).stdout).toMatch(/efficientnet-lite0 +18\.8 MB +no/);
    expect(await findBackbone("net")).toBe(path());
    expect(JSON.parse(readFileSync(path().replace(".onnx", ".json"), "utf8")).input.size).toEqual([8, 8]);
    expect(await cachedModels()).toEqual(["net"]);
  });

  it("says what it removed, what a model lacks, and what is no address", async () => {
    mkdirSync(join(served.cache, "models"), { recursive: true });
    writeFileSync(path(), "mine");
    writeFileSync(besidePath(), "{}");
    served.manners = [plain()];
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
