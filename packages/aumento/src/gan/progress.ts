import { formatDuration, formatRate, type ProgressStream } from "../progress.ts";
import type { GanStep } from "./options.ts";
import type { GanLimit } from "./result.ts";

/** Seconds between two lines where the stream is no terminal. */
const plainInterval = 30;

/** Shows how a training goes: both losses, what the discriminator says, the rate and the time that is left. */
export class GanProgress {
  readonly #stream: ProgressStream;
  readonly #limit: GanLimit;
  /** The step before the first that was seen, and when that was. */
  #first: { step: number; seconds: number } | undefined;
  #drawn = performance.now();
  #visible = false;

  constructor(stream: ProgressStream, limit: GanLimit) {
    this.#stream = stream;
    this.#limit = limit;
  }

  step({ step, seconds, discriminatorLoss, generatorLoss, real, generated }: GanStep): void {
    this.#first ??= { step, seconds };
    const now = performance.now();
    const { steps, minutes } = this.#limit;
    const interval = this.#stream.isTTY ? 100 : plainInterval * 1000;
    if (now - this.#drawn < interval && step !== steps) return;
    this.#drawn = now;
    const rate = (step - this.#first.step) / (seconds - this.#first.seconds);
    const left = Math.min(
      steps === null ? Number.POSITIVE_INFINITY : (steps - step) / rate,
      minutes === null ? Number.POSITIVE_INFINITY : minutes * 60 - seconds,
    );
    const line = [
      `step ${step}${steps === null ? "" : `/${steps}`}`,
      ...(Number.isFinite(rate) ? [`${formatRate(rate)} steps/s`] : []),
      ...(Number.isFinite(left) ? [`${formatDuration(left)} left`] : []),
      `loss D ${discriminatorLoss.toFixed(2)} G ${generatorLoss.toFixed(2)}`,
      `D(real) ${real.toFixed(2)} D(generated) ${generated.toFixed(2)}`,
    ].join("  ");
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\x1b[K${line.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 1))}`);
      this.#visible = true;
    } else this.#stream.write(`${line}\n`);
  }

  /** Takes the line off a terminal, so that others can be written. */
  clear(): void {
    if (this.#visible) this.#stream.write("\r\x1b[K");
    this.#visible = false;
  }
}
