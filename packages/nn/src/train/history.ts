import type { Logs } from "../callbacks/callback.ts";

/** What `fit` gives back: for each epoch (from 0) the values of each name, in the same order. */
export interface History {
  epoch: number[];
  history: Record<string, number[]>;
  /** Why training ended before its last epoch: an AbortSignal, or a callback. */
  stopped?: "aborted" | "early" | "nan";
}

/** Adds an epoch; a name that comes later or is left out has NaN where it is missing. */
export function recordEpoch(history: History, epoch: number, logs: Readonly<Logs>): void {
  const done = history.epoch.length;
  history.epoch.push(epoch);
  for (const [name, value] of Object.entries(logs)) {
    history.history[name] ??= new Array<number>(done).fill(Number.NaN);
    history.history[name].push(value);
  }
  for (const values of Object.values(history.history)) if (values.length === done) values.push(Number.NaN);
}
