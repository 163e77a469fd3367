/** What kind of mistake or failure an error is, for a program to branch on. */
export type ErrorCode =
  /** An option or argument is wrong. */
  | "invalid-option"
  /** A folder is missing, empty or laid out in a way that gives no classes. */
  | "invalid-folder"
  /** A picture cannot be read or decoded. */
  | "broken-picture"
  /** A file exists already, or cannot be written. */
  | "cannot-write"
  /** The augmentation pipeline failed or returned something that does not fit the batch. */
  | "augmentation-failed"
  /** A worker thread ended on its own. */
  | "worker-died"
  /** The flow was closed. */
  | "closed";

/** Every error this package throws on purpose. The message names the parameter or file, what was expected, what came. */
export class AumentoError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AumentoError";
    this.code = code;
  }
}

/** A value for an error message: short, and with strings in quotes. */
export function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = undefined; // circular, or a bigint: String() below still names it
  }
  const shown = text ?? String(value);
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
