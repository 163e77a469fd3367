import { exitCodes, InterruptedError } from "./errors.ts";

/** Throws an InterruptedError if the work was asked to stop. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new InterruptedError();
}

/**
 * Runs `work` with an AbortSignal that the first Ctrl-C (SIGINT) or SIGTERM aborts, with an InterruptedError
 * as its reason; the work then stops at its next safe place. A second signal ends the process at once.
 * The handlers are removed when the work ends.
 */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    process.stderr.write(
      `${process.stderr.isTTY ? "\r\x1b[K" : ""}aumento: stopping (Ctrl-C again to quit now)\n`,
    );
    controller.abort(new InterruptedError());
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
