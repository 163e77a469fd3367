import { closeSync, createReadStream, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { AumentoError, messageOf } from "../errors.ts";
import { explainWriteError } from "../files.ts";
import type { Line } from "./lines.ts";
import type { Header } from "./settings.ts";

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
    for await (const { text, start, end } of linesOf(path)) {
      const value = parse(path, text);
      if (!header) {
        header = checkHeader(path, value);
        continue;
      }
      const line = value as Line; // the header says that aumento wrote it
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
    return {
      textOf: (picture) => {
        const span = this.#spans.get(picture);
        if (!span) return undefined;
        return readAt(file, span).toString("utf8");
      },
      close: () => closeSync(file),
    };
  }
}

function readAt(file: number, { start, end }: Pick<Span, "start" | "end">): Buffer {
  const bytes = Buffer.alloc(end - start);
  let got = 0;
  while (got < bytes.length) {
    const read = readSync(file, bytes, got, bytes.length - got, start + got);
    if (read === 0) throw new AumentoError("failed", "a journal became shorter while it was read");
    got += read;
  }
  return bytes;
}

async function* linesOf(path: string): AsyncGenerator<{ text: string; start: number; end: number }> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    rest = Buffer.concat([rest, chunk as Buffer]); // a stream without an encoding gives buffers
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
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
  readonly #path: string;
  readonly #file: number;
  readonly #spans = new Map<string, Pick<Span, "start" | "end">>();
  #size = 0;

  /** Begins an empty file. */
  constructor(path: string, header: Header) {
    this.#path = path;
    try {
      this.#file = openSync(path, "w+");
    } catch (error) {
      throw explainWriteError(path, error);
    }
    this.#write(`${JSON.stringify(header)}\n`);
  }

  /** Adds the lines of a picture; those it had before count no more. */
  add(picture: string, text: string): void {
    const start = this.#size;
    this.#write(`${text}\n`);
    this.#spans.set(picture, { start, end: this.#size - 1 });
  }

  textOf(picture: string): string | undefined {
    const span = this.#spans.get(picture);
    return span && readAt(this.#file, span).toString("utf8");
  }

  /** Makes sure that everything is on the disk. */
  sync(): void {
    try {
      fsyncSync(this.#file);
    } catch (error) {
      throw explainWriteError(this.#path, error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#file, bytes, done, bytes.length - done);
    } catch (error) {
      throw explainWriteError(this.#path, error);
    }
    this.#size += bytes.length;
  }
}
