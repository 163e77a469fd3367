import { closeSync, createReadStream, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { AumentoError, messageOf } from "../errors.ts";
import { explainWriteError } from "../files.ts";
import type { Line } from "./lines.ts";
import type { Header } from "./settings.ts";

const MEBIBYTE = 1 << 20;
const LINE_FEED = 10;

/** Where the lines of one picture lie in a file of lines: bytes, the last line's end left out. */
interface Span {
  start: number;
  end: number;
  lines: number;
  /** The first line's file, by which a second group of the same picture is told from a longer first one. */
  first?: string;
}

/**
 * A file of lines as manifests and journals are: a header, then the lines of each picture, all in one place. Of a
 * picture that comes twice the later lines count; a last line without an end is what a killed run left, and is dropped.
 */
export class LineFile {
  readonly path: string;
  readonly header: Header;
  readonly #spans: Map<string, Span>;

  private constructor(path: string, header: Header, spans: Map<string, Span>) {
    this.path = path;
    this.header = header;
    this.#spans = spans;
  }

  /** Reads where everything lies. */
  static async read(path: string): Promise<LineFile> {
    let header: Header | undefined;
    const spans = new Map<string, Span>();
    let last: { source: string; span: Span } | undefined;
    let number = 0;
    for await (const { text, start, end } of linesOf(path)) {
      number++;
      const value = parse(path, text);
      if (!header) {
        header = checkHeader(path, value);
        continue;
      }
      const line = checkLine(path, number, value);
      const first = "file" in line ? line.file : undefined;
      if (last?.source === line.source && first !== last.span.first) {
        last.span.end = end;
        last.span.lines++;
        continue;
      }
      last = { source: line.source, span: { start, end, lines: 1, first } };
      spans.set(line.source, last.span);
    }
    if (!header) throw new AumentoError("invalid_input", `${path} is empty, expected a manifest`);
    return new LineFile(path, header, spans);
  }

  get pictures(): IterableIterator<string> {
    return this.#spans.keys();
  }

  /** How many lines a picture has; 0 where it is not there. */
  linesOf(picture: string): number {
    return this.#spans.get(picture)?.lines ?? 0;
  }

  /** Opens the file for `textOf`. */
  reader(): { textOf(picture: string): string | undefined; close(): void } {
    const file = openSync(this.path, "r");
    const window = new Window(file);
    return {
      textOf: (picture) => {
        const span = this.#spans.get(picture);
        return span && window.read(span).toString("utf8");
      },
      close: () => closeSync(file),
    };
  }
}

/** A part of a file in memory: spans that are asked for lie one behind the other, or nearly so. */
class Window {
  readonly #file: number;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: number) {
    this.#file = file;
  }

  /** The span's bytes, to be used before the next are asked for. */
  read({ start, end }: Pick<Span, "start" | "end">): Buffer {
    if (start < this.#start || end > this.#start + this.#bytes.length) this.#load(start, end);
    return this.#bytes.subarray(start - this.#start, end - this.#start);
  }

  /** Loads what lies around a span, with a little of what is before it. */
  #load(start: number, end: number): void {
    const first = Math.max(0, start - MEBIBYTE / 4);
    const last = Math.max(end, Math.min(fstatSync(this.#file).size, start + MEBIBYTE));
    const bytes = Buffer.allocUnsafe(last - first);
    for (let got = 0; got < bytes.length; ) {
      const read = readSync(this.#file, bytes, got, bytes.length - got, first + got);
      if (read === 0) throw new AumentoError("failed", "a journal became shorter while it was read");
      got += read;
    }
    this.#bytes = bytes;
    this.#start = first;
  }
}

async function* linesOf(path: string): AsyncGenerator<{ text: string; start: number; end: number }> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: MEBIBYTE })) {
    rest = Buffer.concat([rest, chunk as Buffer]); // a stream without an encoding gives buffers
    let start = 0;
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED, start)) {
      yield { text: rest.toString("utf8", start, end), start: offset + start, end: offset + end };
      start = end + 1;
    }
    rest = rest.subarray(start);
    offset += start;
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AumentoError("invalid_input", `${path} is no manifest: ${messageOf(error)}`);
  }
}

/** The header says that aumento wrote it, so that what there is of a line is right. */
function checkLine(path: string, number: number, value: unknown): Line {
  if (
    typeof value === "object" &&
    value !== null &&
    "source" in value &&
    ("file" in value || "leftOut" in value)
  )
    return value as Line;
  throw new AumentoError("invalid_input", `${path} is damaged: line ${number} tells of no file`);
}

function checkHeader(path: string, value: unknown): Header {
  const isOurs =
    typeof value === "object" && value !== null && "aumento" in value && value.aumento === "augment";
  if (!isOurs) throw new AumentoError("invalid_input", `${path} is no manifest of aumento augment`);
  const header = value as Header; // as it says of itself
  if (header.version !== 1)
    throw new AumentoError(
      "invalid_input",
      `${path} was written by a later aumento (version ${header.program})`,
    );
  return header;
}

/** Appends lines to a file, each group in one write, and can read them again. */
export class Journal {
  readonly #file: LinesOut;
  readonly #spans = new Map<string, Pick<Span, "start" | "end">>();
  readonly #window: Window;

  /** Begins an empty file. */
  constructor(path: string, header: Header) {
    this.#file = new LinesOut(path);
    this.#window = new Window(this.#file.descriptor);
    this.#file.write(`${JSON.stringify(header)}\n`);
  }

  /** Adds the lines of a picture; those it had before count no more. */
  add(picture: string, text: string): void {
    const start = this.#file.size;
    this.#file.write(`${text}\n`);
    this.#spans.set(picture, { start, end: this.#file.size - 1 });
  }

  textOf(picture: string): string | undefined {
    return this.bytesOf(picture)?.toString("utf8");
  }

  /** The lines' bytes, to be used before others are asked for. */
  bytesOf(picture: string): Buffer | undefined {
    const span = this.#spans.get(picture);
    return span && this.#window.read(span);
  }

  /** Makes sure that everything is on the disk. */
  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

/** Writes a manifest and makes sure that it is on the disk: a header, then the lines of one picture after the other. */
export function writeManifest(path: string, header: Header, groups: Iterable<Buffer>): void {
  const file = new LinesOut(path);
  try {
    file.write(`${JSON.stringify(header)}\n`);
    const ready = Buffer.allocUnsafe(MEBIBYTE);
    let used = 0;
    const flush = () => {
      file.write(ready.subarray(0, used));
      used = 0;
    };
    for (const group of groups) {
      if (used + group.length + 1 > ready.length) flush();
      if (group.length + 1 > ready.length) {
        file.write(group);
        file.write("\n");
        continue;
      }
      used += group.copy(ready, used);
      ready[used++] = LINE_FEED;
    }
    flush();
    file.sync();
  } finally {
    file.close();
  }
}

/** A file that is written from its beginning to its end, and may be read meanwhile. */
class LinesOut {
  readonly descriptor: number;
  /** Bytes written. */
  size = 0;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.descriptor = this.#explained(() => openSync(path, "w+"));
  }

  write(content: string | Buffer): void {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    this.#explained(() => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.descriptor, bytes, done, bytes.length - done);
    });
    this.size += bytes.length;
  }

  sync(): void {
    this.#explained(() => fsyncSync(this.descriptor));
  }

  close(): void {
    closeSync(this.descriptor);
  }

  #explained<Result>(call: () => Result): Result {
    try {
      return call();
    } catch (error) {
      throw explainWriteError(this.#path, error);
    }
  }
}
