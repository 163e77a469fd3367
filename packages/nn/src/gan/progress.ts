import { type ProgressStream, showDuration } from "../callbacks/progress-line.ts";
import type { GanCallback } from "./fit.ts";
import type { GanLogs } from "./gan.ts";

const showLogs = ({ dLoss, gLoss, dReal, dGenerated }: GanLogs): string =>
  `discriminator ${dLoss.toFixed(3)} - generator ${gLoss.toFixed(3)} - D(real) ${dReal.toFixed(2)} - D(generated) ${dGenerated.toFixed(2)}`;

/** Shows how a GAN's training goes: on a terminal a line that changes, elsewhere a line every `every` steps. */
export function ganProgressLine(
  every: number,
  stream: ProgressStream = globalThis.process?.stdout ?? { write: (text) => console.log(text.trimEnd()) },
): GanCallback {
  const live = stream.isTTY === true;
  const clear = live ? "\r\x1b[K" : "";
  let began = 0;
  let drawn = 0;
  return {
    onTrainBegin() {
      began = performance.now();
    },
    onStep(step, logs, { steps, initialStep }) {
      const now = performance.now();
      const due = live ? now - drawn > 100 || step === steps : step % every === 0 || step === steps;
      if (!due) return;
      drawn = now;
      const each = (now - began) / (step - initialStep);
      const left = showDuration((each * (steps - step)) / 1000);
      const line = `Step ${step}/${steps} - ${showLogs(logs)} - ${Math.round(each)} ms a step - ${left} left`;
      stream.write(live ? clear + line.slice(0, (stream.columns || 80) - 1) : `${line}\n`);
    },
    onEvent({ step, message }) {
      stream.write(`${clear}Step ${step}: ${message}\n`);
    },
    onTrainEnd() {
      if (live) stream.write("\n");
    },
  };
}
