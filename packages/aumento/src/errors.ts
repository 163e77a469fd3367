/** What went wrong, for programs: an error's `code`. */
export type AumentoErrorCode =
  | "usage"
  | "not_found"
  | "exists"
  | "invalid_pipeline"
  | "invalid_input"
  | "invalid_annotations"
  | "write_failed"
  | "interrupted"
  | "failed";

/** An error whose message is written for the person at the command line: it names what, where and what to do. */
export class AumentoError extends Error {
  readonly code: AumentoErrorCode;

  constructor(code: AumentoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AumentoError";
    this.code = code;
  }
}

/** A command line that cannot be understood; exit code 2. */
export class UsageError extends AumentoError {
  constructor(message: string, options?: ErrorOptions) {
    super("usage", message, options);
    this.name = "UsageError";
  }
}

/** How options are called where they were given: `batchSize` in a program, `--batch-size` on the command line. */
export type OptionNames = (name: string) => string;

/** Options that cannot be taken as they are; `words` says why, with the names that they are called by. */
export class OptionError extends UsageError {
  readonly #words: (called: OptionNames) => string;

  constructor(words: (called: OptionNames) => string) {
    super(words((name) => name));
    this.#words = words;
  }

  /** The same complaint with the options called otherwise. */
  calling(called: OptionNames): UsageError {
    return new UsageError(this.#words(called), { cause: this });
  }
}

/** Work that was stopped by Ctrl-C or a termination signal; exit code 130. */
export class InterruptedError extends AumentoError {
  constructor(message = "interrupted") {
    super("interrupted", message);
    this.name = "InterruptedError";
  }
}

/** Exit codes of the command line. 1 is also the code of a run that finished but had to leave pictures out. */
export const exitCodes = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** The exit code an error leads to. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AumentoError)) return exitCodes.failure;
  if (error.code === "usage") return exitCodes.usage;
  return error.code === "interrupted" ? exitCodes.interrupted : exitCodes.failure;
}

/** Whether an error is about one picture, which is then left out while the others are worked on. */
export const isAboutPicture = (error: unknown): error is AumentoError =>
  error instanceof AumentoError && ["invalid_input", "invalid_annotations"].includes(error.code);

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .join("; ");
}

/** The `code` of a Node system error ("ENOSPC", "ENOENT", ...), if it is one. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
