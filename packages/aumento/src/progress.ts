import { messageOf } from "./errors.ts";

/** Where progress is written: a terminal is redrawn in place, anything else gets a plain line now and then. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** What is being done, such as "drawing". */
  label: string;
  /** How many units there are in all. */
  total: number;
  /** What a unit is called, such as "pictures". */
  unit?: string;
  /** Default: standard error, so that results on standard output stay clean. */
  stream?: ProgressStream;
  /** Seconds between two plain lines where the stream is no terminal. Default 10. */
  plainInterval?: number;
  /** Milliseconds since some start; given by tests. */
  now?: () => number;
}

export interface Progress {
  /** Says that `done` units are finished; `detail` is appended. Cheap: it draws at most ten times a second. */
  update(done: number, detail?: string): void;
  /** Prints a line that stays (a warning), above the progress line. */
  log(line: string): void;
  /** Removes the progress line and, if given, prints a closing line. */
  finish(line?: string): void;
}

/** Seconds as "0:07", "12:30" or "1:02:03". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const clock = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = clock[0] > 0 ? clock : clock.slice(1);
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** A rate with about three digits: "0.42", "7.3", "128". */
export function formatRate(rate: number): string {
  if (rate >= 100) return rate.toFixed(0);
  return rate >= 10 ? rate.toFixed(1) : rate.toFixed(2);
}

/** Begins a progress display; nothing is shown before the first `update`. */
export function createProgress(options: ProgressOptions): Progress {
  const { label, total, unit = "" } = options;
  const stream: ProgressStream = options.stream ?? process.stderr;
  const now = options.now ?? (() => performance.now());
  const interval = stream.isTTY ? 100 : (options.plainInterval ?? 10) * 1000;
  const start = now();
  let lastDrawn = stream.isTTY ? Number.NEGATIVE_INFINITY : start;
  let visible = false;

  const erase = () => {
    if (visible) stream.write("\r\x1b[K");
    visible = false;
  };
  const describe = (done: number, detail: string) => {
    const elapsed = (now() - start) / 1000;
    const rate = elapsed > 0 ? done / elapsed : 0;
    const parts = [`${label} ${done}/${total}`];
    if (done > 0 && rate > 0) {
      parts.push(`${formatRate(rate)}${unit ? ` ${unit}` : ""}/s`);
      parts.push(`${formatDuration((total - done) / rate)} left`);
    }
    if (detail) parts.push(detail);
    return parts.join("  ");
  };
  return {
    update(done, detail = "") {
      const time = now();
      if (time - lastDrawn < interval) return;
      lastDrawn = time;
      const line = describe(done, detail);
      if (stream.isTTY) {
        stream.write(`\r\x1b[K${line.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
        visible = true;
      } else {
        stream.write(`${line}\n`);
      }
    },
    log(line) {
      erase();
      stream.write(`${line}\n`);
    },
    finish(line) {
      erase();
      if (line !== undefined) stream.write(`${line}\n`);
    },
  };
}

/**
 * Says on a terminal what is being done if it takes longer than a moment (milliseconds); the function that is returned
 * takes the line away and may be called again.
 */
export function sayIfSlow(text: string, stream: ProgressStream = process.stderr, moment = 500): () => void {
  if (!stream.isTTY) return () => undefined;
  let visible = false;
  const timer = setTimeout(() => {
    stream.write(text);
    visible = true;
  }, moment);
  return () => {
    clearTimeout(timer);
    if (visible) stream.write("\r\x1b[K");
    visible = false;
  };
}

/** Prints a warning line on standard error in the one form all commands use. */
export function warn(message: string, stream: ProgressStream = process.stderr): void {
  stream.write(`aumento: warning: ${messageOf(message)}\n`);
}
