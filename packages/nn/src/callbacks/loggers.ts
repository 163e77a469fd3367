import { badArgument, checkBoolean, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { appendFile, readFileIfThere, writeFiles } from "../files.ts";
import { type History, recordEpoch } from "../train/history.ts";
import type { Callback } from "./callback.ts";

export interface CsvLoggerOptions {
  /** Between the fields. Default ",". */
  separator?: string;
  /** Go on in a file that is there, with its columns. Default false: start it anew. */
  append?: boolean;
}

const cell = (text: string, separator: string): string =>
  text.includes(separator) || text.includes('"') || text.includes("\n")
    ? `"${text.replaceAll('"', '""')}"`
    : text;

/** Writes a row an epoch: `epoch` (from 0), then the logs in alphabetical order (Keras' CSVLogger). */
export function csvLogger(path: string, options: CsvLoggerOptions = {}): Callback {
  if (typeof path !== "string" || path === "") badArgument("csvLogger: path", "a path", path);
  checkOptions("csvLogger", options, ["separator", "append"]);
  const { separator = "," } = options;
  const append = checkBoolean("csvLogger: append", options.append ?? false);
  const line = (cells: string[]) => `${cells.map((text) => cell(text, separator)).join(separator)}\n`;
  let columns: string[] | undefined;
  return {
    async onTrainBegin() {
      columns = undefined;
      const before = append ? await readFileIfThere(path) : undefined;
      const header = before && new TextDecoder().decode(before).split("\n", 1)[0];
      if (header) columns = header.trim().split(separator).slice(1);
      else await writeFiles([{ path, bytes: "" }]);
    },
    async onEpochEnd(epoch, logs) {
      let text = "";
      if (!columns) {
        columns = Object.keys(logs).sort();
        text = line(["epoch", ...columns]);
      }
      await appendFile(
        path,
        text + line([String(epoch), ...columns.map((name) => String(logs[name] ?? "NA"))]),
      );
    },
  };
}

/** Writes the history as JSON, `{ "epoch": […], "history": { "loss": […], … } }`, whole after every epoch. */
export function historyLogger(path: string, options: { append?: boolean } = {}): Callback {
  if (typeof path !== "string" || path === "") badArgument("historyLogger: path", "a path", path);
  checkOptions("historyLogger", options, ["append"]);
  const append = checkBoolean("historyLogger: append", options.append ?? false);
  let history: History = { epoch: [], history: {} };
  return {
    async onTrainBegin() {
      const before = append ? await readFileIfThere(path) : undefined;
      history = before ? parseHistory(path, before) : { epoch: [], history: {} };
    },
    async onEpochEnd(epoch, logs) {
      recordEpoch(history, epoch, logs);
      // JSON has no NaN; null stands for it.
      await writeFiles([{ path, bytes: `${JSON.stringify(history, undefined, 1)}\n` }]);
    },
  };
}

function parseHistory(path: string, bytes: Uint8Array): History {
  try {
    const { epoch, history } = JSON.parse(new TextDecoder().decode(bytes));
    if (Array.isArray(epoch) && typeof history === "object" && history !== null) return { epoch, history };
  } catch {
    // Said below.
  }
  throw new AumentoError(
    "file",
    `${path}: it is not a history that historyLogger wrote; nothing was changed`,
  );
}
