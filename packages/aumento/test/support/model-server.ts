import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type PullOptions, pull } from "../../src/models/pull.ts";
import { temporaryFolder } from "../cli-process.ts";
import { writeBackbone } from "./backbone.ts";

export const folder = temporaryFolder();
export const size = 8;

/** A model of so many bytes: the rest is its description. */
export function padded(model: Uint8Array, length: number): Buffer {
  const [tag, ...size] = [0x32, 0, 0, 0];
  const text = Buffer.alloc(length - model.length - 1 - size.length, "x");
  for (const place of size.keys()) size[place] = ((text.length >> (7 * place)) & 127) | (place < 2 ? 128 : 0);
  return Buffer.concat([model, Uint8Array.of(tag, ...size), text]);
}

await writeBackbone(join(folder, "small.onnx"), { size });
export const bytes = padded(readFileSync(join(folder, "small.onnx")), 300_000);
export const sha256 = createHash("sha256").update(bytes).digest("hex");

/** What the server does with a request. */
export type Manner = (request: IncomingMessage, response: ServerResponse) => void;
interface Served {
  /** For the next requests; the last one goes on for all that follow. */
  manners: Manner[];
  /** The `range` header of each request, "" where it had none. */
  ranges: string[];
  /** The server's address. */
  base: string;
  /** The cache that the test fetches into, a new one for each. */
  cache: string;
}

export const served: Served = { manners: [], ranges: [], base: "", cache: "" };

/** Sends these bytes and closes the connection once the client has written as much as it now can. */
function breakAfter(
  request: IncomingMessage,
  response: ServerResponse,
  part: Uint8Array,
  whole: number,
): void {
  response.flushHeaders();
  if (part.length > 0) response.write(part);
  const file = join(served.cache, "models", `${request.url}.part`);
  const watch = setInterval(() => {
    if (!existsSync(file) || statSync(file).size < whole) return;
    clearInterval(watch);
    response.socket?.end();
  }, 5);
}

export const tag = '"v1"';
/** Bytes from where the client asks, if it asks for the same file; `upTo` breaks the connection there. */
export const withRanges =
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
export const plain =
  (upTo = bytes.length): Manner =>
  (request, response) => {
    response.writeHead(200, { "content-length": bytes.length });
    if (upTo >= bytes.length) response.end(bytes);
    else breakAfter(request, response, bytes.subarray(0, upTo), upTo);
  };
/** Bytes as they are, with no word of their length. */
export const unmeasured =
  (content: Uint8Array | string): Manner =>
  (_, response) => {
    response.writeHead(200);
    response.flushHeaders();
    response.end(content);
  };
export const status =
  (code: number): Manner =>
  (_, response) => {
    response.writeHead(code).end("no");
  };

let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    served.ranges.push(request.headers.range ?? "");
    const manner = served.manners.length > 1 ? served.manners.shift()! : served.manners[0];
    manner(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  served.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

let number = 0;
beforeEach(() => {
  served.cache = join(folder, `cache-${number++}`);
  process.env.AUMENTO_CACHE = served.cache;
  served.ranges = [];
});
afterEach(() => {
  delete process.env.AUMENTO_CACHE;
});

export const address = () => `${served.base}/net.onnx`;
export const get = (options: Partial<PullOptions> = {}) => pull({ model: address(), sha256, ...options });
export const inCache = () =>
  existsSync(join(served.cache, "models")) ? readdirSync(join(served.cache, "models")).sort() : [];
export const path = () => join(served.cache, "models", "net.onnx");
export const besidePath = () => join(served.cache, "models", "net.json");
