import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { putInPlace } from "../src/models/pair.ts";
import { input } from "./support/backbone.ts";
import {
  address,
  besidePath,
  bytes,
  folder,
  get,
  inCache,
  type Manner,
  padded,
  path,
  plain,
  served,
  size,
  status,
  tag,
  unmeasured,
  withRanges,
} from "./support/model-server.ts";

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
    served.manners = [
      breaking((_, response) => {
        response.writeHead(206, { etag: tag, ...(range && { "content-range": range }) });
        response.end(bytes.subarray(0, 100));
      }),
    ];
    await expect(get()).rejects.toThrow(message);
    expect(served.ranges).toHaveLength(6);
    expect(inCache()).toEqual([]);
  });

  it("answers with a part that nobody asked for", async () => {
    served.manners = [(_, response) => response.writeHead(206).end(bytes)];
    await expect(get()).rejects.toThrow("the server answered 206 Partial Content");
    expect([served.ranges, inCache()]).toEqual([[""], []]);
  });

  it("is not asked without end where its length is wrong", async () => {
    served.manners = [breaking(status(416))];
    await expect(get()).rejects.toThrow(
      /does not go on from there \(it answered 416 .*; begun afresh 2 times, nothing was kept/,
    );
    expect(served.ranges).toHaveLength(6);
    expect(inCache()).toEqual([]);
  });

  it("packs what it was asked to send as it is", async () => {
    const packed = gzipSync(bytes);
    const headers = { etag: tag, "content-encoding": "gzip", "content-length": packed.length };
    served.manners = [(_, response) => response.writeHead(200, headers).end(packed)];
    const starts: unknown[] = [];
    await get({ onStart: ({ bytes }) => starts.push(bytes) });
    expect([starts, served.ranges.length, readFileSync(path()).equals(bytes)]).toEqual([[null], 1, true]);
  });

  it.for([
    ["a page", Buffer.from("<html>log in</html>")],
    ["nothing", Buffer.of()],
    ["a part", bytes.subarray(0, 200_000)],
  ] as const)("gives %s for a model", async ([, content]) => {
    served.manners = [unmeasured(content)];
    await expect(get({ sha256: undefined })).rejects.toThrow(
      `${address()} cannot be used: expected an ONNX model, got ${content.length} bytes`,
    );
    expect(inCache()).toEqual([]);
    // A good one that is there stays.
    mkdirSync(join(served.cache, "models"), { recursive: true });
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
    mkdirSync(join(served.cache, "models"), { recursive: true });
    writeFileSync(path(), model);
    writeFileSync(besidePath(), earlier);
  };

  it("goes with its model, and another's is never left", async () => {
    hold();
    served.manners = [plain()];
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
    served.manners = [plain()];
    const { removed, lacks } = await get({ sha256: undefined, overwrite: true });
    expect([removed, lacks, readFileSync(besidePath(), "utf8")]).toEqual([null, null, earlier]);
  });

  it("is not taken for one's own where it lay there before the model", async () => {
    hold();
    rmSync(path());
    served.manners = [plain()];
    await expect(get()).rejects.toThrow("net.json is there already, without its model");
    expect([served.ranges, inCache()]).toEqual([[], ["net.json"]]);
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
    [
      '{"input":{"mean":[1,2,3],"std":[1,2],"range":[0,1]}}',
      /given\.json: input: std: expected as many numbers as mean has/,
    ],
  ] as const)("%s is refused before anything is fetched", async ([text, message]) => {
    hold();
    writeFileSync(given, text);
    await expect(get({ overwrite: true, preprocessing: given })).rejects.toThrow(message);
    expect([served.ranges, readFileSync(besidePath(), "utf8")]).toEqual([[], earlier]);
  });

  it("never stays beside what took its model's place, not even where that fails half-way", async () => {
    hold();
    const missing = `${path()}.part`;
    await expect(putInPlace(missing, path(), fits)).rejects.toThrow(`cannot write ${path()}`);
    expect(inCache()).toEqual(["net.onnx"]);
  });

  it("must fit the model", async () => {
    hold();
    served.manners = [plain()];
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
