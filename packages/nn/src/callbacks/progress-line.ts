import type { Callback, Logs } from "./callback.ts";

/** What is written to; Node's `process.stdout` fits. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const BAR = 20;

/** Seconds as people read them: 8s, 2m05s, 1h03m. */
export function showDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m${String(whole % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}m`;
}

const showValue = (value: number): string =>
  Math.abs(value) > 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(4);

const showLogs = (logs: Readonly<Logs>): string =>
  Object.entries(logs)
    .map(([name, value]) => ` - ${name}: ${showValue(value)}`)
    .join("");

function defaultStream(): ProgressStream {
  return globalThis.process?.stdout ?? { write: (text) => console.log(text.trimEnd()) };
}

/**
 * Shows how training goes, as Keras does: on a terminal a bar that moves, with time a step, pictures a second and
 * time left; elsewhere one line an epoch.
 */
export function progressLine(stream: ProgressStream = defaultStream()): Callback {
  const live = stream.isTTY === true;
  let step = 0;
  let epochStart = 0;
  let stepsEnd = 0;
  let drawn = 0;
  /** Writes over the line that is there; never wider than the terminal, where it could not be written over. */
  const redraw = (line: string) => {
    const width = (stream.columns || 80) - 1;
    stream.write(`\r\x1b[K${line.length > width ? line.slice(0, width) : line}`);
  };
  let featuresStart: number | undefined;
  /** Subsets whose features were told of. */
  const told = new Set<string>();
  return {
    onTrainBegin: () => told.clear(),
    onFeatures({ subset, done, total, computed }) {
      featuresStart ??= performance.now();
      const now = performance.now();
      const seconds = (now - featuresStart) / 1000;
      if (done < total) {
        if (!live || now - drawn < 100) return;
        drawn = now;
        const filled = Math.round((BAR * done) / total);
        const left = showDuration((seconds / done) * (total - done));
        redraw(
          `Features, ${subset}: ${done}/${total} ${"━".repeat(filled)}${"─".repeat(BAR - filled)} ${left} left`,
        );
        return;
      }
      featuresStart = undefined;
      if (live) redraw("");
      // Pictures that were only looked up were read for the epoch, as they are where no features are kept.
      if (computed === 0 && told.has(subset)) return;
      told.add(subset);
      // The epoch's steps are timed from here.
      epochStart = stepsEnd = now;
      stream.write(
        `Features of ${total} pictures for ${subset} - ${showDuration(seconds)}, ${computed} computed\n`,
      );
    },
    onNotice(text) {
      if (live) redraw("");
      stream.write(`${text}\n`);
    },
    onEpochBegin(epoch, run) {
      step = 0;
      drawn = 0;
      epochStart = stepsEnd = performance.now();
      if (live) stream.write(`Epoch ${epoch + 1}/${run.epochs}\n`);
    },
    onBatchEnd(index, logs, run) {
      step = index + 1;
      stepsEnd = performance.now();
      if (!live || (stepsEnd - drawn < 100 && step < run.steps)) return;
      drawn = stepsEnd;
      const seconds = (stepsEnd - epochStart) / 1000;
      const rate = (step / run.steps) * (run.samples / seconds);
      const filled = Math.round((BAR * step) / run.steps);
      const counter = `${String(step).padStart(String(run.steps).length)}/${run.steps}`;
      const left = showDuration((seconds / step) * (run.steps - step));
      redraw(
        `${counter} ${"━".repeat(filled)}${"─".repeat(BAR - filled)} ${left} left, ` +
          `${Math.round((1000 * seconds) / step)}ms/step, ${rate.toFixed(0)}/s${showLogs(logs)}`,
      );
    },
    onEpochEnd(epoch, logs, run) {
      const seconds = (stepsEnd - epochStart) / 1000;
      const whole = showDuration((performance.now() - epochStart) / 1000);
      const perStep = `${Math.round((1000 * seconds) / Math.max(1, step))}ms/step`;
      const rate = `${((step / run.steps) * (run.samples / seconds)).toFixed(0)}/s`;
      if (live) {
        redraw("");
        stream.write(
          `\r${step}/${run.steps} ${"━".repeat(BAR)} ${whole} ${perStep}, ${rate}${showLogs(logs)}\n`,
        );
      } else
        stream.write(`Epoch ${epoch + 1}/${run.epochs} - ${whole}, ${perStep}, ${rate}${showLogs(logs)}\n`);
    },
    onTrainEnd() {
      if (live) stream.write("\r\x1b[K");
    },
  };
}
